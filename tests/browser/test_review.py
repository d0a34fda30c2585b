from __future__ import annotations

from playwright.sync_api import expect

from analysis.models import FaceTag
from tests.browser.conftest import PHONE
from tests.search.review.unsure import make_unsure


def count_said() -> int:
    return FaceTag.objects.filter(source=FaceTag.Source.USER).count()


def test_ten_faces_are_reviewed_by_keyboard_and_one_is_undone(sign_in):
    for number in range(11):
        make_unsure("glasses", 0.3 + 0.01 * number)
    page = sign_in()
    page.goto("/review/?facet=glasses")
    progress = page.get_by_role("status")

    for decided, key in enumerate("1231231231", start=1):
        page.keyboard.press(key)
        expect(progress).to_contain_text(f"{decided} decided")
    expect(progress).to_contain_text("1 left")
    expect(page.get_by_role("heading", name="Glasses?")).to_be_focused()
    last = page.locator("[name=tag]").input_value()
    page.keyboard.press("u")
    expect(progress).to_contain_text("9 decided · 2 left")
    assert page.locator("[name=tag]").input_value() != last

    assert count_said() == 9
    page.keyboard.press("ArrowRight")
    expect(progress).to_contain_text("1 skipped")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Only what you skipped is left")).to_be_visible()


def test_it_works_on_a_phone_without_scripts(sign_in):
    for score in (0.3, 0.4):
        make_unsure("glasses", score)
    page = sign_in(scripts=False, viewport=PHONE)
    page.goto("/review/")

    page.get_by_role("button", name="Sunglasses").click()
    expect(page.get_by_role("status")).to_contain_text("1 decided · 1 left")
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("status")).to_contain_text("0 decided · 2 left")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
