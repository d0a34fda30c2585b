from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.net_report import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("nets", api.NetsView.as_view(), name="nets"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("nets/", views.nets, name="nets"),
]
