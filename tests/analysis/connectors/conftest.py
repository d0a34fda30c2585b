from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.connectors.connectors import create_connector
from analysis.connectors.models import Connector, ConnectorRun
from analysis.connectors.runs import start_run
from analysis.connectors.working import work
from analysis.people import PERSON
from analysis.tagging import correct_tag
from dam.audit import COMMAND_LINE
from dam.models import Asset
from tests.factories import make_face, make_run
from tests.fakes import FakePipeline
from tests.pictures import new_png


@pytest.fixture(autouse=True)
def _pipeline(fake_pipeline: FakePipeline, sent_run_ids: list[int]) -> None:
    """Pictures that come in are queued, and no broker is needed."""


@pytest.fixture
def pictures(settings, tmp_path: Path) -> Path:
    """A folder that connectors may lead to."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    settings.DAM_CONNECTOR_FOLDERS = (tmp_path,)
    return folder


@pytest.fixture
def connector(db: None, pictures: Path) -> Connector:
    return folder_connector(pictures)


@pytest.fixture
def add(pictures: Path) -> Callable[..., Path]:
    """Put a picture into the folder, a new one if none is given."""

    def add(name: str = "a.png", content: bytes | None = None) -> Path:
        path = pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content or new_png())
        return path

    return add


def folder_connector(path: Path, *, name: str = "Photos", **flags: object) -> Connector:
    return create_connector(
        name=name, kind="folder", options={"path": str(path)}, by=COMMAND_LINE, **flags
    )


def sync(connector: Connector, *, dry_run: bool = False, scheduled: bool = False) -> ConnectorRun:
    """Run a connector to its end."""
    run = start_run(connector, is_dry_run=dry_run, user=None, is_scheduled=scheduled)
    work(run.pk)
    run.refresh_from_db()
    return run


def analyze(asset: Asset, *, person: str = "") -> None:
    """Let an asset's analysis be over, with one face, which a person may have named."""
    asset.runs.all().delete()
    make_run(asset, status="succeeded", face_count=1)
    face = make_face(asset)
    if person:
        correct_tag(face, facet=PERSON, value=person, user=None)


def rename_face(asset: Asset, person: str) -> None:
    correct_tag(asset.faces.get(), facet=PERSON, value=person, user=None)


def later(path: Path) -> None:
    """Let a file have been changed a second later than it was."""
    state = path.stat()
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 10**9))
