from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from analysis.thresholds import views

html_urls: list[URLPattern | URLResolver] = [
    path("settings/facets/", views.facet_settings, name="facet-settings"),
    path("settings/facets/<slug:facet>/", views.change, name="facet-threshold"),
    path("settings/facets/<slug:facet>/preview/", views.preview, name="facet-preview"),
]
