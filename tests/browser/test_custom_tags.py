"""A tag is made, taught, trained and used in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from analysis import nets
from analysis.custom_tags.examples import mark_examples
from analysis.custom_tags.tags import create_tag, find_tag
from analysis.custom_tags.tasks import apply_tag_version
from analysis.models import CustomTag, FaceTag
from tests.browser.conftest import PHONE
from tests.factories import make_face

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def taught(transactional_db) -> CustomTag:
    """A tag with eleven examples of yes and ten of no; three faces more are not marked."""
    tag = create_tag(label="Red hat", user=None)
    net = nets.current_manifest().embedding_net
    faces = [make_face(seed=seed, embedding_net=net) for seed in range(24)]
    uids = [face.uid for face in faces]
    mark_examples(tag, yes=uids[:11], no=uids[11:21], user=None)
    return tag


def test_without_scripts_a_tag_is_made_taught_and_trained(sign_in):
    page = sign_in(scripts=False)
    net = nets.current_manifest().embedding_net
    for seed in range(22):
        make_face(seed=seed, embedding_net=net)

    page.get_by_role("link", name="Tags").click()
    page.get_by_role("link", name="Make the first tag").click()
    page.get_by_label("What should it be called?").fill("Red hat")
    page.get_by_role("button", name="Create").click()
    cards = page.locator(".mark-card")
    expect(cards).to_have_count(22)
    for card in cards.all()[:11]:
        card.get_by_label("Yes", exact=True).check(force=True)
    page.get_by_role("button", name="Save, all others are no").click()
    expect(page.get_by_role("heading", name="Yes: 11")).to_be_visible()
    expect(page.get_by_role("heading", name="No: 11")).to_be_visible()
    page.get_by_role("button", name="Train").click()

    expect(page.get_by_text("Version 1 was trained")).to_be_visible()
    expect(page.get_by_text("Tagging faces: 0 of 22")).to_be_visible()


def test_marking_and_progress_are_shown_without_loading_the_page(sign_in, taught):
    page = sign_in()
    page.goto("/tags/red_hat/")
    page.evaluate("window.stayed = true")

    page.locator(".mark-card").first.get_by_label("No", exact=True).check(force=True)
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", name="No: 11")).to_be_visible()
    assert page.evaluate("window.stayed")

    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text("Tagging faces: 0 of 24")).to_be_visible()
    page.evaluate("window.stayed = true")
    apply_tag_version(find_tag("red_hat").active_version.pk)

    expect(page.get_by_text("All 24 faces are tagged")).to_be_visible()
    assert page.evaluate("window.stayed")
    assert FaceTag.objects.filter(facet="red_hat").count() == 24


def test_faces_are_marked_by_the_keyboard_alone(sign_in, taught):
    page = sign_in()
    page.goto("/tags/red_hat/")
    card = page.locator(".mark-card").first

    card.get_by_role("link").focus()
    page.keyboard.press("Tab")
    expect(card.get_by_label("Skip")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(card.get_by_label("Yes", exact=True)).to_be_checked()
    page.locator("#mark-save").press("Enter")

    expect(page.get_by_role("heading", name="Yes: 12")).to_be_visible()
    expect(page.locator("#mark-save")).to_be_focused()


def test_it_fits_a_phone(sign_in, taught):
    page = sign_in(viewport=PHONE)

    for address in ("/tags/", "/tags/new/", "/tags/red_hat/"):
        page.goto(address)

        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("[Tt]ag|hat"))
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], address
