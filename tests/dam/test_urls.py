from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def member_client(client: Client, db: None) -> Client:
    client.force_login(get_user_model().objects.create_user("member"))
    return client


def test_api_docs_need_a_session(client: Client) -> None:
    response = client.get("/api/docs/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/login/")


def test_schema_needs_a_credential(client: Client) -> None:
    assert client.get("/api/schema/").status_code in {401, 403}


def test_api_docs_obey_the_security_policy(member_client: Client) -> None:
    page = member_client.get("/api/docs/").content.decode()

    assert "<style" not in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r'(?:src|href)="(?!/)', page) == []


def test_schema_describes_the_api(member_client: Client) -> None:
    schema = member_client.get("/api/schema/", HTTP_ACCEPT="application/json").json()

    assert "/api/v1/assets" in schema["paths"]


@pytest.mark.parametrize("path", ["/nowhere", "/admin/"])
def test_unknown_addresses_are_not_found(member_client: Client, path: str) -> None:
    assert member_client.get(path).status_code == 404
