"""A Filerobot-style DAM: our own asset endpoints, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.connectors.connectors import create_connector
from analysis.connectors.models import Connector
from analysis.connectors.systems.filerobot import FilerobotLibrary
from dam.addresses import read_networks
from dam.audit import COMMAND_LINE
from dam.models import Asset
from tests.analysis.connectors.conftest import analyze, rename_face, sync
from tests.factories import make_api_key, make_asset
from tests.pictures import new_png

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connector(live_server: Any, settings) -> Connector:
    settings.DAM_CONNECTOR_NETWORKS = read_networks(["127.0.0.1"])
    options = {"url": live_server.url, "token": "fdocs", "key": make_api_key().text}
    return create_connector(name="DAM", kind="filerobot", options=options, by=COMMAND_LINE)


def test_pictures_are_pulled_and_tags_written_back_once(connector: Connector) -> None:
    asset = make_asset(name="sea.png")
    Asset.objects.filter(pk=asset.pk).update(metadata={"title": "The sea", "keywords": ["boat"]})
    analyze(asset, person="Zoe")

    first = sync(connector)
    second = sync(connector)

    asset.refresh_from_db()
    assert (first.status, first.pulled, first.known, first.written) == ("done", 1, 1, 1)
    assert asset.metadata["title"] == "The sea"
    assert {"boat", "facet:person:Zoe"} <= set(asset.metadata["keywords"])
    assert (second.unchanged, second.written) == (1, 0)

    rename_face(asset, "Ann")
    sync(connector)

    asset.refresh_from_db()
    assert "facet:person:Ann" in asset.metadata["keywords"]
    assert "facet:person:Zoe" not in asset.metadata["keywords"]


def test_a_wrong_key_fails_the_run(connector: Connector) -> None:
    Connector.objects.update(secrets={"key": "fct_wrong"})
    connector.refresh_from_db()

    run = sync(connector)

    assert (run.status, run.error_code) == ("failed", "system_refused")
    assert "401" in run.error_message


def test_the_key_is_for_the_server_of_the_api_alone() -> None:
    options = {
        "url": "https://dam.example",
        "token": "t",
        "key": "k",
        "folder": "",
        "tag_prefix": "f:",
    }
    library = FilerobotLibrary(options)

    assert library._headers_for("https://dam.example/a.png") == {"X-Filerobot-Key": "k"}
    assert library._headers_for("https://cdn.example/a.png") == {}
    assert library._headers_for("http://dam.example/a.png") == {}


def test_pages_of_the_list_follow_each_other(
    connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_asset(new_png())
    monkeypatch.setattr("analysis.connectors.systems.filerobot.PAGE_SIZE", 2)

    assert sync(connector, dry_run=True).new == 3
