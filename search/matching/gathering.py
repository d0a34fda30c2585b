"""Takes single faces out of several segments and puts them into one set of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.index import Codes, Segment


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Faces out of several segments as columns."""

    ids: NDArray[np.int64]
    assets: NDArray[np.int64]
    positions: NDArray[np.uint16]
    numbers: Mapping[str, NDArray[Any]]
    codes: Mapping[str, Codes]
    segments: NDArray[np.int32]
    """Where each face is: the place of its segment …"""
    rows: NDArray[np.int32]
    """… and its row there."""


def gather(segments: Sequence[Segment], rows: Mapping[int, NDArray[np.int32]]) -> Gathered:
    """Return some rows of some segments, given by the segments' places."""
    pieces = [(segments[place], taken) for place, taken in rows.items() if len(taken)]
    facets = sorted({facet for segment, _ in pieces for facet in segment.codes})
    names = pieces[0][0].numbers if pieces else ()
    return Gathered(
        ids=_join([segment.ids[taken] for segment, taken in pieces], np.int64),
        assets=_join([segment.assets[taken] for segment, taken in pieces], np.int64),
        positions=_join([segment.positions[taken] for segment, taken in pieces], np.uint16),
        numbers={
            name: _join([segment.numbers[name][taken] for segment, taken in pieces])
            for name in names
        },
        codes={facet: _join_codes(facet, pieces) for facet in facets},
        segments=_join(
            [np.full(len(taken), place, np.int32) for place, taken in rows.items()], np.int32
        ),
        rows=_join(list(rows.values()), np.int32),
    )


def _join_codes(facet: str, pieces: Sequence[tuple[Segment, NDArray[np.int32]]]) -> Codes:
    """Return the tags of one facet, with the values that some of these faces have."""
    found: list[tuple[tuple[str, ...], NDArray[Any], NDArray[np.intp]]] = []
    for segment, taken in pieces:
        codes = segment.codes.get(facet)
        if codes is None:
            found.append(((), np.zeros(len(taken), dtype=np.intp), np.empty(0, dtype=np.intp)))
            continue
        tags = codes.codes[taken]
        # Counting takes a tenth of the time of sorting, which np.unique does.
        used = np.flatnonzero(np.bincount(tags))
        found.append((codes.values, tags, used[used > 0]))
    values = sorted({names[code - 1] for names, _, used in found for code in used.tolist()})
    code_of = {name: code for code, name in enumerate(values, start=1)}
    renamed = []
    for names, of_faces, used in found:
        codes_now = np.zeros(len(names) + 1, dtype=np.min_scalar_type(len(values)))
        codes_now[used] = [code_of[names[code - 1]] for code in used.tolist()]
        renamed.append(codes_now[of_faces])
    return Codes(tuple(values), _join(renamed, np.min_scalar_type(len(values))))


def _join(arrays: Sequence[NDArray[Any]], kind: Any = None) -> NDArray[Any]:
    if not arrays:
        return np.empty(0, dtype=kind)
    joined: NDArray[Any] = np.concatenate(arrays)
    return joined if kind is None else joined.astype(kind, copy=False)
