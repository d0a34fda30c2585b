"""What people come for, on real photos and with the real nets."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import skimage.data
from PIL import Image
from playwright.sync_api import Page, expect

from analysis.models import Face
from analysis.pipeline.types import Box
from dam.models import Asset
from tests.factories import make_asset

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.nets]


@pytest.fixture
def library(
    transactional_db: None, portraits: list[Path], analyze: Callable[[], None]
) -> list[Asset]:
    """A woman with bare eyes and one with glasses, each on a photo of her own."""
    assets = [make_asset(path.read_bytes(), name=path.name) for path in portraits]
    analyze()
    return assets


def test_a_correction_moves_the_counts_and_undo_moves_them_back(sign_in, library):
    page = sign_in()
    page.goto("/faces/")
    page.locator("#fold-glasses > summary").click()
    expect(page.locator("#glasses-none")).to_contain_text("1 face")

    page.locator("#glasses-glasses").click()
    expect(page.locator(".tile")).to_have_count(1)
    page.locator(".tile__link").click()
    expect(page.get_by_role("heading", name="grace_hopper.jpg")).to_be_visible()
    photo = page.url
    page.locator("[data-facet=glasses] > summary").click()
    page.locator("[data-facet=glasses]").get_by_role("button", name="None").click()
    expect(page.get_by_text("by a person", exact=True)).to_be_visible()

    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#glasses-glasses")).to_contain_text("0 faces")
    expect(page.locator("#glasses-none")).to_contain_text("2 faces")
    expect(page.locator(".tile")).to_have_count(0)
    page.goto(photo)
    expect(page.get_by_text("by a person", exact=True)).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("by a person", exact=True)).to_have_count(0)

    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#glasses-glasses")).to_contain_text("1 face")
    expect(page.locator(".tile")).to_have_count(1)


def test_another_picture_of_somebody_finds_them(sign_in, library):
    astronaut = Image.fromarray(skimage.data.astronaut()).crop((60, 0, 360, 300))
    picture = io.BytesIO()
    astronaut.resize((240, 240)).save(picture, "JPEG", quality=80)
    page = sign_in()
    page.goto("/search/similar/")

    page.get_by_label("A picture with the face to look for").set_input_files(
        {"name": "somebody.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    expect(page.locator(".result")).to_have_count(2)
    expect(page.locator(".result").first).to_contain_text("Very likely")
    expect(page.locator(".result").last).to_contain_text("Unlikely")

    page.locator(".result__face").first.click()
    expect(page.get_by_role("heading", name="astronaut.png")).to_be_visible()


def draw(page: Page, box: Box, *, width: int) -> None:
    """Drag a box in a picture that is as many pixels wide."""
    stage = page.locator(".stage image").first.bounding_box()
    scale = stage["width"] / width
    left, top = stage["x"] + box.left * scale, stage["y"] + box.top * scale
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + box.width * scale, top + box.height * scale, steps=4)
    page.mouse.up()


def test_a_missed_face_is_drawn_called_none_and_restored(sign_in, library):
    asset = library[0]
    missed = asset.faces.get()
    missed.delete()
    page = sign_in()
    page.goto(f"/photos/{asset.uid}/")
    expect(page.locator(".stage[data-ready]")).to_be_visible()

    page.keyboard.press("a")
    expect(page.locator(".stage[data-drawing]")).to_be_visible()
    draw(page, missed.box, width=asset.width)
    page.get_by_role("button", name="Add this face").click()
    expect(page.get_by_text("Face 1 was added.")).to_be_visible()
    expect(page.locator("[data-facet=gender]")).to_contain_text("Female")
    drawn = Face.objects.get(origin="drawn")
    assert drawn.box.overlap(missed.box) > 0.9

    page.get_by_role("button", name="Face 1 is not a face").click()
    expect(page.locator(".face-card")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".face-card")).to_have_count(1)
