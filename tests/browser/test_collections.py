"""Collections and saved searches in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dam.models import Asset, Collection
from search.models import SavedSearch
from tests.factories import make_asset, make_collection, make_face

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asset(transactional_db) -> Asset:
    """A photo with a face."""
    asset = make_asset(name="party.png")
    make_face(asset)
    return asset


def test_without_scripts_a_photo_is_collected_and_found(sign_in, asset):
    page = sign_in(scripts=False)

    page.get_by_role("link", name="Collections").click()
    page.get_by_label("New collection").fill("Summer")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("The collection “Summer” was made.")).to_be_visible()

    page.goto(f"/photos/{asset.uid}/")
    page.get_by_label("Add to a collection").fill("summer")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Summer").click()

    expect(page).to_have_url(re.compile(r"/faces/\?collection=.+&show=photos$"))
    expect(page.get_by_text("party.png").first).to_be_visible()


def test_without_scripts_a_collection_is_renamed_and_deleted(sign_in, asset):
    collection = make_collection("Summer", assets=[asset.pk])
    page = sign_in(scripts=False)
    page.goto("/collections/")

    page.get_by_role("link", name="Edit Summer").click()
    page.get_by_label("Name").fill("Winter")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Delete Winter").click()
    expect(page.get_by_text("Its 1 photo stays in the library")).to_be_visible()
    page.get_by_role("button", name="Delete for good").click()

    expect(page.get_by_text("The collection “Winter” was deleted.")).to_be_visible()
    assert not Collection.objects.filter(pk=collection.pk).exists()
    assert Asset.objects.filter(pk=asset.pk).exists()


def test_a_photo_is_collected_without_loading_its_page(sign_in, asset):
    make_collection("Summer", assets=[asset.pk])
    page = sign_in()
    page.goto(f"/photos/{asset.uid}/")
    page.evaluate("window.stayed = true")

    page.get_by_label("Add to").fill("Winter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Winter")).to_be_visible()
    expect(page.get_by_label("Add to")).to_be_focused()

    page.get_by_role("button", name="Take it out of Summer").click()
    expect(page.get_by_role("link", name="Summer")).to_have_count(0)
    assert page.evaluate("window.stayed")


def test_a_search_is_saved_and_opened(sign_in, asset):
    page = sign_in()
    page.goto("/faces/?min_quality=50")

    page.locator("#more").click()
    page.get_by_label("Save this search as").fill("Good ones")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This search was saved as “Good ones”.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/faces/\?min_quality=50$"))

    page.goto("/searches/")
    expect(page.get_by_text("1 photo, 1 face")).to_be_visible()
    page.get_by_role("link", name="Link to share Good ones").click()
    expect(page).to_have_url(re.compile(r"/faces/\?min_quality=50$"))


def test_what_is_saved_is_what_the_page_shows_after_a_change(sign_in, asset):
    page = sign_in()
    page.goto("/faces/")

    page.locator("a.facet__value").first.click()
    expect(page.locator(".chip").first).to_be_visible()
    page.locator("#more").click()
    page.get_by_label("Save this search as").fill("Changed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This search was saved as “Changed”.")).to_be_visible()

    assert SavedSearch.objects.get().query == page.url.partition("?")[2]
