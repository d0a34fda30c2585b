from __future__ import annotations

import base64

import pytest
from playwright.sync_api import expect

from analysis import nets
from analysis.nets import full_manifest
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import make_face
from tests.fakes import FakePipeline
from tests.search.conftest import tag

PASTE = """async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
  window.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
}"""
VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


def make_library() -> str:
    """Store faces like one, half of them with glasses, and return the address of that page."""
    net = full_manifest().embedding_net
    face = make_face(seed=1, embedding_net=net)
    for seed in (1, 1, 2, 3, 4, 5, 6):
        tag(make_face(seed=seed, embedding_net=net), glasses="glasses" if seed % 2 else "none")
    return f"/faces/{face.uid}/similar/"


def test_examples_are_added_and_taken_away_without_scripts(sign_in):
    address = make_library()
    page = sign_in(scripts=False, viewport=PHONE)
    page.goto(address)
    expect(page.locator(".result")).to_have_count(7)

    page.get_by_role("link", name="More like this").first.click()
    expect(page.get_by_role("heading", name="Like all of these")).to_be_visible()
    page.get_by_role("link", name="Not like this").last.click()

    expect(page.get_by_role("heading", name="Not like this")).to_be_visible()
    expect(page.locator(".result")).to_have_count(5)
    assert "like=" in page.url
    assert "unlike=" in page.url
    page.get_by_role("link", name="Remove").last.click()
    expect(page.get_by_role("heading", name="Not like this")).to_have_count(0)


@VIEWPORTS
def test_filters_and_limits_are_chosen_without_scripts(sign_in, viewport):
    address = make_library()
    page = sign_in(scripts=False, viewport=viewport)
    page.goto(address)

    if viewport is PHONE:
        page.get_by_text("Filters and limits").click()
    page.locator(".facet-box summary", has_text="Glasses").click()
    page.get_by_label("Glasses", exact=True).check()
    page.get_by_label("Same person, at least", exact=True).fill("0.9")
    page.get_by_role("button", name="Apply").click()

    expect(page.get_by_role("status")).to_contain_text("2 faces of 4 compared")
    expect(page.locator(".chip").first).to_contain_text("Glasses: Glasses")
    assert "glasses=glasses" in page.url


def test_the_threshold_is_moved_with_a_live_preview_and_what_is_left_gets_a_name(sign_in):
    address = make_library()
    page = sign_in()
    page.goto(address)
    expect(page.locator(".result")).to_have_count(7)

    page.get_by_label("in percent").fill("90")
    expect(page.locator(".result")).to_have_count(2)
    expect(page).to_have_url(f"{address}?min_probability=0.9")
    for box in page.locator(".result__check input").all():
        box.check()
    page.get_by_label("Name of the person").fill("Ada")
    page.get_by_role("button", name="Name", exact=True).click()

    expect(page.get_by_role("heading")).to_contain_text("Set Person to Ada")
    expect(page.locator("main")).to_contain_text("3 faces")


def test_a_picture_that_is_pasted_is_looked_for(sign_in, monkeypatch, portraits):
    pipeline = FakePipeline(shares=[0.4])
    monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
    make_face()
    page = sign_in()
    page.goto("/search/similar/")
    picture = base64.b64encode(portraits[0].read_bytes()).decode()

    page.evaluate(PASTE, picture)

    expect(page.get_by_alt_text("The face in your picture")).to_be_visible()


def test_a_face_of_a_picture_is_chosen_without_scripts(sign_in, monkeypatch, portraits):
    pipeline = FakePipeline(shares=[0.4, 0.2])
    monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
    make_face()
    page = sign_in(scripts=False)
    page.goto("/search/similar/")

    page.get_by_label("A picture with the face to look for").set_input_files(portraits[0])
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Face 2 of 2").click()

    expect(page.get_by_alt_text("The face in your picture")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("1 face of 1 compared")
