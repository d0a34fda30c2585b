"""The page of one photo: zoom, a face that is added by numbers, hidden faces."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from analysis import nets
from analysis.models import AnalysisRun
from analysis.pipeline.types import Box
from dam.models import Asset
from tests.factories import make_asset, make_face, make_run
from tests.fakes import FakePipeline
from tests.pictures import encoded, picture

FOUND = Box(60, 60, 90, 120)


@pytest.fixture
def asset(db: None, monkeypatch: pytest.MonkeyPatch) -> Asset:
    pipeline = FakePipeline()
    monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
    monkeypatch.setattr(nets, "_version", lambda _: pipeline.version)
    asset = make_asset(encoded(picture(600, 400)), name="party.png")
    asset.runs.all().delete()
    make_run(asset, status=AnalysisRun.Status.SUCCEEDED, face_count=1)
    make_face(asset, box=FOUND)
    return asset


def open_photo(page: Page, asset: Asset) -> None:
    page.goto(f"/photos/{asset.uid}/")
    expect(page.locator(".stage[data-ready]")).to_be_visible()


def test_a_face_is_added_by_numbers_without_scripts(sign_in, asset):
    page = sign_in(scripts=False)
    page.goto(f"/photos/{asset.uid}/")

    page.get_by_text("Add a missed face").click()
    for name, value in {"Left": 300, "Top": 100, "Width": 80, "Height": 90}.items():
        page.get_by_label(name, exact=True).fill(str(value))
    page.get_by_role("button", name="Add this face").click()

    expect(page.get_by_role("heading", name="2 faces")).to_be_visible()


def test_the_picture_is_zoomed_and_moved_and_left_by_keys(sign_in, asset):
    newer = make_asset(name="newer.png")
    page = sign_in()
    open_photo(page, asset)
    box = page.locator(".mark__line")
    before = box.bounding_box()

    page.keyboard.press("+")
    page.keyboard.press("+")
    zoomed = box.bounding_box()
    page.locator(".stage").drag_to(
        page.locator(".stage"),
        source_position={"x": 200, "y": 300},
        target_position={"x": 260, "y": 300},
    )
    moved = box.bounding_box()
    page.keyboard.press("0")

    assert zoomed["width"] == pytest.approx(before["width"] * 1.96, rel=0.05)
    assert moved["x"] == pytest.approx(zoomed["x"] + 60, abs=3)
    assert box.bounding_box()["width"] == pytest.approx(before["width"], rel=0.02)

    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/photos/{newer.uid}/")


def test_faces_are_hidden_in_a_download(sign_in, asset):
    page = sign_in()
    open_photo(page, asset)

    page.locator("summary", has_text="Download").click()
    page.get_by_role("button", name="With faces hidden").click()
    page.get_by_label("Pixelate").check()
    with page.expect_download() as download:
        page.locator("#redact").get_by_role("button", name="Download").click()

    assert download.value.suggested_filename == "party-faces-hidden.png"
