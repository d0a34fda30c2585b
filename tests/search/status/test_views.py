from __future__ import annotations

from collections import namedtuple
from dataclasses import replace

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from analysis.models import AnalysisRun
from analysis.workers.beating import note_process
from dam import disks
from dam.models import User
from dam.version import service_version
from search.recall.measuring import Figures, store_recall
from search.status import state as status_module
from search.status.state import library_status
from tests.factories import make_face, make_run, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/status"
Usage = namedtuple("Usage", "total used free")
GOOD = Figures(1.0, "", 1000, "graph", 20, recall_at_10=0.995, recall_at_100=0.98, milliseconds=9.0)


def page(browser: Client) -> str:
    response = browser.get(reverse("status"))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


class TestRest:
    def test_everything_is_counted(self, api):
        make_face()
        make_run()
        make_run(status=AnalysisRun.Status.FAILED)

        answer = api.get(ADDRESS).json()

        assert (answer["photos"], answer["faces"]) == (3, 1)
        assert (answer["waiting"], answer["failed"]) == (1, 1)
        assert answer["database_bytes"] > sum(answer["table_bytes"].values()) > 0
        assert answer["face_index"].keys() == {"marked_faces", "oldest_mark", "memory_bytes"}
        assert answer["recall"] is None

    def test_the_recall_that_was_measured_is_told(self, api):
        store_recall([GOOD])

        recall = api.get(ADDRESS).json()["recall"]

        assert (recall["keeps_promise"], recall["is_exact"]) == (True, False)
        assert recall["figures"] == [
            {
                "filter": "",
                "faces": 1000,
                "method": "graph",
                "probes": 20,
                "recall_at_10": 0.995,
                "recall_at_100": 0.98,
                "milliseconds": 9.0,
            }
        ]

    def test_a_missing_index_is_told(self, api):
        assert api.get(ADDRESS).json()["embedding_index"] == {
            "state": "missing",
            "size_bytes": 0,
            "progress": None,
        }

    def test_a_credential_is_needed(self):
        assert APIClient().get(ADDRESS).status_code == 401

    def test_the_number_of_queries_does_not_grow(self, api, count_queries):
        make_face()
        few = count_queries(lambda: api.get(ADDRESS))

        for _ in range(3):
            make_face()

        assert count_queries(lambda: api.get(ADDRESS)) == few

    def test_queue_workers_failures_and_disks_are_told(self, api):
        note_process(host="attic", pid=7)
        make_run(status=AnalysisRun.Status.FAILED, error_code="gave_up", error_message="Too hard.")

        answer = api.get(ADDRESS).json()

        assert answer["queue"]["queued"] == 0
        assert [(one["host"], one["is_alive"]) for one in answer["workers"]] == [("attic", True)]
        assert [(one["code"], one["count"]) for one in answer["failures"]] == [("gave_up", 1)]
        assert answer["disks"][0]["total_bytes"] > answer["disks"][0]["free_bytes"] > 0


class TestPage:
    def test_it_says_that_recall_was_not_measured(self, browser):
        assert "Not measured yet" in page(browser)

    def test_it_says_that_a_small_library_is_exact(self, browser):
        store_recall([replace(GOOD, method="exact")])

        assert "This library is small: every search is exact" in page(browser)

    def test_it_says_that_the_promise_is_kept(self, browser):
        store_recall([GOOD])

        html = page(browser)
        assert "at least 99 % are found, as promised" in html
        assert "0.995" in html

    def test_it_says_that_the_promise_is_broken(self, browser):
        store_recall([replace(GOOD, recall_at_10=0.9)])

        assert "Fewer of the ten nearest faces are found" in page(browser)

    def test_it_tells_how_a_missing_index_is_built(self, browser, monkeypatch):
        make_face()
        assert "build_embedding_index" not in page(browser)

        monkeypatch.setattr(status_module, "FEWEST_IN_GRAPH", 1)

        assert library_status().needs_index
        assert "build_embedding_index" in page(browser)

    def test_it_tells_the_version_of_the_service(self, browser):
        assert f">{service_version()}<" in page(browser)

    def test_what_ended_is_drawn_by_minute(self, browser):
        make_run(status=AnalysisRun.Status.SUCCEEDED, finished_at=Now())

        html = page(browser)

        assert "in each minute of the last hour: at most 1" in html
        assert '<rect x="236" y="0.0" width="3" height="40.0"/>' in html

    def test_the_menu_leads_to_it(self, browser):
        assert f'href="{reverse("status")}"' in browser.get(reverse("faces")).content.decode()

    def test_it_needs_a_login(self):
        assert Client().get(reverse("status"))["Location"].startswith(reverse("login"))

    def test_it_offers_another_try_for_what_failed(self, browser):
        make_run(status=AnalysisRun.Status.FAILED, error_code="gave_up", error_message="Too hard.")

        html = page(browser)

        assert "Too hard." in html
        assert reverse("analysis-retry") in html

    def test_a_disk_that_is_nearly_full_is_told(self, browser, monkeypatch):
        monkeypatch.setattr(
            disks.shutil, "disk_usage", lambda _: Usage(total=1000, used=901, free=99)
        )

        assert "nearly full" in page(browser)

    def test_it_says_that_nobody_works(self, browser):
        make_run()

        assert "no worker was heard of" in page(browser)

    def test_the_part_that_changes_comes_alone(self, browser):
        html = browser.get(reverse("status-work")).content.decode()

        assert 'id="work"' in html
        assert "<html" not in html

    def test_an_editor_sees_neither_keys_nor_the_log(self, client):
        client.force_login(make_user(role=User.Role.EDITOR))

        html = page(client)

        assert "Who did what" not in html
        assert reverse("analysis-pause") not in html

    def test_the_number_of_queries_does_not_grow(self, browser, count_queries):
        make_run(status=AnalysisRun.Status.FAILED)
        few = count_queries(lambda: page(browser))

        for pid in range(3):
            make_run(status=AnalysisRun.Status.FAILED)
            note_process(host="attic", pid=pid)

        assert count_queries(lambda: page(browser)) == few

    def test_measuring_recall_needs_the_queue(self, browser):
        response = browser.post(reverse("status-recall"), follow=True)

        assert "The queue does not answer" in response.content.decode()
