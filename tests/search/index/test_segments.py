from __future__ import annotations

import numpy as np

from search.index import Snapshot
from tests.search.index.samples import codes, segment


def test_rows_that_are_left_out_do_not_count() -> None:
    faces = segment([1, 2, 3])
    fewer = faces.with_present(np.array([True, False, True]))

    assert (faces.count, fewer.count) == (3, 2)
    assert fewer.present_mask().tolist() == [True, False, True]
    assert Snapshot((fewer, segment([9]))).count == 3


def test_codes_take_as_many_bytes_as_they_need() -> None:
    assert codes([str(n) for n in range(255)]).codes.dtype == np.uint8
    assert codes([str(n) for n in range(256)]).codes.dtype == np.uint16
    assert codes([str(n) for n in range(70_000)]).codes.dtype == np.uint32
