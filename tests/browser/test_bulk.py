from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from analysis.models import Face, FaceTag
from dam.models import Asset
from search.bulk.tasks import run_bulk_job
from search.models import BulkJob
from tests.factories import make_tagged_face

NONE = {"glasses": {"none": 0.96, "glasses": 0.02, "sunglasses": 0.02}}


@pytest.fixture
def faces(db: None) -> list[Face]:
    return [make_tagged_face(NONE) for _ in range(2)]


def values() -> list[str]:
    tags = FaceTag.objects.filter(facet="glasses").order_by("face")
    return list(tags.values_list("value", flat=True))


def choose(page: Page, action: str) -> None:
    page.goto("/faces/?glasses=none")
    page.locator("#more").click()
    page.get_by_role("link", name=action).click()


def set_sunglasses(page: Page) -> None:
    choose(page, "Set a tag")
    page.get_by_label("Which tag").select_option("glasses:sunglasses")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("2 faces, found by Glasses: None")).to_be_visible()
    page.get_by_role("button", name="Change 2 faces").click()
    expect(page.get_by_text("Seen: 0 of 2 faces")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_tag_is_set_on_all_that_is_found_and_given_back(sign_in, faces, scripts):
    page = sign_in(scripts=scripts)

    set_sunglasses(page)
    run_bulk_job(BulkJob.objects.get().pk)
    if not scripts:
        page.reload()
    expect(page.get_by_text("Seen: 2 of 2 faces")).to_be_visible()
    assert values() == ["sunglasses", "sunglasses"]

    page.get_by_role("button", name="Undo for 2 faces").click()
    expect(page.get_by_text("Being undone")).to_be_visible()
    run_bulk_job(BulkJob.objects.get().pk)
    if not scripts:
        page.reload()
    expect(page.get_by_text("Given back: 2 of 2 faces")).to_be_visible()
    assert values() == ["none", "none"]


def test_a_job_is_cancelled(sign_in, faces):
    page = sign_in()

    set_sunglasses(page)
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    run_bulk_job(BulkJob.objects.get().pk)
    assert values() == ["none", "none"]


def test_photos_are_deleted_once_their_number_is_typed(sign_in, faces):
    page = sign_in()

    choose(page, "Delete photos")
    page.get_by_label("Type 2 to confirm").fill("2")
    page.get_by_role("button", name="Delete 2 photos for good").click()
    expect(page.get_by_text("Seen: 0 of 2 photos")).to_be_visible()
    run_bulk_job(BulkJob.objects.get().pk)

    expect(page.get_by_text("Seen: 2 of 2 photos")).to_be_visible()
    assert not Asset.objects.exists()
