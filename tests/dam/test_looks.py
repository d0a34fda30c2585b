from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_look_is_kept_and_shown(browser: Client) -> None:
    response = browser.post(
        "/look/", {"theme": "dark"}, headers={"Referer": "http://testserver/tags/"}
    )

    assert response["Location"] == "http://testserver/tags/"
    assert 'data-theme="dark"' in browser.get("/tags/").content.decode()


def test_another_site_is_not_gone_back_to(browser: Client) -> None:
    response = browser.post("/look/", {"theme": "dark"}, headers={"Referer": "http://evil.test/"})

    assert response["Location"] == "/"


@pytest.mark.parametrize("wrong", [{}, {"theme": "pink"}, {"colour": "dark"}])
def test_an_unknown_look_is_refused(browser: Client, wrong: dict[str, str]) -> None:
    assert browser.post("/look/", wrong).status_code == 400


def test_an_odd_cookie_is_passed_by(browser: Client) -> None:
    browser.cookies["theme"] = '"><script>'

    assert 'data-theme="system"' in browser.get("/tags/").content.decode()


def test_it_needs_a_login() -> None:
    assert Client().post("/look/", {"theme": "dark"})["Location"].startswith("/login/")


def test_the_menu_marks_where_one_is(browser: Client) -> None:
    html = browser.get("/collections/").content.decode()

    assert '<a class="nav__link" href="/collections/" aria-current="page">' in html
    assert html.count('aria-current="page"') == 1
