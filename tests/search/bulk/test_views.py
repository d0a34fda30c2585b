from __future__ import annotations

import uuid
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from dam.collections import create_collection
from dam.models import Asset, Collection
from search.bulk import views
from search.bulk.tasks import run_bulk_job
from search.models import BulkJob
from tests.factories import make_face
from tests.search.bulk.conftest import tag_of

pytestmark = pytest.mark.django_db

URL = "/bulk/new/"
SET = {"action": "correct_tag", "facet": "glasses", "value": "sunglasses"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """The ids of jobs that the broker would get."""
    ids: list[int] = []
    monkeypatch.setattr(views, "send_job", ids.append)
    return ids


def text_of(response: object) -> str:
    return " ".join(unescape(response.content.decode()).split())


def get(browser: Client, **params: str) -> str:
    response = browser.get(f"{URL}?{urlencode(params)}")
    assert response.status_code == 200
    return text_of(response)


def post(browser: Client, params: Mapping[str, object]) -> object:
    return browser.post(URL, params)


class TestArguments:
    def test_setting_a_tag_asks_for_a_value_of_any_facet(self, browser):
        html = get(browser, action="correct_tag", query="glasses=none")

        assert '<option value="glasses:sunglasses">Glasses: Sunglasses</option>' in html
        assert '<input type="hidden" name="query" value="glasses=none">' in html

    def test_setting_a_person_asks_for_a_name(self, browser):
        html = get(browser, action="correct_tag", query="")

        assert '<input type="hidden" name="facet" value="person">' in html

    def test_taking_corrections_back_asks_for_a_facet(self, browser):
        assert '<option value="glasses">Glasses</option>' in get(
            browser, action="clear_correction", query=""
        )

    def test_collections_are_suggested(self, browser):
        create_collection(name="Summer", user=None)

        html = get(browser, action="add_to_collection", query="")

        assert '<option value="Summer">' in html

    def test_what_was_found_is_a_link_away(self, browser):
        assert 'href="/faces/?glasses=none"' in get(
            browser, action="correct_tag", query="glasses=none"
        )


class TestConfirmation:
    def test_it_says_what_happens_to_how_many(self, browser, glasses_face):
        glasses_face("none")
        glasses_face("none")
        glasses_face("glasses")

        html = get(browser, action="correct_tag", tag="glasses:sunglasses", query="glasses=none")

        assert "<h1>Set Glasses to Sunglasses?</h1>" in html
        assert "2 faces</b>, found by <b>Glasses: None</b>" in html
        assert "It can be undone for 30 days." in html
        assert "Change 2 faces</button>" in html
        assert '<input type="hidden" name="expected" value="2">' in html

    @pytest.mark.parametrize("action", ["analyze", "delete"])
    def test_it_says_what_cannot_be_undone(self, browser, action):
        make_face()

        assert "<b>It cannot be undone.</b>" in get(browser, action=action, query="")

    def test_deleting_asks_for_the_number(self, browser):
        make_face()
        make_face()

        html = get(browser, action="delete", query="")

        assert "Delete photos?" in html
        assert "Delete 2 photos for good" in html
        assert 'name="typed"' in html

    def test_nothing_found_leads_back(self, browser):
        html = get(browser, **SET, query="")

        assert "There is nothing to change" in html
        assert "<button" not in html.split("<main")[1].split("</main>")[0]

    def test_a_collection_is_found_by_its_name(self, browser):
        make_face()
        collection = create_collection(name="Summer", user=None)

        html = get(browser, action="add_to_collection", name="summer", query="")

        assert "Add to the collection “Summer”?" in html
        assert f'name="collection" value="{collection.uid}"' in html

    def test_a_new_name_is_a_new_collection(self, browser):
        make_face()

        html = get(browser, action="add_to_collection", name="Winter", query="")

        assert "Add to the new collection “Winter”?" in html
        assert not Collection.objects.exists()


class TestMaking:
    def test_what_was_confirmed_is_done(self, browser, glasses_face, sent):
        face = glasses_face("none")

        response = post(browser, SET | {"query": "glasses=none", "expected": "1"})

        job = BulkJob.objects.get()
        assert response["Location"] == f"/bulk/{job.uid}/"
        assert sent == [job.pk]
        assert job.created_by == response.wsgi_request.user
        run_bulk_job(job.pk)
        assert tag_of(face) == ("sunglasses", "user")

    def test_a_new_collection_is_made(self, browser, sent):
        asset = make_face().asset

        post(
            browser,
            {"action": "add_to_collection", "name": "Winter", "query": "", "expected": "1"},
        )

        run_bulk_job(sent[0])
        assert list(Collection.objects.get(name="Winter").assets.all()) == [asset]

    @pytest.mark.parametrize("expected", ["2", "", "x", "-1", "9" * 50])
    def test_another_number_than_the_confirmed_one_is_asked_again(
        self, browser, glasses_face, sent, expected
    ):
        glasses_face("none")

        response = post(browser, SET | {"query": "", "expected": expected})

        assert response.status_code == 409
        assert "look again" in text_of(response)
        assert 'name="expected" value="1"' in text_of(response)
        assert not BulkJob.objects.exists()

    @pytest.mark.parametrize("typed", ["", "2", "one"])
    def test_nothing_is_deleted_without_the_number(self, browser, sent, typed):
        make_face()
        form = {"action": "delete", "query": "", "expected": "1", "typed": typed}

        response = post(browser, form)

        assert response.status_code == 400
        assert "Type the number of photos" in text_of(response)
        assert not BulkJob.objects.exists()

    def test_photos_are_deleted_with_the_number(self, browser, sent):
        make_face()

        post(browser, {"action": "delete", "query": "", "expected": "1", "typed": " 1 "})

        run_bulk_job(sent[0])
        assert not Asset.objects.exists()


class TestBadInput:
    @pytest.mark.parametrize(
        ("params", "told"),
        [
            ({}, "action"),
            ({"action": "burn"}, "“burn” is not one of"),
            (SET | {"query": "colour=red&min_quality=x"}, "colour"),
            (SET | {"query": "colour=red&min_quality=x"}, "min_quality"),
            (SET | {"value": "hat"}, "'hat' is not a value of glasses"),
            (SET | {"facet": "<b>"}, "There is no facet '<b>'"),
            ({"action": "remove_from_collection", "name": "Nowhere"}, "no collection “Nowhere”"),
            ({"action": "add_to_collection", "name": "\x00"}, "name"),
            ({"action": "add_to_collection", "collection": "x"}, "no such collection"),
        ],
    )
    def test_it_is_told(self, browser, params, told):
        make_face()
        response = browser.get(f"{URL}?{urlencode(params)}")

        assert response.status_code == 400
        assert told in text_of(response)
        assert "Nothing was changed." in text_of(response)

    def test_names_are_escaped(self, browser):
        response = browser.get(f"{URL}?{urlencode(SET | {'facet': '<b>'})}")

        assert b"<b>" not in response.content.split(b"<main")[1]


class TestProgress:
    def test_a_job_at_work_is_watched_and_can_be_cancelled(self, browser, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", facet="glasses", value="sunglasses")

        html = text_of(browser.get(f"/bulk/{job.uid}/"))

        assert "Set Glasses to Sunglasses" in html
        assert "Seen: 0 of 1 faces" in html
        assert "hx-get=" in html
        assert reverse("bulk-job-cancel", kwargs={"uid": job.uid}) in html

    def test_htmx_gets_nothing_while_nothing_changes(self, browser, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", facet="glasses", value="sunglasses")
        html = browser.get(f"/bulk/{job.uid}/").content.decode()
        address = html.split('hx-get="')[1].split('"')[0]

        assert browser.get(address, headers=HTMX).status_code == 204
        run_bulk_job(job.pk)
        after = browser.get(address, headers=HTMX)

        assert after.status_code == 200
        assert "<html" not in after.content.decode()
        assert "hx-get" not in after.content.decode()

    def test_a_job_that_is_done_can_be_undone(self, browser, do, glasses_face):
        glasses_face("none")
        job = do("correct_tag", facet="glasses", value="sunglasses")

        html = text_of(browser.get(f"/bulk/{job.uid}/"))

        assert "Undo for 1 face</button>" in html
        assert "Cancel</button>" not in html

    def test_an_analysis_has_no_undo_and_leads_to_the_photos(self, browser, do, glasses_face):
        glasses_face("none")

        html = text_of(browser.get(f"/bulk/{do('analyze').uid}/"))

        assert "Undo" not in html
        assert "wait for their analysis now" in html

    def test_what_failed_is_told(self, browser, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", facet="glasses", value="sunglasses")
        BulkJob.objects.update(arguments={"facet": "gone", "value": "yes"})
        run_bulk_job(job.pk)

        html = text_of(browser.get(f"/bulk/{job.uid}/"))

        assert "There is no facet 'gone'." in html

    def test_an_unknown_job(self, browser):
        assert browser.get(f"/bulk/{uuid.uuid4()}/").status_code == 404


class TestCancellingAndUndoing:
    def test_a_job_is_cancelled(self, browser, start, glasses_face):
        glasses_face("none")
        job = start("correct_tag", facet="glasses", value="sunglasses")

        response = browser.post(f"/bulk/{job.uid}/cancel/")

        assert response["Location"] == f"/bulk/{job.uid}/"
        job.refresh_from_db()
        assert job.status == "cancelled"

    def test_a_job_is_undone(self, browser, do, glasses_face, sent):
        face = glasses_face("none")
        job = do("correct_tag", facet="glasses", value="sunglasses")

        response = browser.post(f"/bulk/{job.uid}/undo/")

        run_bulk_job(job.pk)
        assert (response["Location"], sent) == (f"/bulk/{job.uid}/", [job.pk])
        assert tag_of(face) == ("none", "model")
        job.refresh_from_db()
        assert job.undone_by == response.wsgi_request.user
        html = text_of(browser.get(f"/bulk/{job.uid}/"))
        assert "Given back: 1 of 1 faces" in html

    @pytest.mark.parametrize("step", ["cancel", "undo"])
    def test_what_is_not_possible_is_told(self, browser, do, glasses_face, step):
        glasses_face("none")
        job = do("analyze")

        response = browser.post(f"/bulk/{job.uid}/{step}/", follow=True)

        assert "notice--error" in text_of(response)


class TestList:
    def test_all_jobs_are_there_the_newest_first(self, browser, do, glasses_face):
        glasses_face("none")
        first = do("correct_tag", facet="glasses", value="sunglasses")
        second = do("analyze")

        html = text_of(browser.get("/bulk/"))

        assert html.index(f"/bulk/{second.uid}/") < html.index(f"/bulk/{first.uid}/")
        assert "1 of 1 faces changed" in html

    def test_older_ones_are_a_page_away(self, browser, start, glasses_face, monkeypatch):
        monkeypatch.setattr(views, "PAGE_SIZE", 1)
        glasses_face("none")
        first, second = start("analyze"), start("analyze")

        newest = text_of(browser.get("/bulk/"))
        older = text_of(browser.get(newest.split('rel="next" href="')[1].split('"')[0]))

        assert (str(second.uid) in newest, str(first.uid) in newest) == (True, False)
        assert (str(second.uid) in older, str(first.uid) in older) == (False, True)

    def test_without_jobs_it_says_how_to_begin(self, browser):
        assert "Nothing was changed yet" in text_of(browser.get("/bulk/"))

    @pytest.mark.parametrize("before", ["x", "9" * 50])
    def test_odd_places_are_the_beginning(self, browser, before):
        assert browser.get(f"/bulk/?before={before}").status_code == 200

    def test_the_number_of_queries_does_not_grow(self, browser, start, glasses_face, count_queries):
        glasses_face("none")
        start("analyze")
        few = count_queries(lambda: browser.get("/bulk/"))
        for _ in range(3):
            start("analyze")

        assert count_queries(lambda: browser.get("/bulk/")) == few
