from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search.review import views

html_urls: list[URLPattern | URLResolver] = [
    path("review/", views.review, name="review"),
]
