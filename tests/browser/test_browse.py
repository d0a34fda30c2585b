from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from analysis.models import AnalysisRun
from search.browse import views
from tests.browser.conftest import PHONE
from tests.factories import make_asset, make_face
from tests.search.conftest import tag


def make_library() -> None:
    """Two women, one in glasses, and a man."""
    tag(make_face(quality_score=90), gender="female", glasses="none")
    tag(make_face(quality_score=50), gender="female", glasses="glasses")
    tag(make_face(quality_score=70), gender="male", glasses="none")


def open_faces(page: Page) -> Page:
    page.goto("/faces/")
    expect(page.locator(".tile")).to_have_count(3)
    return page


def selected(page: Page) -> int:
    return page.locator(".tile__check > :checked").count()


def test_filters_move_counts_chips_and_address_and_back_leads_back(sign_in):
    make_library()
    page = open_faces(sign_in())

    page.locator("#gender-female").click()
    expect(page.locator("#found-count")).to_have_text("2 faces")
    expect(page.locator("#glasses-glasses")).to_contain_text("1 face")
    page.locator("#fold-glasses > summary").click()
    page.locator("#glasses-none").click()
    expect(page.locator(".tile")).to_have_count(1)
    expect(page).to_have_url("/faces/?gender=female&glasses=none")
    expect(page.locator("#glasses-none")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Remove Gender: Female").click()
    expect(page).to_have_url("/faces/?glasses=none")

    page.go_back()
    expect(page.locator(".tile")).to_have_count(1)
    page.go_back()
    expect(page.locator("#found-count")).to_have_text("2 faces")
    page.go_forward()
    expect(page).to_have_url("/faces/?gender=female&glasses=none")
    page.get_by_role("link", name="Clear all", exact=True).click()
    expect(page.locator(".tile")).to_have_count(3)


def test_a_filter_is_ticked_by_the_keyboard_and_keeps_the_focus(sign_in):
    make_library()
    page = open_faces(sign_in())

    page.locator("#gender-male").focus()
    page.keyboard.press("Space")
    expect(page.locator(".tile")).to_have_count(1)
    expect(page.locator("#gender-male")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator(".tile")).to_have_count(3)


def test_the_switch_and_the_order_keep_the_filters(sign_in):
    make_library()
    page = sign_in()
    page.goto("/faces/?gender=female")
    best = page.locator(".tile__picture").nth(1).get_attribute("src") or ""

    page.locator("#sort").click()
    page.get_by_role("link", name="Best quality").click()
    expect(page).to_have_url("/faces/?gender=female&order=quality")
    expect(page.locator(".tile__picture").first).to_have_attribute("src", best)
    page.get_by_role("link", name="Photos", exact=True).click()

    expect(page).to_have_url("/?gender=female&order=quality")
    expect(page.locator(".tile[data-photo]")).to_have_count(2)


def test_numbers_filter_by_field_and_by_slider(sign_in):
    make_library()
    page = open_faces(sign_in())
    page.locator("#fold-quality > summary").click()

    page.get_by_label("Quality at least").fill("60")
    page.get_by_label("Quality at least").blur()
    expect(page.locator(".tile")).to_have_count(2)
    expect(page).to_have_url("/faces/?min_quality=60")
    page.get_by_label("Quality to", exact=True).focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")

    expect(page).to_have_url("/faces/?min_quality=60&max_quality=80")
    expect(page.locator(".tile")).to_have_count(1)


def test_words_of_the_header_are_asked_with_the_filters(sign_in):
    make_asset(name="beach.png")
    make_asset(name="party.png")
    page = sign_in()
    expect(page.locator(".tile")).to_have_count(2)

    page.keyboard.press("/")
    page.keyboard.type("beach")
    page.keyboard.press("Enter")

    expect(page.locator(".tile")).to_have_count(1)
    expect(page).to_have_url("/?text=beach")
    page.get_by_role("link", name="Remove Text").click()
    expect(page.locator("#search")).to_have_value("")


def test_faces_are_selected_by_the_keyboard_and_changed(sign_in):
    make_library()
    page = open_faces(sign_in())
    page.locator(".tile__link").first.focus()

    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.keyboard.press("a")
    assert selected(page) == 3
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("button", name="Set a tag").click()
    page.get_by_label("Which tag").select_option("glasses:sunglasses")
    page.get_by_role("button", name="Go on", exact=True).click()

    expect(page.get_by_text("1 face, selected by hand")).to_be_visible()


def test_clicks_select_a_row_of_tiles_or_all_that_is_found(sign_in, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    make_library()
    page = sign_in(viewport={"width": 1440, "height": 900})
    page.goto("/faces/")
    expect(page.locator(".tile")).to_have_count(3)

    page.locator(".tile").nth(0).hover()
    page.locator(".tile__check > input").nth(0).check()
    page.locator(".tile__link").nth(2).click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.locator(".tile__link").nth(1).click()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_label("All 3 faces").check()
    page.get_by_role("button", name="Add to a collection").click()
    page.get_by_label("Which collection").fill("Best")
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_text("3 photos, found by all photos")).to_be_visible()


def test_a_tile_follows_its_analysis_and_new_photos_are_offered(sign_in, portraits, analyze):
    make_asset(portraits[0].read_bytes(), name="astronaut.png")
    page = sign_in()
    expect(page.get_by_text("Queued")).to_be_visible()

    analyze()
    expect(page.locator(".tile__faces")).to_contain_text("1")
    expect(page.get_by_text("waiting")).to_have_count(0)

    page.get_by_role("link", name="Show what is new").click()
    expect(page.locator("#show-news")).to_have_count(0)


def test_more_photos_come_when_the_end_is_seen(sign_in, monkeypatch):
    monkeypatch.setattr(views, "PAGE_SIZE", 1)
    for number in range(3):
        make_asset(name=f"{number}.png").runs.update(status=AnalysisRun.Status.SUCCEEDED)

    page = sign_in(viewport=PHONE)

    expect(page.locator(".tile")).to_have_count(3)
    expect(page).to_have_url("/")


def test_without_scripts_links_forms_and_selection_do_the_same(sign_in):
    make_library()
    page = open_faces(sign_in(scripts=False))

    page.locator("#gender-female").click()
    expect(page.locator(".tile")).to_have_count(2)
    page.locator("#fold-quality > summary").click()
    page.get_by_label("Quality at least").fill("60")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".tile")).to_have_count(1)
    expect(page.get_by_role("link", name="Remove Quality: 60 or more")).to_be_visible()
    page.locator(".tile__check > input").check(force=True)
    page.get_by_role("button", name="Set a tag").click()

    expect(page.get_by_label("Which tag")).to_be_visible()


def test_looks_are_changed_at_once_and_remembered(sign_in):
    page = sign_in()

    page.locator(".header .menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/tags/")

    expect(page.locator("html")).to_have_css("background-color", "rgb(18, 20, 22)")


def test_keys_are_listed_and_can_be_switched_off(sign_in):
    page = sign_in()

    page.keyboard.press("?")
    page.get_by_label("Keys of one letter or sign are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")

    expect(page.locator("#search")).not_to_be_focused()
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()


def test_a_failure_is_told_with_a_way_on(sign_in):
    make_library()
    page = open_faces(sign_in())
    page.context.set_offline(True)

    page.locator("#gender-male").click()

    expect(page.get_by_text("The server could not be reached.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page).to_have_url(re.compile(r"/faces/\?gender=male$"))


def test_on_a_phone_filters_open_and_nothing_is_too_wide(sign_in):
    make_library()
    page = sign_in(viewport=PHONE)
    page.goto("/faces/?gender=male")
    expect(page.locator("#gender-female")).to_be_hidden()

    page.get_by_text("Filters", exact=False).first.click()
    page.locator("#gender-female").click()
    expect(page.locator("#gender-female")).to_be_visible()
    page.get_by_text("Show 3 faces").click()

    expect(page.locator("#gender-female")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
