from __future__ import annotations

import numpy as np
import pytest

from search.index.merging import members, merge, only, without
from search.index.segments import empty_segment
from tests.search.index.samples import segment, texts


@pytest.mark.parametrize(
    ("ids", "of", "expected"),
    [
        ([1, 3, 5], [3], [False, True, False]),
        ([1, 3, 5], [0, 2, 5, 9], [False, False, True]),
        ([1], [], [False]),
        ([], [1], []),
    ],
)
def test_members_are_those_among_the_others(
    ids: list[int], of: list[int], expected: list[bool]
) -> None:
    found = members(np.array(ids, dtype=np.int64), np.array(of, dtype=np.int64))

    assert found.tolist() == expected


def test_merged_rows_are_in_the_order_of_ids() -> None:
    first = segment([1, 5], seed=1, facets={"hat": ["cap", None], "mask": ["worn", "worn"]})
    second = segment([3, 7], seed=2, facets={"hat": ["bowler", "cap"]})

    merged = merge(first, second)

    assert merged.ids.tolist() == [1, 3, 5, 7]
    assert merged.codes["hat"].values == ("bowler", "cap")
    assert texts(merged.codes["hat"]) == ["cap", "bowler", None, "cap"]
    assert texts(merged.codes["mask"]) == ["worn", None, "worn", None]
    assert (merged.sketches[1] == second.sketches[0]).all()
    assert merged.numbers["age"][2] == first.numbers["age"][1]
    assert merged.assets.tolist() == [
        first.assets[0],
        second.assets[0],
        first.assets[1],
        second.assets[1],
    ]


def test_merging_with_nothing_copies_nothing() -> None:
    faces = segment([1])

    assert merge(faces, empty_segment()) is faces
    assert merge(empty_segment(), faces) is faces


def test_values_that_only_removed_faces_had_are_gone() -> None:
    faces = segment(
        [1, 2, 3], facets={"hat": ["cap", "bowler", None], "mask": ["worn", None, None]}
    )

    fewer = without(faces, np.array([1, 8], dtype=np.int64))

    assert fewer.ids.tolist() == [2, 3]
    assert fewer.codes["hat"].values == ("bowler",)
    assert texts(fewer.codes["hat"]) == ["bowler", None]
    assert "mask" not in fewer.codes


def test_what_loses_nothing_is_not_copied() -> None:
    faces = segment([1, 2])

    assert without(faces, np.array([3], dtype=np.int64)) is faces
    assert only(faces, np.array([True, True])) is faces
