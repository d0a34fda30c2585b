from __future__ import annotations

import numpy as np
import pytest

from search.index.encoding import (
    UnknownFormat,
    decode_columns,
    decode_sketches,
    encode_columns,
    encode_sketches,
)
from search.index.segments import Segment, empty_segment
from tests.search.index.samples import segment

FACETS = {
    "hat": ["cap", None, "né ∅"],
    "person": ["a", "b", "c"],
    "": ["", "x", "y"],
}


def decoded(faces: Segment) -> Segment:
    return decode_columns(encode_columns(faces), decode_sketches(encode_sketches(faces)))


@pytest.mark.parametrize(
    "faces",
    [
        segment([1, 2, 2**50], facets=FACETS),
        segment(range(300), facets={"person": [str(n) for n in range(300)]}),
        empty_segment(),
    ],
    ids=["few", "many values", "none"],
)
def test_segment_is_decoded_as_it_was(faces: Segment) -> None:
    found = decoded(faces)

    assert found.ids.tolist() == faces.ids.tolist()
    assert found.assets.tolist() == faces.assets.tolist()
    assert found.positions.tolist() == faces.positions.tolist()
    assert (found.sketches == faces.sketches).all()
    assert {n: v.tolist() for n, v in found.numbers.items()} == {
        n: v.tolist() for n, v in faces.numbers.items()
    }
    assert {n: v.dtype for n, v in found.numbers.items()} == {
        n: v.dtype for n, v in faces.numbers.items()
    }
    for facet, codes in [*faces.codes.items(), ("nets", faces.nets)]:
        other = found.nets if facet == "nets" else found.codes[facet]
        assert (other.values, other.codes.tolist(), other.codes.dtype) == (
            codes.values,
            codes.codes.tolist(),
            codes.codes.dtype,
        )


def test_decoded_arrays_are_where_the_bytes_are() -> None:
    found = decoded(segment([1, 2], facets={"hat": ["cap", None]}))

    for array in (found.ids, found.codes["hat"].codes, found.sketches):
        assert not array.flags.owndata
        assert array.flags.aligned
        assert not array.flags.writeable


@pytest.mark.parametrize("change", ["version", "kind", "cut", "directory", "empty"])
def test_other_bytes_are_refused(change: str) -> None:
    faces = segment([1, 2], facets={"hat": ["cap", None]})
    stored = bytearray(encode_columns(faces))
    if change == "version":
        stored[4] += 1
    elif change == "kind":
        stored[0] += 1
    elif change == "directory":
        stored[16] = ord("!")
    else:
        del stored[len(stored) - 100 if change == "cut" else 0 :]

    with pytest.raises(UnknownFormat):
        decode_columns(bytes(stored), faces.sketches)


def test_sketches_of_other_faces_are_refused() -> None:
    faces = segment([1, 2])

    with pytest.raises(UnknownFormat):
        decode_columns(encode_columns(faces), np.zeros((3, 16), dtype="<u8"))
    with pytest.raises(UnknownFormat):
        decode_sketches(encode_sketches(faces)[:-8])
