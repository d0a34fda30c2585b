from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from analysis.models import AnalysisRun
from analysis.pausing.models import AnalysisPause
from analysis.pausing.pausing import current_pause, pause_analysis, resume_analysis
from analysis.recording import claim_run, record_results, take_unsent_runs
from dam.audit import SERVICE, entries
from dam.models import ApiKey, User
from tests.factories import make_api_key, make_run, make_user
from tests.fakes import EMBEDDING_NET

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/analysis/pause"


class TestPausing:
    def test_a_queued_run_is_not_taken(self):
        run = make_run(status=AnalysisRun.Status.QUEUED)
        pause_analysis(by=SERVICE)

        assert claim_run(run.pk) is None
        run.refresh_from_db()
        assert (run.status, run.attempts) == ("queued", 0)

    def test_nothing_is_sent(self):
        make_run(status=AnalysisRun.Status.QUEUED)
        AnalysisRun.objects.update(sent_at=None)
        pause_analysis(by=SERVICE)

        assert take_unsent_runs(10) == []

    def test_a_run_that_began_is_finished(self):
        claim = claim_run(make_run(status=AnalysisRun.Status.QUEUED).pk)
        pause_analysis(by=SERVICE)

        record_results(claim, [], embedding_net=EMBEDDING_NET)

        assert AnalysisRun.objects.get().status == "succeeded"

    def test_what_was_delivered_meanwhile_is_sent_again_at_once(self):
        run = make_run(status=AnalysisRun.Status.QUEUED)
        pause_analysis(by=SERVICE)
        AnalysisRun.objects.update(sent_at=current_pause().since)

        assert resume_analysis(by=SERVICE)

        assert take_unsent_runs(10) == [run.pk]
        assert claim_run(run.pk)

    def test_doing_it_twice_is_noted_once(self):
        for _ in range(2):
            pause_analysis(by=SERVICE)
        for _ in range(2):
            resume_analysis(by=SERVICE)

        assert entries(kind="setting").count() == 2

    def test_there_is_one_pause_at_most(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            AnalysisPause.objects.create(pk=2, by="x")


class TestRest:
    def test_it_is_paused_and_goes_on(self, api):
        assert api.get(ADDRESS).json() == {"paused": False, "since": None, "by": ""}

        paused = api.put(ADDRESS, {"paused": True}, format="json").json()
        assert (paused["paused"], paused["by"]) == (True, "key “test”")

        assert not api.put(ADDRESS, {"paused": False}, format="json").json()["paused"]

    def test_nonsense_is_refused(self, api):
        answer = api.put(ADDRESS, {"paused": "perhaps"}, format="json")

        assert answer.status_code == 400
        assert "paused" in answer.json()["error"]["fields"]

    def test_only_administrators_may(self, api):
        api.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_api_key(ApiKey.Scope.WRITE).text}")

        assert api.put(ADDRESS, {"paused": True}, format="json").status_code == 403


class TestPages:
    def test_every_page_says_so_and_an_administrator_can_resume(self, browser):
        browser.post(reverse("analysis-pause"))
        html = browser.get(reverse("collections")).content.decode()
        assert "Analysis is paused" in html
        assert reverse("analysis-resume") in html

        browser.post(reverse("analysis-resume"))

        assert "Analysis is paused" not in browser.get(reverse("collections")).content.decode()

    def test_a_viewer_sees_it_without_the_button(self, client: Client):
        pause_analysis(by=SERVICE)
        client.force_login(make_user(role=User.Role.VIEWER))

        html = client.get(reverse("collections")).content.decode()

        assert "Analysis is paused" in html
        assert reverse("analysis-resume") not in html
        assert client.post(reverse("analysis-resume")).status_code == 403
