"""Keys and people, as an administrator meets them."""

from __future__ import annotations

import pytest
from django.test import Client

from dam.models import User
from tests.browser.conftest import PHONE
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db(transaction=True)


def works(text: str) -> bool:
    answer = Client().get("/api/v1/runs", headers={"Authorization": f"Api-Key {text}"})
    return answer.status_code == 200


def test_a_key_is_made_copied_and_revoked(sign_in):
    page = sign_in()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/keys/")
    page.get_by_role("link", name="Make a key").click()
    page.get_by_label("What it is for").fill("Web shop")
    page.get_by_role("checkbox", name="Analyze pictures").check()
    page.get_by_role("button", name="Make the key").click()

    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied.").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    worked = works(text)
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("link", name="Revoke Web shop").click()
    page.get_by_role("button", name="Revoke it").click()

    assert page.get_by_role("status").inner_text().startswith("The key “Web shop” was revoked")
    assert (worked, works(text)) == (True, False)


def test_who_is_invited_chooses_a_password_without_scripts(sign_in, open_page):
    page = sign_in(scripts=False)
    page.goto("/settings/users/new/")
    page.get_by_label("Name to sign in with").fill("anna")
    page.get_by_role("radio", name="Editor").check()
    page.get_by_role("button", name="Make the account").click()
    link = page.get_by_label("The link").input_value()

    guest = open_page(scripts=False)
    guest.goto(link)
    for label in ("New password", "New password confirmation"):
        guest.get_by_label(label, exact=True).fill("staple battery horse")
    guest.get_by_role("button", name="Keep it and sign in").click()
    guest.goto("/settings/")

    assert User.objects.get(username="anna").has_usable_password()
    assert guest.get_by_text("Editor").is_visible()
    assert guest.get_by_role("link", name="API keys").count() == 0


def test_sections_are_a_strip_on_a_phone(sign_in):
    make_api_key(name="A program with quite a long name for what it does")
    page = sign_in(viewport=PHONE)

    page.goto("/settings/keys/")

    strip = page.get_by_role("navigation", name="Settings")
    assert strip.bounding_box()["height"] < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
