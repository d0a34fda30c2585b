"""Every address of the service. `analysis` comes first: its asset routes extend those of `dam`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import analysis.urls
import dam.administration.urls
import dam.asset_urls
import dam.collections.urls
import dam.webhooks.urls
import search.urls
from dam import health

handler400 = "dam.api_errors.bad_request"
handler403 = "dam.api_errors.permission_denied"
handler404 = "dam.api_errors.page_not_found"
handler500 = "dam.api_errors.server_error"

api_urls: list[URLPattern | URLResolver] = [
    *analysis.urls.api_urls,
    *search.urls.api_urls,
    *dam.administration.urls.api_urls,
    *dam.asset_urls.api_urls,
    *dam.collections.urls.api_urls,
    *dam.webhooks.urls.api_urls,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include((api_urls, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        login_required(SpectacularSwaggerSplitView.as_view(url_name="schema")),
        name="docs",
    ),
    *analysis.urls.vendor_urls,
    *analysis.urls.html_urls,
    *search.urls.html_urls,
    *dam.administration.urls.html_urls,
    *dam.asset_urls.html_urls,
    *dam.collections.urls.html_urls,
    *dam.webhooks.urls.html_urls,
]
