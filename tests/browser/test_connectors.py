from __future__ import annotations

from pathlib import Path

import pytest

from analysis.connectors.models import ConnectorRun
from analysis.connectors.tasks import run_connector
from analysis.connectors.working import work
from dam.models import Asset
from tests.pictures import new_png

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_folder_is_connected_looked_at_and_pulled(
    sign_in, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_connector, "delay", lambda _: None)
    settings.DAM_CONNECTOR_FOLDERS = (tmp_path,)
    (tmp_path / "sea.png").write_bytes(new_png())
    page = sign_in()
    page.goto("/settings/connectors/")

    page.get_by_role("link", name="New connector").click()
    page.get_by_role("link", name="Folder with XMP sidecars").click()
    page.get_by_label("Name").fill("Photos")
    page.get_by_label("Folder", exact=True).fill(str(tmp_path))
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("button", name="Dry run").click()
    # The page looks for news by itself.
    work(ConnectorRun.objects.get().pk)
    page.get_by_role("rowheader", name="sea.png").wait_for()
    page.get_by_role("button", name="Run it").click()
    page.wait_for_url("**/runs/**")
    work(ConnectorRun.objects.get(is_dry_run=False).pk)

    page.get_by_text("Done", exact=True).wait_for()
    assert Asset.objects.get().name == "sea.png"
