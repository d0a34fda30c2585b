from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from dam.fragments import render_page

HTMX = {"HTTP_HX_REQUEST": "true"}


def render(**headers: str) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return render_page(
            request,
            "404.html",
            fragment="dam/settings/_limits.html",
            context={},
        )

    return HtmxMiddleware(view)(RequestFactory().get("/", **headers))


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        (HTMX, False),
        (HTMX | {"HTTP_HX_HISTORY_RESTORE_REQUEST": "true"}, True),
    ],
)
def test_htmx_gets_the_fragment_and_all_others_the_page(headers, whole):
    response = render(**headers)

    assert (b"<html" in response.content) is whole


def test_a_cache_keeps_page_and_fragment_apart():
    assert "HX-Request" in render()["Vary"]
