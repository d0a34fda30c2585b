from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dam.collections import api, views

# `collection-assets` is in analysis/urls.py: its answers show the analysis, too.
api_urls: list[URLPattern | URLResolver] = [
    path("collections", api.CollectionListView.as_view(), name="collection-list"),
    path("collections/<uuid:uid>", api.CollectionView.as_view(), name="collection"),
    path(
        "collections/<uuid:uid>/assets/remove",
        api.RemoveAssetsView.as_view(),
        name="collection-assets-remove",
    ),
]
html_urls: list[URLPattern | URLResolver] = [
    path("collections/", views.collections, name="collections"),
    path("collections/<uuid:uid>/", views.open_collection, name="collection"),
    path("collections/<uuid:uid>/edit/", views.edit, name="collection-edit"),
    path("collections/<uuid:uid>/delete/", views.delete, name="collection-delete"),
    path("photos/<uuid:uid>/collections/", views.add_photo, name="photo-collect"),
    path("photos/<uuid:uid>/collections/remove/", views.remove_photo, name="photo-uncollect"),
]
