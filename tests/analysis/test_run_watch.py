from __future__ import annotations

import pytest

from analysis import run_watch
from analysis.models import AnalysisRun
from analysis.run_watch import Finished, RunWatch
from tests.factories import make_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_pipeline")]


def watching(*runs: AnalysisRun) -> RunWatch:
    watch = RunWatch()
    for run in runs:
        watch.add(run.asset)
    return watch


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_finished_run_is_told_once(status):
    run = make_run(status=status, face_count=3)
    watch = watching(run)

    assert list(watch.poll()) == [Finished(asset=run.asset, run=run)]
    assert list(watch.poll()) == []


@pytest.mark.parametrize("status", ["queued", "running"])
def test_an_unfinished_run_is_waited_for(status):
    watch = watching(make_run(status=status))

    assert list(watch.poll()) == []
    assert len(watch) == 1


def test_the_newest_run_counts():
    old = make_run(status="failed", version="1-old")
    new = make_run(old.asset, status="queued", version="2-new")
    watch = watching(old)

    assert list(watch.poll()) == []
    AnalysisRun.objects.filter(pk=new.pk).update(status="succeeded", face_count=5)
    assert [finished.face_count for finished in watch.poll()] == [5]


def test_an_asset_that_was_never_queued_is_not_waited_for():
    run = make_run()
    watch = watching(run)
    run.delete()

    (finished,) = watch.poll()

    assert finished.is_failed
    assert "never queued" in finished.reason


def test_a_poll_is_one_query_of_bounded_size(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(run_watch, "WINDOW", 2)
    watch = watching(*(make_run(status="succeeded") for _ in range(5)))

    with django_assert_num_queries(1):
        assert len(list(watch.poll())) == 2
    assert len(watch) == 3
