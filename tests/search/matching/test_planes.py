from __future__ import annotations

import numpy as np
import pytest

from search.matching.planes import Planes, count_bits

# Photo 7 has three faces, 3 has one and 5 has two; they are not in order.
ASSETS = np.array([7, 5, 7, 3, 5, 7], dtype=np.int64)


def of_faces(*rows: int) -> np.ndarray:
    return Planes(ASSETS).pack(np.isin(np.arange(len(ASSETS)), rows))


def photos(planes: Planes, words: np.ndarray) -> list[int]:
    return planes.photos[planes.photos_of(words)].tolist()


def test_photos_with_most_faces_come_first():
    planes = Planes(ASSETS)

    assert planes.photos.tolist() == [7, 5, 3]
    assert planes.face_counts.tolist() == [3, 2, 1]


def test_faces_come_back_as_they_were_given():
    planes = Planes(ASSETS)

    assert sorted(planes.faces_of(of_faces(1, 3, 5)).tolist()) == [1, 3, 5]
    assert count_bits(of_faces(1, 3, 5)) == 3


def test_faces_fold_into_their_photos():
    planes = Planes(ASSETS)

    assert photos(planes, planes.fold(of_faces(5, 3))) == [7, 3]
    assert photos(planes, planes.fold(of_faces())) == []


def test_photos_spread_over_all_of_their_faces():
    planes = Planes(ASSETS)

    spread = planes.spread(planes.fold(of_faces(4)))

    assert sorted(planes.faces_of(spread).tolist()) == [1, 4]


def test_codes_become_a_row_each():
    planes = Planes(ASSETS)

    rows = planes.pack_codes(np.array([0, 1, 2, 1, 0, 2], dtype=np.uint8), 2)

    assert [sorted(planes.faces_of(row).tolist()) for row in rows] == [[1, 3], [2, 5]]


def test_photos_are_found_by_their_ids():
    planes = Planes(ASSETS)

    assert photos(planes, planes.find_photos(np.array([1, 3, 4, 7, 9]))) == [7, 3]
    assert photos(planes, planes.find_photos(np.array([], dtype=np.int64))) == []


def test_a_photo_has_the_largest_number_of_its_chosen_faces():
    planes = Planes(ASSETS)
    numbers = np.array([1, 9, 4, 5, 2, 3], dtype=np.float32)

    assert planes.best(of_faces(0, 2, 4), planes.in_slots(numbers)).tolist() == [4, 2, -np.inf]


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 1000])
def test_any_number_of_faces(size):
    chance = np.random.default_rng(size)
    assets = chance.integers(0, max(1, size // 3), size)
    planes = Planes(assets.astype(np.int64))
    chosen = chance.random(size) < 0.3

    words = planes.pack(chosen)

    assert sorted(planes.faces_of(words).tolist()) == np.flatnonzero(chosen).tolist()
    assert sorted(photos(planes, planes.fold(words))) == np.unique(assets[chosen]).tolist()
    together = planes.faces_of(planes.spread(planes.fold(words)))
    assert sorted(together.tolist()) == np.flatnonzero(np.isin(assets, assets[chosen])).tolist()
