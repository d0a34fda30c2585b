from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analysis.models import Face
from search.matching import find_matches
from search.models import RecallCheck
from search.query import FaceQuery
from search.recall.measuring import (
    Figures,
    check_recall,
    measure_recall,
    newest_recall,
    recall_is_due,
    store_recall,
)
from search.recall.share_filters import filters_by_share
from search.recall.tasks import check_recall_when_due
from search.similarity import planning
from search.similarity.ranking import rank_above, rank_all
from search.similarity.target import target_of
from tests.factories import make_face
from tests.search.conftest import tag
from tests.search.similarity.many import make_many_faces, people_embeddings

pytestmark = pytest.mark.django_db

NET = "net-1"
GOOD = Figures(1.0, "", 1000, "graph", 20, recall_at_10=0.995, recall_at_100=0.98, milliseconds=9.0)


@pytest.fixture
def faces() -> list[Face]:
    """Sixty faces: half wear glasses, a sixth have a hat."""
    made = make_many_faces(people_embeddings(60, seed=1), embedding_net=NET)
    for place, face in enumerate(made):
        tag(face, glasses="glasses" if place % 2 else "none", hat="hat" if place % 6 else "none")
    return made


@pytest.fixture
def force_sketches(monkeypatch) -> None:
    monkeypatch.setattr(planning, "MOST_COMPARED", 0)
    monkeypatch.setattr(planning, "SKETCHES_KEPT", 12)
    monkeypatch.setattr(planning, "SKETCHES_PER_FACE", 0)


def test_a_small_library_is_exact(faces):
    figures = measure_recall(probes=3)

    assert figures
    assert all(one.is_exact and one.recall_at_10 == 1 for one in figures)


def test_what_a_search_misses_is_seen(faces, force_sketches):
    figures = measure_recall(probes=5)

    unfiltered = figures[0]
    assert (unfiltered.method, unfiltered.faces, unfiltered.filter) == ("sketches", 59, "")
    assert unfiltered.probes == 5
    # Of 59 faces 12 were looked at.
    assert unfiltered.recall_at_100 == pytest.approx(12 / 59)
    assert 0.2 < unfiltered.recall_at_10 < 1


def test_a_library_without_faces_has_no_figures():
    assert measure_recall(probes=3) == []
    assert check_recall(probes=3) is None


def test_the_scan_for_several_targets_finds_what_single_scans_find(faces):
    targets = [
        target_of([embedding], embedding_net=NET) for embedding in people_embeddings(3, seed=2)
    ]

    found = rank_above(targets, [-1.0, 0.0, 0.05])

    for target, least, ranked in zip(targets, (-1.0, 0.0, 0.05), found, strict=True):
        truth = rank_all(target, limit=100)
        assert ranked.ids.tolist() == truth.ids[truth.similarities >= least].tolist()


class TestFilters:
    """Queries that keep about a share."""

    def test_nothing_is_asked_of_the_whole(self, faces):
        assert dict(filters_by_share([1.0])) == {1.0: FaceQuery()}

    @pytest.mark.parametrize(("share", "count"), [(0.5, 30), (0.2, 10), (0.1, 10)])
    def test_values_of_facets_keep_about_the_share(self, faces, share, count):
        ((_, query),) = filters_by_share([share])

        assert find_matches(query).face_count == count

    def test_faces_without_tags_have_no_filters(self):
        make_face()

        assert dict(filters_by_share([1.0, 0.2])) == {1.0: FaceQuery()}


class TestKeeping:
    """What was measured last."""

    def test_the_newest_measurement_is_kept(self):
        store_recall([GOOD])
        store_recall([replace(GOOD, recall_at_10=0.5)])

        check, (figures,) = newest_recall()

        assert figures.recall_at_10 == 0.5
        assert RecallCheck.objects.get() == check

    def test_it_is_due_when_there_is_none(self):
        assert recall_is_due()

    def test_it_is_due_after_a_week(self):
        check = store_recall([GOOD])
        assert not recall_is_due()

        RecallCheck.objects.filter(pk=check.pk).update(
            checked_at=timezone.now() - timedelta(days=8)
        )

        assert recall_is_due()

    def test_it_is_due_when_the_library_has_doubled(self):
        make_face()
        store_recall([GOOD])
        assert not recall_is_due()

        for _ in range(2):
            make_face()

        assert recall_is_due()

    def test_the_worker_measures_only_when_it_is_due(self, faces):
        check_recall_when_due()
        first = RecallCheck.objects.get()
        check_recall_when_due()

        assert RecallCheck.objects.get() == first


class TestCheckRecall:
    """manage.py check_recall"""

    def test_it_prints_a_line_for_each_filter(self, faces, capsys):
        call_command("check_recall", "--probes", "2")

        header, unfiltered, *others, last = capsys.readouterr().out.splitlines()
        assert header.split() == ["faces", "method", "recall@10", "recall@100", "ms", "filter"]
        assert unfiltered.split()[:4] == ["59", "exact", "1.000", "1.000"]
        assert others
        assert last == "This library is small: every search is exact."

    def test_it_fails_under_the_promise(self, faces, force_sketches):
        with pytest.raises(CommandError, match=r"recall@10 is under 0\.99 for"):
            call_command("check_recall", "--probes", "3")

        assert newest_recall() is not None

    def test_another_promise_can_be_asked_for(self, faces, force_sketches):
        call_command("check_recall", "--probes", "2", "--promise", "0.01")

    def test_it_says_that_there_are_no_faces(self, capsys):
        call_command("check_recall")

        assert capsys.readouterr().out == "There are no faces yet.\n"

    def test_no_searches_are_refused(self):
        with pytest.raises(CommandError, match="1 or more"):
            call_command("check_recall", "--probes", "0")
