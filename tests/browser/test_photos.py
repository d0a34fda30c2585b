from __future__ import annotations

from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from analysis.models import AnalysisRun
from analysis.pipeline.types import Box
from dam.models import Asset
from tests.factories import make_asset, make_face, make_run

LEFT_BOX, RIGHT_BOX = Box(8, 8, 30, 40), Box(50, 8, 24, 32)


def asset_with_two_faces() -> Asset:
    asset = make_run(status=AnalysisRun.Status.SUCCEEDED, face_count=2).asset
    make_face(asset, position=0, box=LEFT_BOX)
    make_face(asset, position=1, box=RIGHT_BOX, seed=1)
    return asset


def test_an_ended_session_leads_to_the_login_and_back(sign_in):
    make_asset()
    page = sign_in()
    expect(page.get_by_text("1 waiting")).to_be_visible()
    # A picture that is still being fetched would be refused, too.
    page.wait_for_load_state("load")

    Session.objects.all().delete()

    page.wait_for_url("**/login/?next=%2F")


def test_a_photo_shows_its_faces_as_soon_as_they_are_found(sign_in, portraits, analyze):
    asset = make_asset(portraits[0].read_bytes())
    page = sign_in()
    page.goto(f"/photos/{asset.uid}/")
    expect(page.get_by_text("Waiting for its turn.")).to_be_visible()

    analyze()

    expect(page.get_by_role("heading", name="1 face")).to_be_visible()
    expect(page.locator(".mark")).to_have_count(1)


def test_a_card_and_its_box_light_up_together(sign_in):
    asset = asset_with_two_faces()
    page = sign_in()
    page.goto(f"/photos/{asset.uid}/")

    page.locator(".face-card").nth(1).hover()
    expect(page.locator(".mark.is-active .mark__number")).to_have_text("2")

    page.locator(".mark__face").first.focus()
    expect(page.locator(".face-card.is-active h3")).to_have_text("Face 1")


def test_a_box_leads_to_its_card_by_keyboard(sign_in):
    asset = asset_with_two_faces()
    page = sign_in()
    page.goto(f"/photos/{asset.uid}/")

    page.locator(".mark__face").nth(1).focus()
    page.keyboard.press("Enter")

    expect(page.locator(".face-card:target h3")).to_have_text("Face 2")


def test_layers_are_switched_and_remembered(sign_in):
    asset = asset_with_two_faces()
    page = sign_in()
    page.goto(f"/photos/{asset.uid}/")
    expect(page.locator(".mark__landmarks").first).to_have_css("opacity", "0")

    page.get_by_label("Landmarks", exact=True).check()
    page.get_by_label("Names", exact=True).uncheck()
    page.reload()

    expect(page.get_by_label("Landmarks", exact=True)).to_be_checked()
    expect(page.locator(".mark__landmarks").first).to_have_css("opacity", "1")
    expect(page.locator(".mark__name").first).to_have_css("opacity", "0")
    expect(page.locator(".mark__pupils").first).to_have_css("opacity", "0")


def test_without_scripts_layers_are_switched_and_faces_linked(sign_in):
    asset = asset_with_two_faces()
    page = sign_in(scripts=False)
    page.goto(f"/photos/{asset.uid}/")

    page.get_by_label("Landmarks", exact=True).check()
    expect(page.locator(".mark__landmarks").first).to_have_css("opacity", "1")
    page.get_by_role("link", name="Look at face 2 close up").click()

    expect(page.get_by_role("link", name="Whole picture")).to_be_visible()


def test_a_photo_is_deleted_after_a_question(sign_in):
    asset = make_asset(name="old.png")
    page = sign_in()
    page.goto(f"/photos/{asset.uid}/")

    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()

    expect(page.get_by_text("old.png was deleted.")).to_be_visible()
    assert not Asset.objects.exists()


def test_one_can_sign_out(sign_in):
    page = sign_in()

    page.get_by_role("banner").locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url("**/login/**")
