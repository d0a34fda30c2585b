from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.models import EMBEDDING_DIMENSIONS
from search.similarity.target import UNWANTED_WEIGHT, OddEmbedding, target_of


def axis(number: int, length: float = 1.0) -> list[float]:
    vector = [0.0] * EMBEDDING_DIMENSIONS
    vector[number] = length
    return vector


def test_one_example_is_its_own_direction():
    target = target_of([axis(3)], embedding_net="net")

    assert target.direction.tolist() == axis(3)
    assert (target.wanted_length, target.is_mixed) == (1.0, False)


def test_examples_count_the_same_whatever_their_length():
    target = target_of([axis(0, 5.0), axis(1, 0.1)], embedding_net="net")

    assert target.direction[:2] == pytest.approx([math.sqrt(0.5)] * 2)
    assert target.wanted_length == pytest.approx(math.sqrt(0.5))


def test_the_mean_cosine_is_the_similarity_times_the_length_of_the_mean():
    random = np.random.default_rng(1)
    examples = random.standard_normal((3, EMBEDDING_DIMENSIONS))
    face = random.standard_normal(EMBEDDING_DIMENSIONS)
    face /= np.linalg.norm(face)
    target = target_of(examples.tolist(), embedding_net="net")

    cosines = examples @ face / np.linalg.norm(examples, axis=1)

    assert face @ target.direction * target.wanted_length == pytest.approx(cosines.mean())


def test_unwanted_examples_are_taken_away_in_part():
    target = target_of([axis(0)], unwanted=[axis(1)], embedding_net="net")

    assert target.is_mixed
    assert target.direction[1] / target.direction[0] == pytest.approx(-UNWANTED_WEIGHT)
    assert target.wanted.tolist() == axis(0)


@pytest.mark.parametrize(
    "examples",
    [
        [[1.0, 2.0]],
        [axis(0, 0.0)],
        [axis(0, math.inf)],
        [axis(0, math.nan)],
        [axis(0), axis(0, -1.0)],
    ],
)
def test_what_has_no_direction_is_refused(examples):
    with pytest.raises(OddEmbedding):
        target_of(examples, embedding_net="net")
