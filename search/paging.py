"""Cuts what is found into pages, by the place where one ends: what is new shifts nothing."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
from django.db.models import QuerySet

from search.matching import Matches
from search.matching.conditions import PartMatches
from search.matching.faceless import faceless_assets, finds_faceless
from search.matching.ordering import (
    EVERYTHING,
    LAST,
    NUMBERS,
    Keyed,
    join,
    keyed_faceless,
    keyed_faces,
    keyed_photos,
)
from search.query import InvalidQuery, Order
from search.query.ranges import Range

# After or before, and what is sorted by there.
_CURSOR = re.compile(r"([ab])(\d{1,18})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """The ids of some faces or photos in order, and the cursors of the pages after and before."""

    ids: tuple[int, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    """The keys of a face or photo, and whether those after it or those before it are wanted."""

    first: float
    second: int
    is_turned: bool = False

    def beyond(self, keyed: Keyed) -> Keyed:
        """Return what comes after it in a list, or in one that is turned."""
        first, second = (-self.first, -self.second) if self.is_turned else (self.first, self.second)
        is_after = (keyed.first > first) | (keyed.first == first) & (keyed.second > second)
        return keyed[is_after]


# A lower bound of what comes first, and how to get what has a number in a range.
_Piece: TypeAlias = tuple[float, Callable[[Range], Keyed]]


def page_of_faces(matches: Matches, *, limit: int, cursor: str | None = None) -> Page:
    """Return the first faces that are found, or those at a cursor; raises InvalidQuery."""
    place = _parse(cursor, matches.query.order)
    return _cut(_pieces(matches, place, keyed_faces), matches.query.order, place, limit)


def page_of_photos(matches: Matches, *, limit: int, cursor: str | None = None) -> Page:
    """Return the first photos that are found, or those at a cursor; raises InvalidQuery."""
    order = matches.query.order
    place = _parse(cursor, order)
    pieces = _pieces(matches, place, keyed_photos)
    if finds_faceless(matches.query):
        pieces.append(_faceless(matches, place, limit + 1))
    return _cut(pieces, order, place, limit)


def cursors_around(one: Keyed, order: Order) -> tuple[str, str]:
    """Return the cursors of the pages after and before a single face or photo."""
    return _cursor("a", one, order), _cursor("b", one, order)


def in_order(rows: QuerySet, ids: Sequence[int]) -> list[Any]:
    """Return the rows with some ids in the order of these; those that are gone are left out."""
    found = {row.pk: row for row in rows.filter(pk__in=ids)}
    return [found[one] for one in ids if one in found]


def _pieces(
    matches: Matches, place: _Place | None, keyed: Callable[[PartMatches, Order, Range], Keyed]
) -> list[_Piece]:
    """Return what each part has, without the parts that end before the place."""
    order = matches.query.order
    is_rising = (order is Order.OLDEST) != (place is not None and place.is_turned)
    pieces: list[_Piece] = []
    for part in matches.parts:
        begin, end = -np.inf, np.inf
        if order not in NUMBERS:
            assets = part.part.layout.planes.rising
            begin, end = (assets[0], assets[-1]) if is_rising else (-assets[-1], -assets[0])
        if place is None or end >= (-place.first if place.is_turned else place.first):
            pieces.append((begin, partial(keyed, part, order)))
    return pieces


def _faceless(matches: Matches, place: _Place | None, count: int) -> _Piece:
    """Return the first photos without faces after the place."""
    order = matches.query.order
    is_turned = place is not None and place.is_turned
    is_rising = (order is Order.OLDEST) != is_turned

    def keyed(numbers: Range) -> Keyed:  # noqa: ARG001  (they have none)
        assets = faceless_assets(matches.query)
        if place is not None and (order not in NUMBERS or place.first == LAST):
            known = abs(int(place.second if order in NUMBERS else place.first))
            assets = assets.filter(pk__gte=known) if is_rising else assets.filter(pk__lte=known)
        ids = assets.order_by("pk" if is_rising else "-pk").values_list("pk", flat=True)
        # One more: that at the place may be among them.
        return keyed_faceless(np.array(ids[: count + 1], dtype=np.int64), order)

    if order in NUMBERS:
        return (-LAST if is_turned else LAST), keyed
    return -np.inf, keyed


def _cut(pieces: list[_Piece], order: Order, place: _Place | None, limit: int) -> Page:
    is_turned = place is not None and place.is_turned
    found = _lowest(pieces, order, place, limit + 1)
    shown, is_more = found[:limit], len(found) > limit
    if is_turned:
        shown = shown[::-1].turned()
    goes_on, goes_back = (True, is_more) if is_turned else (is_more, place is not None)
    return Page(
        ids=tuple(shown.ids.tolist()),
        next_cursor=_cursor("a", shown[-1:], order) if goes_on and len(shown) else None,
        previous_cursor=_cursor("b", shown[:1], order) if goes_back and len(shown) else None,
    )


def _lowest(pieces: list[_Piece], order: Order, place: _Place | None, count: int) -> Keyed:
    """Return the first ones after a place, sorted; turned where the place is.

    Pieces come by their best key, and none is looked at that cannot have any of them.
    """
    held = join((), order)
    for begin, keyed in sorted(pieces, key=itemgetter(0)):
        is_full = len(held) == count
        if is_full and begin > held.first[-1]:
            break
        worst = float(held.first[-1]) if is_full else None
        piece = keyed(_numbers_left(place, worst) if order in NUMBERS else EVERYTHING)
        if place is not None:
            piece = place.beyond(piece.turned() if place.is_turned else piece)
        if is_full:
            piece = piece[piece.first <= held.first[-1]]
        held = _first_of(join((held, piece), order), count)
    return held


def _numbers_left(place: _Place | None, worst: float | None) -> Range:
    """Return the numbers that come after a place and are not worse than what is held."""
    begin = None if place is None else -place.first
    if place is not None and place.is_turned:
        return Range(begin, worst)
    return Range(None if worst is None else -worst, begin)


def _first_of(keyed: Keyed, count: int) -> Keyed:
    if len(keyed) > count:
        keyed = keyed[keyed.first <= np.partition(keyed.first, count - 1)[count - 1]]
    return keyed.ordered()[:count]


def _cursor(side: str, one: Keyed, order: Order) -> str:
    first = abs(one.first[0])
    if order in NUMBERS:
        # Its four bytes: compared to a rounded number, the face itself would come again.
        (first,) = struct.unpack(">I", struct.pack(">f", -one.first[0]))
    return f"{side}{first}-{abs(one.second[0])}"


def _parse(cursor: str | None, order: Order) -> _Place | None:
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise _no_place()
    is_turned, first, second = match[1] == "b", int(match[2]), int(match[3])
    if order not in NUMBERS:
        return _Place(first if order is Order.OLDEST else -first, second, is_turned)
    try:
        (number,) = struct.unpack(">f", struct.pack(">I", first))
    except struct.error as error:
        raise _no_place() from error
    return _Place(-number, -second, is_turned)


def _no_place() -> InvalidQuery:
    return InvalidQuery({"cursor": ["This is not a place in this list."]})
