from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dam import collection_api, collection_views

# `collection-assets` is in analysis/urls.py: its answers show the analysis, too.
api_urls: list[URLPattern | URLResolver] = [
    path("collections", collection_api.CollectionListView.as_view(), name="collection-list"),
    path("collections/<uuid:uid>", collection_api.CollectionView.as_view(), name="collection"),
    path(
        "collections/<uuid:uid>/assets/remove",
        collection_api.RemoveAssetsView.as_view(),
        name="collection-assets-remove",
    ),
]
html_urls: list[URLPattern | URLResolver] = [
    path("collections/", collection_views.collections, name="collections"),
    path("collections/<uuid:uid>/", collection_views.open_collection, name="collection"),
    path("collections/<uuid:uid>/edit/", collection_views.edit, name="collection-edit"),
    path("collections/<uuid:uid>/delete/", collection_views.delete, name="collection-delete"),
    path("photos/<uuid:uid>/collections/", collection_views.add_photo, name="photo-collect"),
    path(
        "photos/<uuid:uid>/collections/remove/",
        collection_views.remove_photo,
        name="photo-uncollect",
    ),
]
