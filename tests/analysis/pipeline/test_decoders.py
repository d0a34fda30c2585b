from __future__ import annotations

import numpy as np
import pytest

from analysis.pipeline.decoders import decode_number, decode_probabilities


def test_probabilities_go_to_their_labels() -> None:
    values = np.array([[0.25, 0.75], [1.0, 0.0]], dtype=np.float32)

    assert decode_probabilities(values, ["no", "yes"]) == [
        {"no": 0.25, "yes": 0.75},
        {"no": 1.0, "yes": 0.0},
    ]


def test_missing_label_is_an_error() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        decode_probabilities(np.ones((1, 3), dtype=np.float32), ["no", "yes"])


def test_a_number_is_read_as_it_is() -> None:
    values = np.array([[61.5], [12.0]], dtype=np.float32)

    assert decode_number(values, []) == [61.5, 12.0]


@pytest.mark.parametrize("shape", [(1, 2), (1,), (1, 0)])
def test_a_number_is_one_for_each_face(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one number for each face"):
        decode_number(np.ones(shape, dtype=np.float32), [])


def test_a_number_has_no_labels() -> None:
    with pytest.raises(ValueError, match="no labels"):
        decode_number(np.ones((1, 1), dtype=np.float32), ["years"])
