from __future__ import annotations

from playwright.sync_api import Page, expect

from search import views
from tests.browser.conftest import PHONE
from tests.factories import make_face
from tests.search.conftest import tag


def make_library() -> None:
    """Two women, one in glasses, and a man."""
    tag(make_face(quality_score=90), gender="female", glasses="none")
    tag(make_face(quality_score=50), gender="female", glasses="glasses")
    tag(make_face(quality_score=70), gender="male", glasses="none")


def open_faces(page: Page) -> Page:
    page.goto("/faces/")
    expect(page.locator(".face-tile")).to_have_count(3)
    return page


def test_choosing_values_narrows_faces_counts_and_address(sign_in):
    make_library()
    page = open_faces(sign_in())

    page.locator("#gender-female").click()
    expect(page.get_by_role("status")).to_have_text("2 faces")
    expect(page.locator("#glasses-glasses")).to_contain_text("1 face")
    page.locator("#glasses-none").click()

    expect(page.locator(".face-tile")).to_have_count(1)
    expect(page).to_have_url("/faces/?gender=female&glasses=none")
    expect(page.get_by_role("link", name="Remove Gender: Female")).to_be_visible()
    expect(page.locator("#glasses-none")).to_have_attribute("aria-current", "true")


def test_back_leads_to_the_faces_before(sign_in):
    make_library()
    page = open_faces(sign_in())
    page.locator("#gender-male").click()
    expect(page.locator(".face-tile")).to_have_count(1)

    page.go_back()

    expect(page.locator(".face-tile")).to_have_count(3)
    expect(page).to_have_url("/faces/")
    expect(page.get_by_role("status")).to_have_text("3 faces")


def test_the_keyboard_keeps_its_place(sign_in):
    make_library()
    page = open_faces(sign_in())

    page.locator("#gender-male").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".face-tile")).to_have_count(1)
    expect(page.locator("#gender-male")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator(".face-tile")).to_have_count(3)


def test_space_ticks_a_filter_and_takes_it_away(sign_in):
    make_library()
    page = open_faces(sign_in())

    page.locator("#gender-male").focus()
    page.keyboard.press("Space")
    expect(page.locator(".face-tile")).to_have_count(1)
    expect(page.locator("#gender-male")).to_be_focused()
    page.keyboard.press("Space")

    expect(page.locator(".face-tile")).to_have_count(3)


def test_faces_are_put_in_another_order(sign_in):
    make_library()
    page = open_faces(sign_in())
    best = page.locator(".face-tile a").nth(2).get_attribute("href") or ""

    page.get_by_role("link", name="Best quality").click()

    expect(page.locator(".face-tile a").first).to_have_attribute("href", best)
    expect(page).to_have_url("/faces/?order=quality")


def test_filters_are_taken_away_by_their_chips(sign_in):
    make_library()
    page = sign_in()
    page.goto("/faces/?gender=female&glasses=none")

    page.get_by_role("link", name="Remove Glasses: None").click()
    expect(page.locator(".face-tile")).to_have_count(2)
    page.get_by_role("link", name="Clear all", exact=True).click()

    expect(page.locator(".face-tile")).to_have_count(3)
    expect(page).to_have_url("/faces/")


def test_quality_filters_as_soon_as_it_is_entered(sign_in):
    make_library()
    page = open_faces(sign_in())

    page.get_by_label("Quality at least").fill("60")
    page.get_by_label("Quality at least").blur()

    expect(page.locator(".face-tile")).to_have_count(2)
    expect(page).to_have_url("/faces/?min_quality=60")


def test_more_faces_come_when_the_end_is_seen(sign_in, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 1)
    make_library()

    page = sign_in(viewport=PHONE)
    page.goto("/faces/?order=quality")

    expect(page.locator(".face-tile")).to_have_count(3)
    expect(page).to_have_url("/faces/?order=quality")


def test_without_scripts_links_and_form_do_the_same(sign_in):
    make_library()
    page = open_faces(sign_in(scripts=False))

    page.locator("#gender-female").click()
    expect(page.locator(".face-tile")).to_have_count(2)
    page.get_by_label("Quality at least").fill("60")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator(".face-tile")).to_have_count(1)
    expect(page.get_by_role("link", name="Remove Gender: Female")).to_be_visible()
    expect(page.get_by_role("link", name="Remove Quality: 60 or more")).to_be_visible()


def test_on_a_phone_filters_open_and_nothing_is_too_wide(sign_in):
    make_library()
    page = open_faces(sign_in(viewport=PHONE))
    expect(page.locator("#gender-male")).to_be_hidden()

    page.get_by_text("Filters", exact=True).click()
    page.locator("#gender-male").click()

    expect(page.locator(".face-tile")).to_have_count(1)
    expect(page.locator("#gender-male")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
