from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from dam import api, look_views, usage_api, usage_views, views
from dam.roles import Right, needs

# `asset-list` is in search/urls.py and `asset` in analysis/urls.py: they show the analysis,
# and assets are listed by their faces, too.
api_urls: list[URLPattern | URLResolver] = [
    path("assets/<uuid:uid>/original", api.OriginalView.as_view(), name="asset-original"),
    path("assets/<uuid:uid>/thumbnail", api.ThumbnailView.as_view(), name="asset-thumbnail"),
    path("usage", usage_api.UsageView.as_view(), name="usage"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", needs(post=Right.READ)(LogoutView.as_view()), name="logout"),
    path("look/", look_views.change_look, name="look"),
    path("usage/", usage_views.usage, name="usage"),
    path("photos/<uuid:uid>/preview/", views.photo_preview, name="photo-preview"),
    path("photos/<uuid:uid>/delete/", views.delete_photo, name="photo-delete"),
]
