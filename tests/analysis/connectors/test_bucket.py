"""A bucket of S3, against a server in memory that speaks S3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from analysis.connectors.connectors import change_connector, create_connector
from analysis.connectors.models import Connector
from analysis.connectors.systems import bucket
from dam.addresses import read_networks
from dam.audit import COMMAND_LINE
from dam.metadata.packets import read_xmp
from dam.models import Asset
from tests.analysis.connectors.conftest import analyze, rename_face, sync
from tests.dam.metadata.samples import DIGIKAM
from tests.pictures import new_png

pytestmark = pytest.mark.django_db
BUCKET = "press"
SECRET = "not-so-secret"


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(settings, s3_url: str) -> Iterator[Any]:
    """A client for an empty bucket that connectors may ask for."""
    settings.DAM_CONNECTOR_NETWORKS = read_networks(["127.0.0.1"])
    client = boto3.client(
        "s3",
        endpoint_url=s3_url,
        region_name="us-east-1",
        aws_access_key_id="AK",
        aws_secret_access_key=SECRET,
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=one["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def connector(s3: Any, s3_url: str) -> Connector:
    options = {
        "bucket": BUCKET,
        "prefix": "2026/",
        "endpoint_url": s3_url,
        "access_key_id": "AK",
        "secret_access_key": SECRET,
    }
    return create_connector(name="Press", kind="s3", options=options, by=COMMAND_LINE)


def put(s3: Any, key: str, content: bytes | None = None) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=content or new_png())


def read(s3: Any, key: str) -> dict[str, list[str]]:
    return read_xmp(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())


def test_new_objects_below_the_prefix_come_in(connector: Connector, s3: Any) -> None:
    put(s3, "2026/summer/sea.png")
    put(s3, "2025/old.png")
    put(s3, "2026/film.mp4")

    run = sync(connector)

    asset = Asset.objects.get()
    assert (asset.name, asset.folder) == ("sea.png", "summer")
    assert (run.listed, run.pulled, sync(connector).unchanged) == (1, 1, 1)


def test_an_object_with_another_etag_is_pulled_again(connector: Connector, s3: Any) -> None:
    put(s3, "2026/a.png")
    sync(connector)
    put(s3, "2026/a.png")

    assert sync(connector).changed == 1


def test_tags_go_back_as_sidecars_once(connector: Connector, s3: Any) -> None:
    put(s3, "2026/a.png")
    sync(connector)
    analyze(Asset.objects.get(), person="Zoe")

    assert sync(connector).written == 1
    assert read(s3, "2026/a.png.xmp")["iptcExt.PersonInImage"] == ["Zoe"]
    again = sync(connector)
    assert (again.written, again.changed) == (0, 0)


def test_a_correction_goes_into_the_sidecar_of_another_program(
    connector: Connector, s3: Any
) -> None:
    put(s3, "2026/a.png")
    put(s3, "2026/a.xmp", DIGIKAM)
    sync(connector)
    analyze(Asset.objects.get(), person="Zoe")
    sync(connector)
    rename_face(Asset.objects.get(), "Ann")

    sync(connector)

    people = read(s3, "2026/a.xmp")["iptcExt.PersonInImage"]
    assert "Ann" in people
    assert "Zoe" not in people
    assert [path for path in read_xmp(DIGIKAM) if path not in read(s3, "2026/a.xmp")] == []


def test_sidecars_that_are_listed_on_another_page_belong_to_their_pictures(
    connector: Connector, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "PAGE_SIZE", 3)
    for name in ("a.png", "b.png", "c.png", "c.png.xmp", "d.png"):
        put(s3, f"2026/{name}", DIGIKAM if name.endswith("xmp") else None)

    run = sync(connector)

    items = {item.key: item.version for item in connector.items.all()}
    assert run.listed == 4
    assert [key for key, version in items.items() if "+" in version] == ["2026/c.png"]


def test_a_bucket_that_is_not_there_fails_the_run(connector: Connector) -> None:
    change_connector(connector, options={"bucket": "elsewhere"}, by=COMMAND_LINE)
    connector.refresh_from_db()

    run = sync(connector)

    assert (run.status, run.error_code) == ("failed", "system_refused")
    assert "NoSuchBucket" in run.error_message


def test_private_addresses_need_a_setting(connector: Connector, settings) -> None:
    settings.DAM_CONNECTOR_NETWORKS = ()

    run = sync(connector)

    assert (run.status, run.error_code) == ("failed", "system_refused")
    assert "DAM_CONNECTOR_NETWORKS" in run.error_message
