from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from django.db import connection

from analysis.models import Face
from search.index import sketch
from search.index.segments import empty_segment
from search.similarity import sketches as module
from search.similarity.candidates import Candidates
from search.similarity.sketches import nearest_by_sketch, sketch_distances, sketch_products
from search.similarity.target import Target
from tests.factories import make_face


def random_sketches(count: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, (count, 16), dtype=np.uint64)


def candidates(sketches: np.ndarray, *, rows: np.ndarray | None = None) -> Candidates:
    """Return candidates with ids from 1 on, of which `rows` are meant."""
    ids = np.arange(1, len(sketches) + 1)
    return Candidates(((replace(empty_segment(), ids=ids, sketches=sketches), rows),), len(ids))


def target(sketch: np.ndarray) -> Target:
    """Return what has these signs, and all its numbers of one size."""
    direction = ((np.unpackbits(sketch.view(np.uint8)) * 2.0 - 1.0) / 32).astype(np.float32)
    return Target(direction, direction, "net")


def differing_bits(sketches: np.ndarray, one: np.ndarray) -> list[int]:
    return np.unpackbits((sketches ^ one).view(np.uint8), axis=1).sum(axis=1).tolist()


@pytest.mark.parametrize("count", [0, 1, 4095, 4096, 4097, 9000])
def test_distances_are_the_numbers_of_differing_bits(count):
    sketches, one = random_sketches(count), random_sketches(1, seed=1)[0]

    assert sketch_distances(sketches, one).tolist() == differing_bits(sketches, one)


def test_the_farthest_distance_does_not_overflow():
    one = random_sketches(1)[0]

    assert sketch_distances(np.stack([one, ~one]), one).tolist() == [0, 1024]


def test_products_are_those_with_the_signs():
    sketches = random_sketches(200)
    direction = np.random.default_rng(1).standard_normal(1024).astype(np.float32)
    signs = np.unpackbits(sketches.view(np.uint8), axis=1) * 2.0 - 1.0

    assert sketch_products(sketches, direction) == pytest.approx(signs @ direction, abs=1e-3)


def test_of_as_many_differing_bits_those_of_small_numbers_count_less():
    numbers = np.random.default_rng(1).uniform(0.1, 1, 1024).astype(np.float32)
    first_of, rising = target(random_sketches(1)[0]), np.sort(numbers)
    wanted = replace(first_of, direction=first_of.direction * 32 * rising)
    sketches = np.tile(wanted.sketch, (30, 1))
    sketches[:15, 0] ^= np.uint64(0xFF)  # the first 8 of the smallest numbers
    sketches[15:, 15] ^= np.uint64(0xFF)

    found = nearest_by_sketch(candidates(sketches), wanted, count=15)

    assert set(found.tolist()) == set(range(1, 16))


@pytest.mark.parametrize("count", [1, 7, 100, 499])
@pytest.mark.parametrize("share", [0.1, 0.9, None])
def test_the_nearest_are_those_with_the_fewest_differing_bits(count, share):
    sketches, one = random_sketches(500), random_sketches(1, seed=1)[0]
    rows = None
    if share is not None:
        rows = np.flatnonzero(np.random.default_rng(2).random(500) < share)
    among = np.arange(500) if rows is None else rows

    found = nearest_by_sketch(candidates(sketches, rows=rows), target(one), count=count)

    bits = np.array(differing_bits(sketches, one))
    expected = np.sort(bits[among])[:count]
    assert len(set(found.tolist())) == len(found)
    assert set(found.tolist()) <= set((among + 1).tolist())
    assert np.sort(bits[found - 1]).tolist() == expected.tolist()


def test_equally_near_faces_at_the_border_are_cut():
    sketches = np.tile(random_sketches(1), (50, 1))

    assert len(nearest_by_sketch(candidates(sketches), target(sketches[0]), count=20)) == 20


class TestTwoSteps:
    """Among many candidates the beginnings of sketches choose those that are compared."""

    @pytest.fixture(autouse=True)
    def _keep_few(self, monkeypatch):
        monkeypatch.setattr(module, "_KEPT_BY_BEGINNING", 3)

    @pytest.fixture
    def one(self) -> np.ndarray:
        return random_sketches(1, seed=1)[0]

    @pytest.fixture
    def sketches(self, one) -> np.ndarray:
        """4,000 strangers, and 20 that differ in one bit of each word or two."""
        near = np.tile(one, (20, 1))
        near[:, ::2] ^= np.uint64(1) << np.arange(20, dtype=np.uint64)[:, None]
        return np.concatenate([random_sketches(4000), near])

    def test_what_is_much_nearer_than_the_others_is_found(self, sketches, one):
        found = nearest_by_sketch(candidates(sketches), target(one), count=20)

        assert set(found.tolist()) == set(range(4001, 4021))

    @pytest.mark.parametrize("step", [2, 30])
    def test_only_the_rows_that_are_meant_are_found(self, sketches, one, step):
        rows = np.arange(1, len(sketches), step)

        found = nearest_by_sketch(candidates(sketches, rows=rows), target(one), count=5)

        assert len(found) == 5
        assert set(found.tolist()) <= set((rows + 1).tolist())
        near = set(range(4001, 4021)) & set((rows + 1).tolist())
        assert len(set(found.tolist()) & near) == min(5, len(near))

    def test_an_opposite_face_is_not_taken_for_a_near_one(self, sketches, one):
        sketches[7] = ~one

        assert 8 not in nearest_by_sketch(candidates(sketches), target(one), count=20)


@pytest.mark.django_db
def test_a_sketch_is_what_the_database_makes_of_the_embedding():
    face = make_face(seed=3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (binary_quantize(embedding))::text FROM analysis_face WHERE id = %s", [face.pk]
        )
        (bits,) = cursor.fetchone()

    stored = Face.objects.get(pk=face.pk).embedding

    assert "".join(map(str, np.unpackbits(sketch(stored).view(np.uint8)))) == bits
