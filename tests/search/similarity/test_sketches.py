from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from django.db import connection

from analysis.models import Face
from search.index import sketch
from search.index.segments import empty_segment
from search.similarity.candidates import Candidates
from search.similarity.sketches import nearest_by_sketch, sketch_distances
from tests.factories import make_face


def random_sketches(count: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, (count, 16), dtype=np.uint64)


def candidates(sketches: np.ndarray, *, rows: np.ndarray | None = None) -> Candidates:
    """Return candidates with ids from 1 on, of which `rows` are meant."""
    ids = np.arange(1, len(sketches) + 1)
    return Candidates(((replace(empty_segment(), ids=ids, sketches=sketches), rows),), len(ids))


def differing_bits(sketches: np.ndarray, one: np.ndarray) -> list[int]:
    return np.unpackbits((sketches ^ one).view(np.uint8), axis=1).sum(axis=1).tolist()


@pytest.mark.parametrize("count", [0, 1, 4095, 4096, 4097, 9000])
def test_distances_are_the_numbers_of_differing_bits(count):
    sketches, one = random_sketches(count), random_sketches(1, seed=1)[0]

    assert sketch_distances(sketches, one).tolist() == differing_bits(sketches, one)


def test_the_farthest_distance_does_not_overflow():
    one = random_sketches(1)[0]

    assert sketch_distances(np.stack([one, ~one]), one).tolist() == [0, 1024]


@pytest.mark.parametrize("count", [1, 7, 100, 499])
@pytest.mark.parametrize("share", [0.1, 0.9, None])
def test_the_nearest_are_those_with_the_fewest_differing_bits(count, share):
    sketches, one = random_sketches(500), random_sketches(1, seed=1)[0]
    rows = None
    if share is not None:
        rows = np.flatnonzero(np.random.default_rng(2).random(500) < share)
    among = np.arange(500) if rows is None else rows

    found = nearest_by_sketch(candidates(sketches, rows=rows), one, count=count)

    bits = np.array(differing_bits(sketches, one))
    expected = np.sort(bits[among])[:count]
    assert len(set(found.tolist())) == len(found)
    assert set(found.tolist()) <= set((among + 1).tolist())
    assert np.sort(bits[found - 1]).tolist() == expected.tolist()


def test_equally_near_faces_at_the_border_are_cut():
    sketches = np.tile(random_sketches(1), (50, 1))

    assert len(nearest_by_sketch(candidates(sketches), sketches[0], count=20)) == 20


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
