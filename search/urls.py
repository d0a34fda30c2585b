from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search import api, views
from search.bulk import urls as bulk
from search.saved import urls as saved

api_urls: list[URLPattern | URLResolver] = [
    path("faces", api.FaceListView.as_view(), name="face-list"),
    path("faces/<uuid:uid>/similar", api.SimilarFacesView.as_view(), name="face-similar"),
    path("facets", api.FacetsView.as_view(), name="facets"),
    path("export.csv", api.ExportCsvView.as_view(), name="export-csv"),
    path("export.jsonl", api.ExportJsonlView.as_view(), name="export-jsonl"),
    *bulk.api_urls,
    *saved.api_urls,
]
html_urls: list[URLPattern | URLResolver] = [
    path("faces/", views.faces_page, name="faces"),
    path("faces/<uuid:uid>/similar/", views.similar_faces_page, name="similar-faces"),
    *bulk.html_urls,
    *saved.html_urls,
]
