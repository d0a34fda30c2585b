from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.decisions import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("assets/<uuid:uid>/faces", api.AssetFacesView.as_view(), name="asset-faces"),
    path("assets/<uuid:uid>/history", api.AssetHistoryView.as_view(), name="asset-history"),
    path(
        "assets/<uuid:uid>/history/<slug:kind>/<int:change_id>/undo",
        api.UndoChangeView.as_view(),
        name="asset-history-undo",
    ),
    path("faces/<uuid:uid>/restore", api.RestoreFaceView.as_view(), name="face-restore"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("photos/<uuid:uid>/faces/", views.draw, name="photo-draw-face"),
    path(
        "photos/<uuid:uid>/history/<slug:kind>/<int:change_id>/undo/",
        views.undo,
        name="photo-undo",
    ),
    path("faces/<uuid:uid>/reject/", views.reject, name="face-reject"),
    path("faces/<uuid:uid>/restore/", views.restore, name="face-restore"),
]
