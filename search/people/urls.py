from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search.people import views

html_urls: list[URLPattern | URLResolver] = [
    path("people/", views.people, name="people"),
]
