"""The pages of connectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from analysis.connectors.models import Connector, ConnectorRun
from dam.models import User
from tests.analysis.connectors.conftest import folder_connector, sync
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/settings/connectors/"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(role=User.Role.ADMINISTRATOR))
    return client


def test_a_connector_is_made_by_its_form(client: Client, pictures: Path) -> None:
    assert "Folder with XMP sidecars" in client.get(f"{URL}new/").content.decode()

    answer = client.post(
        f"{URL}new/folder/",
        {
            "name": "Photos",
            "option-path": str(pictures),
            "interval_minutes": "60",
            "is_enabled": "on",
        },
    )

    made = Connector.objects.get()
    assert answer.headers["Location"] == f"{URL}{made.uid}/"
    assert (made.interval_minutes, made.is_enabled, made.writes_back) == (60, True, False)
    assert str(pictures) in client.get(f"{URL}{made.uid}/").content.decode()


def test_the_form_tells_what_is_wrong_beside_the_field(client: Client, pictures: Path) -> None:
    answer = client.post(f"{URL}new/folder/", {"name": "Photos", "option-path": "/etc"})

    assert answer.status_code == 422
    assert 'id="option-path-error"' in answer.content.decode()
    assert 'value="/etc"' in answer.content.decode()


def test_a_secret_is_not_in_the_form(client: Client) -> None:
    options = {"option-bucket": "press", "option-access_key_id": "AK"}
    client.post(
        f"{URL}new/s3/", {"name": "Press", **options, "option-secret_access_key": "xyzzy-1"}
    )
    made = Connector.objects.get()

    page = client.get(f"{URL}{made.uid}/edit/").content.decode()
    client.post(f"{URL}{made.uid}/edit/", {"name": "News", **options})

    assert "xyzzy-1" not in page
    assert Connector.objects.get().secrets == {"secret_access_key": "xyzzy-1"}
    assert Connector.objects.get().name == "News"


def test_a_dry_run_is_started_and_shown_as_a_list(
    client: Client, connector: Connector, add: Callable[..., Path]
) -> None:
    add("sea.png")
    answer = client.post(f"{URL}{connector.uid}/run/", {"dry_run": "1"})
    assert "hx-get" in client.get(answer.headers["Location"]).content.decode()
    ConnectorRun.objects.all().delete()

    run = sync(connector, dry_run=True)
    page = client.get(f"{URL}{connector.uid}/runs/{run.uid}/")

    assert "sea.png" in page.content.decode()
    assert "pulled: it is new" in page.content.decode()


def test_a_page_that_shows_the_run_as_it_is_gets_nothing_new(
    client: Client, connector: Connector
) -> None:
    run = sync(connector)
    url = f"{URL}{connector.uid}/runs/{run.uid}/"
    shown = client.get(url).context["state"].shown

    assert client.get(url, {"shown": shown}, headers={"HX-Request": "true"}).status_code == 204
    fragment = client.get(url, {"shown": "-"}, headers={"HX-Request": "true"})
    assert fragment.content.decode().lstrip().startswith('<div class="connector-run"')


def test_failures_are_told_with_their_reason(
    client: Client, connector: Connector, add: Callable[..., Path]
) -> None:
    add("broken.png", b"no picture")
    run = sync(connector)

    page = client.get(f"{URL}{connector.uid}/runs/{run.uid}/").content.decode()

    assert "broken.png" in page
    assert run.notes.get().error_message in page.replace("&#x27;", "'")


def test_a_run_is_cancelled_and_a_connector_deleted(client: Client, connector: Connector) -> None:
    client.post(f"{URL}{connector.uid}/run/")
    run = ConnectorRun.objects.get()

    client.post(f"{URL}{connector.uid}/runs/{run.uid}/cancel/")
    client.get(f"{URL}{connector.uid}/delete/")

    run.refresh_from_db()
    assert run.status == "cancelled"
    client.post(f"{URL}{connector.uid}/delete/")
    assert not Connector.objects.exists()


@pytest.mark.parametrize("path", ["", "new/", "new/s3/"])
def test_only_administrators_see_them(path: str) -> None:
    client = Client()
    client.force_login(make_user(role=User.Role.EDITOR))

    assert client.get(URL + path).status_code == 403


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    assert "No other system is connected" in client.get(URL).content.decode()


def test_queries_do_not_grow_with_connectors(
    client: Client, pictures: Path, django_assert_num_queries: Callable
) -> None:
    sync(folder_connector(pictures, name="a"))
    client.get(URL)
    with django_assert_num_queries(5):
        client.get(URL)
    sync(folder_connector(pictures, name="b"))

    with django_assert_num_queries(5):
        client.get(URL)
