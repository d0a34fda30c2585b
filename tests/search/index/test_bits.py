from __future__ import annotations

import numpy as np
import pytest

from search.index import bits


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 1000])
def test_bits_are_unpacked_as_they_were_packed(size: int) -> None:
    mask = np.random.default_rng(size).random(size) < 0.5

    packed = bits.pack(mask)

    assert packed.shape == (-(-size // 64),)
    assert (bits.unpack(packed, size) == mask).all()
    assert bits.count(packed) == mask.sum()


def test_row_is_that_bit_of_that_word() -> None:
    mask = np.zeros(130, dtype=np.bool_)
    mask[[0, 65, 129]] = True

    assert bits.pack(mask).tolist() == [1, 2, 2]
