from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from analysis.models import AnalysisRun
from analysis.queue.failures import failure_groups, retry_failures, standing_failures
from analysis.queue.state import queue_state
from dam.models import ApiKey, User
from tests.factories import make_api_key, make_asset, make_run, make_user

pytestmark = pytest.mark.django_db

Status = AnalysisRun.Status
ADDRESS = "/api/v1/analysis/retry"


def failed(code: str = "gave_up", **fields: object) -> AnalysisRun:
    return make_run(status=Status.FAILED, error_code=code, error_message=f"It is {code}.", **fields)


class TestQueue:
    def test_what_waits_and_runs_is_counted(self):
        make_run()
        make_run(not_before=Now() + timedelta(minutes=5))
        make_run(status=Status.RUNNING, lease_expires_at=Now() - timedelta(minutes=1))

        state = queue_state(paused=False)

        assert (state.queued, state.delayed, state.running, state.stalled) == (2, 1, 1, 1)
        assert state.oldest_queued_at is not None

    def test_the_time_left_follows_from_the_last_minute(self):
        make_run()
        for _ in range(2):
            make_run(status=Status.SUCCEEDED, finished_at=Now())
        make_run(status=Status.SUCCEEDED, finished_at=Now() - timedelta(minutes=30))

        state = queue_state(paused=False)

        assert (state.ended_in_minute, state.ended_in_hour) == (2, 3)
        assert state.seconds_left == 30

    def test_nobody_knows_the_time_left_of_a_pause(self):
        make_run(status=Status.SUCCEEDED, finished_at=Now())

        assert queue_state(paused=True).seconds_left is None


class TestFailures:
    def test_they_are_counted_by_reason(self):
        failed()
        failed()
        failed("file_missing")

        assert [(one.code, one.count, one.message) for one in failure_groups()] == [
            ("gave_up", 2, "It is gave_up."),
            ("file_missing", 1, "It is file_missing."),
        ]

    def test_one_that_newer_nets_made_good_is_none(self):
        asset = make_asset()
        asset.runs.all().delete()
        failed(asset=asset, version="old")
        make_run(asset, status=Status.SUCCEEDED)

        assert not standing_failures().exists()

    def test_one_reason_is_tried_again(self):
        other = failed("file_missing")
        run = failed(attempts=5)

        assert retry_failures(code="gave_up") == 1

        run.refresh_from_db()
        assert (run.status, run.attempts_forgiven, run.error_code) == ("queued", 5, "")
        assert list(standing_failures()) == [other]


class TestRest:
    def test_all_are_tried_again(self, api):
        failed()
        failed("file_missing")

        assert api.post(ADDRESS, {}, format="json").json() == {"queued": 2}

    def test_nonsense_is_refused(self, api):
        assert api.post(ADDRESS, {"run": "nonsense"}, format="json").status_code == 400

    def test_it_needs_the_right_to_write(self, api):
        api.credentials(HTTP_AUTHORIZATION=f"Api-Key {make_api_key(ApiKey.Scope.READ).text}")

        assert api.post(ADDRESS, {}, format="json").status_code == 403


class TestPage:
    def test_one_is_tried_again(self, browser):
        run = failed()
        failed()

        browser.post(reverse("analysis-retry"), {"run": str(run.uid)})

        assert list(AnalysisRun.objects.filter(status=Status.QUEUED)) == [run]

    def test_a_viewer_may_not(self, client):
        client.force_login(make_user(role=User.Role.VIEWER))

        assert client.post(reverse("analysis-retry")).status_code == 403
