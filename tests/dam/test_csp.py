from __future__ import annotations

from django.http import HttpResponse
from django.test import Client, RequestFactory

from dam.csp import HEADER, ContentSecurityPolicyMiddleware


def test_scripts_come_from_this_origin_only(client: Client) -> None:
    policy = client.get("/healthz").headers[HEADER]

    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_policy_of_a_view_is_kept() -> None:
    def view(_request: object) -> HttpResponse:
        return HttpResponse(headers={HEADER: "default-src 'none'"})

    response = ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))

    assert response.headers[HEADER] == "default-src 'none'"
