from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from search.saved import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("searches", api.SearchListView.as_view(), name="search-list"),
    path("searches/<uuid:uid>", api.SearchView.as_view(), name="search"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("searches/", views.searches, name="saved-searches"),
    path("searches/save/", views.save, name="saved-search-save"),
    path("searches/<uuid:uid>/", views.open_search, name="saved-search"),
    path("searches/<uuid:uid>/edit/", views.edit, name="saved-search-edit"),
    path("searches/<uuid:uid>/delete/", views.delete, name="saved-search-delete"),
]
