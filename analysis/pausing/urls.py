from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.pausing import api, views

api_urls: list[URLPattern | URLResolver] = [
    path("analysis/pause", api.PauseView.as_view(), name="analysis-pause"),
]
html_urls: list[URLPattern | URLResolver] = [
    path("status/pause/", views.pause, name="analysis-pause"),
    path("status/resume/", views.resume, name="analysis-resume"),
]
