"""REST: connectors and their runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from analysis.connectors.models import Connector
from dam.models import ApiKey, AuditEntry
from tests.analysis.connectors.conftest import folder_connector, sync
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db
URL = "/api/v1/connectors"
S3 = {"bucket": "press", "access_key_id": "AK", "secret_access_key": "hidden"}
SERVER = {**S3, "endpoint_url": "https://minio.example.org"}


def client_of(scope: ApiKey.Scope) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_api_key(scope).text}")
    client.get("/api/v1/facets")
    return client


@pytest.fixture
def client() -> APIClient:
    return client_of(ApiKey.Scope.ADMIN)


def test_a_connector_is_made_changed_and_deleted(client: APIClient, pictures: Path) -> None:
    body = {"name": "Photos", "kind": "folder", "options": {"path": str(pictures)}}

    made = client.post(URL, body)
    url = f"{URL}/{made.data['uid']}"
    changed = client.patch(url, {"interval_minutes": 60})
    gone = client.delete(url)

    assert (made.status_code, made.data["place"], made.data["last_run"]) == (
        201,
        str(pictures),
        None,
    )
    assert (changed.data["interval_minutes"], changed.data["name"]) == (60, "Photos")
    assert (gone.status_code, client.get(url).status_code) == (204, 404)
    assert AuditEntry.objects.filter(kind="connector").count() == 3


def test_secrets_are_not_shown_and_stay_where_they_are_blank(client: APIClient) -> None:
    made = client.post(URL, {"name": "Press", "kind": "s3", "options": S3})
    client.patch(
        f"{URL}/{made.data['uid']}", {"options": {"prefix": "a/", "secret_access_key": ""}}
    )

    answer = client.get(f"{URL}/{made.data['uid']}")

    assert b"hidden" not in answer.content
    assert answer.data["kept_secrets"] == ["secret_access_key"]
    assert Connector.objects.get().secrets == {"secret_access_key": "hidden"}
    assert answer.data["options"]["prefix"] == "a/"


def test_a_secret_is_not_sent_to_another_server(client: APIClient) -> None:
    made = client.post(URL, {"name": "Press", "kind": "s3", "options": SERVER})

    answer = client.patch(
        f"{URL}/{made.data['uid']}", {"options": {"endpoint_url": "https://thief.example.org"}}
    )

    assert (answer.status_code, list(answer.data["error"]["fields"])) == (
        400,
        ["secret_access_key"],
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "ftp", "options": {}}, "kind"),
        ({"kind": "s3", "options": {**S3, "bucket": "No Bucket"}}, "bucket"),
        ({"kind": "s3", "options": {"bucket": "press"}}, "access_key_id"),
        ({"kind": "s3", "options": {**S3, "password": "x"}}, "password"),
        ({"kind": "folder", "options": {"path": "/etc"}}, "path"),
        ({"kind": "filerobot", "options": {"token": "a/b", "key": "k"}}, "token"),
        ({"kind": "s3", "options": S3, "interval_minutes": -1}, "interval_minutes"),
        ({"kind": "s3", "options": S3, "name": " "}, "name"),
    ],
)
def test_what_cannot_be_is_refused(
    client: APIClient, pictures: Path, body: dict, field: str
) -> None:
    answer = client.post(URL, {"name": "x", **body})

    assert answer.status_code == 400
    assert field in answer.data["error"]["fields"]
    assert not Connector.objects.exists()


def test_a_name_is_taken_once(client: APIClient, connector: Connector) -> None:
    answer = client.post(URL, {"name": "PHOTOS", "kind": "s3", "options": S3})

    assert (answer.status_code, answer.data["error"]["code"]) == (409, "name_taken")


def test_a_run_is_started_watched_and_cancelled(client: APIClient, connector: Connector) -> None:
    url = f"{URL}/{connector.uid}/runs"

    begun = client.post(url, {"dry_run": True})
    again = client.post(url)
    run_url = f"{url}/{begun.data['uid']}"
    cancelled = client.post(f"{run_url}/cancel")

    assert (begun.status_code, begun.data["is_dry_run"], begun.data["status"]) == (
        202,
        True,
        "waiting",
    )
    assert (again.status_code, again.data["error"]["code"]) == (409, "run_in_progress")
    assert cancelled.data["status"] == "cancelled"
    assert client.get(run_url).data["status"] == "cancelled"


def test_notes_tell_what_failed(
    client: APIClient, connector: Connector, add: Callable[..., Path]
) -> None:
    add("a.png", b"no picture")
    run = sync(connector)

    answer = client.get(f"{URL}/{connector.uid}/runs/{run.uid}/notes")

    assert [(note["key"], note["error_code"]) for note in answer.data["results"]] == [
        ("a.png", "not_an_image")
    ]


def test_kinds_tell_what_they_want_to_know(client: APIClient) -> None:
    kinds = {kind["kind"]: kind for kind in client.get(f"{URL}/kinds").data}

    assert list(kinds) == ["folder", "s3", "filerobot"]
    assert [one["name"] for one in kinds["s3"]["options"] if one["is_secret"]] == [
        "secret_access_key"
    ]


def test_only_administrators_may(connector: Connector) -> None:
    writer = client_of(ApiKey.Scope.WRITE)

    assert writer.get(URL).status_code == 403
    assert writer.post(f"{URL}/{connector.uid}/runs").status_code == 403
    assert APIClient().get(URL).status_code == 401


def test_queries_do_not_grow_with_connectors(
    client: APIClient, pictures: Path, django_assert_max_num_queries: Callable
) -> None:
    for name in "abc":
        sync(folder_connector(pictures, name=name))

    with django_assert_max_num_queries(4):
        assert len(client.get(URL).data) == 3
