from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.redaction import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("assets/<uuid:uid>/redacted", api.RedactedView.as_view(), name="asset-redacted"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("photos/<uuid:uid>/redacted/", views.redacted, name="photo-redacted"),
]
