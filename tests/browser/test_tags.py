from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from analysis.models import Face, FaceTag
from tests.factories import make_tagged_face


@pytest.fixture
def face(db: None) -> Face:
    return make_tagged_face(
        {
            "age": 34.2,
            "gender": {"female": 0.97, "male": 0.03},
            "glasses": {"none": 0.02, "glasses": 0.94, "sunglasses": 0.04},
            "mask": {"none": 0.52, "worn": 0.48},
        }
    )


def value_of(face: Face) -> str:
    return str(FaceTag.objects.get(face=face, facet="glasses").value)


def summary_of_glasses(page: Page, face: Face) -> Locator:
    return page.locator(f"#correct-{face.uid}-glasses")


def correct_glasses(page: Page, face: Face) -> None:
    summary_of_glasses(page, face).click()
    page.get_by_role("button", name="Sunglasses").click()


def test_without_scripts_a_tag_is_corrected_and_the_correction_undone(sign_in, face):
    page = sign_in(scripts=False)
    page.goto(f"/photos/{face.asset.uid}/")

    correct_glasses(page, face)
    expect(page.get_by_text("by a person", exact=True)).to_be_visible()
    assert value_of(face) == "sunglasses"

    summary_of_glasses(page, face).click()
    page.get_by_role("button", name="Undo the correction of Glasses").click()
    expect(page.get_by_text("by a person", exact=True)).to_have_count(0)
    assert value_of(face) == "glasses"


def test_a_correction_needs_no_mouse_and_keeps_the_focus(sign_in, face):
    page = sign_in()
    page.goto(f"/photos/{face.asset.uid}/")

    summary_of_glasses(page, face).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("3")

    expect(page.get_by_text("by a person", exact=True)).to_be_visible()
    expect(summary_of_glasses(page, face)).to_be_focused()
    assert value_of(face) == "sunglasses"

    page.keyboard.press("u")
    expect(page.get_by_text("by a person", exact=True)).to_have_count(0)
    assert value_of(face) == "glasses"
