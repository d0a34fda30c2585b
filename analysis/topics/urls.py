from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.topics import views

html_urls: list[URLPattern | URLResolver] = [
    path("settings/readings/", views.reading_settings, name="reading-settings"),
]
