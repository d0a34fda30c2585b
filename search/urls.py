from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("faces/<uuid:uid>/similar", api.SimilarFacesView.as_view(), name="face-similar"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("faces/<uuid:uid>/similar/", views.similar_faces_page, name="similar-faces"),
]
