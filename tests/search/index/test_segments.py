from __future__ import annotations

import numpy as np

from search.index import Snapshot, pack, unpack
from tests.search.index.samples import codes, segment


def test_bits_are_the_rows_with_a_value() -> None:
    faces = segment(range(70), facets={"hat": ["cap" if n % 3 == 0 else None for n in range(70)]})

    found = faces.bits("hat", "cap")

    assert found is not None
    assert np.flatnonzero(unpack(found, 70)).tolist() == list(range(0, 70, 3))


def test_value_that_no_row_has_has_no_bits() -> None:
    faces = segment([1], facets={"hat": ["cap"]})

    assert faces.bits("hat", "bowler") is None
    assert faces.bits("glasses", "cap") is None


def test_bits_are_made_once_also_where_rows_are_left_out() -> None:
    faces = segment([1, 2], facets={"hat": ["cap", None]})
    fewer = faces.with_present(pack(np.array([False, True])))

    assert fewer.bits("hat", "cap") is faces.bits("hat", "cap")


def test_bits_of_a_facet_with_very_many_values_are_not_kept() -> None:
    faces = segment(range(300), facets={"person": [f"{n:03}" for n in range(300)]})

    assert faces.bits("person", "007") is not faces.bits("person", "007")
    assert faces.bits("person", "299") is not None


def test_rows_that_are_left_out_do_not_count() -> None:
    faces = segment([1, 2, 3])
    fewer = faces.with_present(pack(np.array([True, False, True])))

    assert (faces.count, fewer.count) == (3, 2)
    assert fewer.present_mask().tolist() == [True, False, True]
    assert Snapshot((fewer, segment([9]))).count == 3


def test_codes_are_counted_with_none_first() -> None:
    assert codes(["b", None, "a", "b"]).counts().tolist() == [1, 1, 2]


def test_codes_take_as_many_bytes_as_they_need() -> None:
    assert codes([str(n) for n in range(255)]).codes.dtype == np.uint8
    assert codes([str(n) for n in range(256)]).codes.dtype == np.uint16
    assert codes([str(n) for n in range(70_000)]).codes.dtype == np.uint32
