from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect

from analysis.people import PERSON
from analysis.pipeline.types import Box
from analysis.tagging import correct_tag
from dam.ingest import ingest
from dam.models import Asset
from tests.browser.conftest import DESKTOP, PHONE
from tests.dam.metadata.samples import LIGHTROOM
from tests.factories import make_asset, make_face
from tests.pictures import encoded, new_png, picture


@pytest.fixture
def photo(db: None) -> Asset:
    content = encoded(picture(960, 640))
    return ingest(
        io.BytesIO(content),
        name="countess.png",
        source=Asset.Source.COMMAND,
        folder="1843/London",
        sidecar=LIGHTROOM,
    ).asset


@pytest.mark.parametrize("scripts", [True, False])
def test_a_face_gets_a_name(sign_in, photo, scripts):
    face = make_face(photo, box=Box(300, 150, 200, 260))
    correct_tag(make_face(make_asset()), facet=PERSON, value="Ada Lovelace", user=None)
    page = sign_in(scripts=scripts)
    page.goto(f"/photos/{photo.uid}/")

    page.locator(f"#correct-{face.uid}-person").click()
    page.get_by_label("Person of face 1").fill("Ada Lovelace")
    page.get_by_role("button", name="Save").and_(page.locator(":visible")).click()

    expect(page.get_by_text("by a person", exact=True)).to_be_visible()
    assert face.tags.get(facet=PERSON).value == "Ada Lovelace"
    expect(page.locator("#known-person option")).to_have_count(1)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_the_file_says_fits_the_page(sign_in, photo, viewport):
    page = sign_in(viewport=viewport)

    page.goto(f"/photos/{photo.uid}/")

    expect(page.get_by_text("London, United Kingdom")).to_be_visible()
    expect(page.get_by_role("link", name="1843/London")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]


def test_a_folder_keeps_its_folders(sign_in, tmp_path):
    inner = tmp_path / "summer" / "sea"
    inner.mkdir(parents=True)
    (inner / "a.png").write_bytes(new_png())
    (inner / "a.png.xmp").write_bytes(LIGHTROOM)
    page = sign_in()
    page.goto("/upload/")

    page.get_by_label("Choose a folder").set_input_files(tmp_path / "summer")
    expect(page.get_by_text("1 of 1 done")).to_be_visible()

    assert Asset.objects.get().folder == "summer/sea"
