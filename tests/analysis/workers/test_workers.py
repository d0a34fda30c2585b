from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from analysis.workers.beating import FORGET_AFTER, forget_ended, forget_process, note_process
from analysis.workers.models import WorkerProcess
from analysis.workers.state import SILENT_AFTER, list_workers

pytestmark = pytest.mark.django_db


def test_beats_of_one_process_are_one_row():
    note_process(host="attic", pid=7)
    started = list_workers()[0].started_at
    note_process(host="attic", pid=7)

    (worker,) = list_workers()

    assert (worker.host, worker.pid, worker.is_alive) == ("attic", 7, True)
    assert worker.started_at == started
    assert worker.pipeline_version


def test_a_process_that_is_silent_is_told_from_others():
    note_process(host="attic", pid=7)
    WorkerProcess.objects.update(seen_at=Now() - SILENT_AFTER - timedelta(seconds=1))
    note_process(host="attic", pid=8)

    assert [worker.is_alive for worker in list_workers()] == [False, True]


def test_what_is_silent_for_a_day_is_forgotten():
    note_process(host="attic", pid=7)
    WorkerProcess.objects.update(seen_at=Now() - FORGET_AFTER - timedelta(seconds=1))

    note_process(host="attic", pid=8)

    assert [worker.pid for worker in list_workers()] == [8]


def test_a_process_that_ends_is_forgotten():
    note_process(host="attic", pid=7)
    forget_process(host="attic", pid=7)

    assert list_workers() == []


def test_a_process_that_was_killed_is_forgotten_by_the_next():
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    for host, pid in (("attic", killed.pid), ("attic", os.getpid()), ("cellar", killed.pid)):
        note_process(host=host, pid=pid)

    forget_ended(host="attic")

    assert {(one.host, one.pid) for one in list_workers()} == {
        ("attic", os.getpid()),
        ("cellar", killed.pid),
    }
