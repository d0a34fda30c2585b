"""Whichever way candidates are compared: against a brute force that knows nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from numpy.typing import NDArray

from analysis.embedding_index import NAME, build_index, drop_index
from analysis.models import Face, FaceTag
from dam.models import Asset
from search.query import FaceQuery
from search.similar import (
    MAX_LIMIT,
    Cut,
    Limits,
    Nearest,
    find_candidates,
    nearest_faces,
)
from search.similarity import planning
from search.similarity.planning import Method, find_nearest, is_for_graph
from search.similarity.target import Target, target_of
from tests.search.similarity.many import make_many_faces, people_embeddings

pytestmark = pytest.mark.django_db

NET = "net-1"
COUNT = 1100
GLASSES = FaceQuery(tags={"glasses": frozenset({"glasses"})})


class Library:
    """Faces in the database and the same embeddings in memory; every fifth wears glasses."""

    def __init__(self) -> None:
        self.embeddings = people_embeddings(COUNT, seed=1)
        self.faces = make_many_faces(self.embeddings, embedding_net=NET)
        self.ids = np.array([face.pk for face in self.faces])
        self.wear_glasses = np.arange(COUNT) % 5 == 0
        FaceTag.objects.bulk_create(
            FaceTag(face=face, facet="glasses", value="glasses", source=FaceTag.Source.MODEL)
            for face in self.faces[::5]
        )

    def nearest(
        self, target: Target, count: int, *, among: NDArray[np.bool_] | None = None
    ) -> list[int]:
        """Return the ids of the nearest, by brute force on half floats as they are stored."""
        halves = self.embeddings.astype(np.float16).astype(np.float64)
        similarities = halves @ target.direction.astype(np.float16).astype(np.float64)
        if among is not None:
            similarities[~among] = -2
        return self.ids[np.argsort(-similarities, kind="stable")[:count]].tolist()


@pytest.fixture(scope="module")
def library(django_db_setup: None, django_db_blocker: Any) -> Iterator[Library]:
    """One for all tests, and the index built once: to add face by face takes its time."""
    with django_db_blocker.unblock():
        library = Library()
        build_index(memory_mb=64, workers=0)
        yield library
        drop_index()
        Asset.objects.all().delete()


@pytest.fixture(params=range(3))
def target(request, library: Library) -> Target:
    return target_of([library.embeddings[request.param * 7]], embedding_net=NET)


@pytest.fixture
def force(monkeypatch) -> Callable[..., None]:
    """Sets the borders of the plan."""

    def set_borders(**borders: float) -> None:
        for name, value in borders.items():
            monkeypatch.setattr(planning, name, value)

    return set_borders


@pytest.fixture
def force_sketches(force) -> None:
    force(MOST_COMPARED=0, SKETCHES_KEPT=150, SKETCHES_PER_FACE=1)


@pytest.fixture
def force_graph(force) -> None:
    force(MOST_COMPARED=0, SKETCHES_KEPT=10, SKETCHES_PER_FACE=1)
    force(FEWEST_IN_GRAPH=0, GRAPH_LEAST=0, GRAPH_EFFORT=200)


def ids(nearest: Nearest) -> list[int]:
    return [similar.face.pk for similar in nearest.faces]


def recall(found: list[int], truth: list[int]) -> float:
    return len(set(found) & set(truth)) / len(truth)


class TestExact:
    @pytest.mark.parametrize("count", [1, 10])
    def test_it_is_the_brute_force(self, library, target, count):
        found = nearest_faces(FaceQuery(), target, limits=Limits(count))

        assert (found.method, found.exact) == (Method.EXACT, True)
        assert ids(found) == library.nearest(target, count)

    def test_up_to_a_thousand_can_be_asked_for(self, library):
        target = target_of([library.embeddings[0]], embedding_net=NET)

        found = nearest_faces(FaceQuery(), target, limits=Limits(MAX_LIMIT))

        assert len(found.faces) == MAX_LIMIT == 1000 < COUNT
        assert (found.method, found.exact, found.cut_by) == (Method.EXACT, True, Cut.LIMIT)
        assert ids(found) == library.nearest(target, MAX_LIMIT)

    def test_it_is_so_with_a_filter(self, library, target):
        found = nearest_faces(GLASSES, target, limits=Limits(50))

        assert ids(found) == library.nearest(target, 50, among=library.wear_glasses)

    def test_it_can_be_asked_for(self, library, target, force_graph):
        found = nearest_faces(FaceQuery(), target, limits=Limits(100), exact=True)

        assert (found.method, found.exact) == (Method.EXACT, True)
        assert ids(found) == library.nearest(target, 100)

    def test_asked_for_it_leaves_out_what_it_should(self, library, target, force_graph):
        first, second, *_ = library.nearest(target, 2)

        found = nearest_faces(FaceQuery(), target, leave_out=[first], exact=True)

        assert ids(found)[0] == second


class TestSketches:
    @pytest.fixture(autouse=True)
    def _force(self, force_sketches):
        """Compare sketches."""

    def test_nearly_all_are_found(self, library, target):
        found = nearest_faces(FaceQuery(), target, limits=Limits(10))

        assert (found.method, found.exact) == (Method.SKETCHES, False)
        assert recall(ids(found), library.nearest(target, 10)) >= 0.9

    def test_all_that_are_found_match_the_filter(self, library, target):
        found = nearest_faces(GLASSES, target, limits=Limits(10))

        truth = library.nearest(target, 10, among=library.wear_glasses)
        assert found.method is Method.SKETCHES
        assert set(ids(found)) <= set(library.ids[library.wear_glasses].tolist())
        assert recall(ids(found), truth) >= 0.9

    def test_as_many_are_found_as_were_asked_for(self, library, target):
        assert len(nearest_faces(FaceQuery(), target, limits=Limits(900)).faces) == 900

    def test_what_is_retired_is_never_found(self, library, target):
        nearest = library.nearest(target, 5)
        Face.objects.filter(pk__in=nearest).update(retired_at=timezone.now())

        assert not set(ids(nearest_faces(FaceQuery(), target))) & set(nearest)


class TestGraph:
    @pytest.fixture(autouse=True)
    def _force(self, force_graph):
        """Walk the index."""

    def test_it_is_the_index_that_is_walked(self, library, target):
        with CaptureQueriesContext(connection) as queries:
            find_nearest(find_candidates(FaceQuery(), embedding_net=NET), target, limit=10)

        (walk,) = [query["sql"] for query in queries if "AS near" in query["sql"]]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {walk}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert f"Index Scan using {NAME}" in plan

    @pytest.mark.parametrize("count", [10, 100])
    def test_nearly_all_are_found(self, library, target, count):
        found = nearest_faces(FaceQuery(), target, limits=Limits(count))

        assert (found.method, found.exact) == (Method.GRAPH, False)
        assert recall(ids(found), library.nearest(target, count)) >= 0.97

    def test_they_come_in_order(self, library, target):
        found = nearest_faces(FaceQuery(), target, limits=Limits(100))

        similarities = [similar.similarity for similar in found.faces]
        assert similarities == sorted(similarities, reverse=True)

    def test_all_that_are_found_match_a_wide_filter(self, library, target):
        query = FaceQuery(excluded={"glasses": frozenset({"glasses"})})

        found = nearest_faces(query, target, limits=Limits(20))

        truth = library.nearest(target, 20, among=~library.wear_glasses)
        assert found.method is Method.GRAPH
        assert recall(ids(found), truth) >= 0.95

    def test_a_narrow_filter_is_left_to_the_sketches(self, library, target):
        found = nearest_faces(GLASSES, target, limits=Limits(10))

        assert found.method is Method.SKETCHES

    def test_what_is_retired_or_left_out_is_never_found(self, library, target):
        first, second, third, *_ = library.nearest(target, 3)
        Face.objects.filter(pk=first).update(retired_at=timezone.now())

        found = ids(nearest_faces(FaceQuery(), target, leave_out=[second]))

        assert found[0] == third
        assert not {first, second} & set(found)

    def test_without_a_valid_index_sketches_are_compared(self, library, target):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [NAME]
            )

        found = nearest_faces(FaceQuery(), target, limits=Limits(10))

        assert found.method is Method.SKETCHES
        assert len(found.faces) == 10

    def test_where_the_index_finds_too_few_sketches_are_compared(self, library, target, force):
        force(GRAPH_SPARE=1.0, GRAPH_EFFORT=10, GRAPH_VISITS=1)

        found = nearest_faces(FaceQuery(), target, limits=Limits(500))

        assert len(found.faces) == 500

    def test_few_faces_are_not_for_the_index(self, library, force):
        force(FEWEST_IN_GRAPH=COUNT + 1)

        assert not is_for_graph(find_candidates(FaceQuery(), embedding_net=NET))
