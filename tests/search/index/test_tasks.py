from __future__ import annotations

import pytest
from django.core.management import call_command

from dam.settings import CELERY_BEAT_SCHEDULE
from search.index import current_snapshot, folding, tasks
from search.index.tasks import Pace, fold_between_tasks, fold_due_changes
from search.models import ChangedFace, IndexChunk
from tests.factories import make_face
from tests.search.conftest import tag
from tests.search.index.conftest import rows_of_faces, rows_of_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(monkeypatch) -> None:
    """Every mark is worth folding, and it is time to look."""
    monkeypatch.setattr(folding, "DUE_MARKS", 1)
    monkeypatch.setattr(tasks, "_pace", Pace(60))


def test_beat_folds(due) -> None:
    make_face()

    fold_due_changes()

    assert not ChangedFace.objects.exists()
    assert fold_due_changes.name in {one["task"] for one in CELERY_BEAT_SCHEDULE.values()}


def test_worker_folds_after_other_tasks_once_in_a_while(due) -> None:
    make_face()
    fold_between_tasks(task=fold_due_changes)
    after_its_own = ChangedFace.objects.count()
    other = type("Task", (), {"name": "analysis.analyze_asset"})()

    fold_between_tasks(task=other)
    after_first = ChangedFace.objects.count()
    make_face()
    fold_between_tasks(task=other)

    assert (after_its_own, after_first, ChangedFace.objects.count()) == (1, 0, 1)


def test_command_makes_all_chunks(capsys) -> None:
    make_face()
    IndexChunk.objects.create(number=4, columns=b"nonsense", sketches=b"")

    call_command("rebuild_index")

    assert capsys.readouterr().out == "2 chunks made.\n"
    assert rows_of_snapshot(current_snapshot()) == rows_of_faces()


@pytest.mark.django_db(transaction=True)
def test_library_older_than_the_index_gets_it_by_migrating() -> None:
    face = tag(make_face(), emotion="sad")

    call_command("migrate", "search", "zero", verbosity=0)
    call_command("migrate", "search", verbosity=0)

    assert IndexChunk.objects.exclude(columns=None).count() == 1
    assert not ChangedFace.objects.exists()
    assert set(rows_of_snapshot(current_snapshot())) == {face.pk}
    assert rows_of_snapshot(current_snapshot()) == rows_of_faces()
