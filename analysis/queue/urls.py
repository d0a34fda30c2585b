from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.queue import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("analysis/retry", api.RetryView.as_view(), name="analysis-retry"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("status/retry/", views.retry, name="analysis-retry"),
]
