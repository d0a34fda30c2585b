from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.manifest import load_manifest
from tests.factories import make_face

pytestmark = pytest.mark.django_db

PAGE = "/nets/"


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_each_reading_has_its_card(browser):
    html = page(browser)

    for reading in (one for net in load_manifest().nets for one in net.readings):
        assert f'id="reading-{reading.name}"' in html
        assert reading.about.replace("'", "&#x27;") in html


def test_what_was_not_measured_says_so(browser, models_dir):
    html = page(browser)

    assert html.count("Not measured") == len(re.findall(r'<article class="panel reading"', html))


def test_figures_have_intervals_and_groups(browser, measured):
    html = page(browser)

    assert "accuracy 66.7 % (20.8–93.8)" in html
    assert "By gender × age group" in html
    assert "* fewer than 10 faces." in html
    assert "another net than the present one" in html


def test_tables_name_their_columns_and_rows(browser, measured):
    html = page(browser)

    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    assert len(tables) > 8
    for table in tables:
        assert "<caption>" in table
        assert 'scope="col"' in table
        assert 'scope="row"' in table


def test_a_reading_that_is_off_says_so(browser, settings):
    settings.DAM_READINGS_OFF = ["gender"]

    assert page(browser).count("Switched off") == 1


def test_it_is_in_the_navigation(browser):
    assert re.search(rf'<a [^>]*href="{PAGE}"[^>]* aria-current="page"[^>]*>', page(browser))


def test_it_has_no_inline_style_or_script(browser, measured):
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", page(browser))


def test_it_takes_no_changes(browser):
    assert browser.post(PAGE).status_code == 405


def test_it_needs_a_login():
    assert Client().get(PAGE)["Location"].startswith(reverse("login"))


def test_queries_do_not_grow_with_the_faces(browser):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(browser)
        return len(queries)

    before = count()
    make_face()

    assert count() == before
