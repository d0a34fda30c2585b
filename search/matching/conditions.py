"""What a query asks, evaluated on one part of the index."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.matching.parts import Part
from search.matching.planes import Words
from search.query import FaceQuery, Scope
from search.query.ranges import FACES, Range

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PartMatches:
    """The faces and photos of a part that a query asks for, each set made when it is asked for."""

    def __init__(
        self, part: Part, query: FaceQuery, *, assets: NDArray[np.int64] | None = None
    ) -> None:
        """Take the assets that meet what the index does not know, rising; None if all do."""
        self.part = part
        self._query = query
        self._assets = assets
        self._planes = part.layout.planes
        self._is_by_photo = query.scope is Scope.PHOTO

    def faces(self, *, ignore: str | None = None) -> Words:
        """Return the faces that are asked for; `ignore` leaves one facet out."""
        found = self._found(ignore)
        return self._planes.spread(found) if self._is_by_photo else found

    def photos(self, *, ignore: str | None = None) -> Words:
        """Return the photos that are asked for; `ignore` leaves one facet out."""
        found = self._found(ignore)
        return found if self._is_by_photo else self._planes.fold(found)

    def without(self, measure: str) -> PartMatches:
        """Return what would be found if nothing were asked of a number."""
        if measure not in self._query.ranges:
            return self
        return PartMatches(self.part, self._query.without(measure), assets=self._assets)

    @cached_property
    def all_photos(self) -> Words:
        """The photos that meet what is asked of a photo, whatever its faces are."""
        found = self.part.photos
        stored = Range(_seconds(self._query.since), _seconds(self._query.until, days=1))
        if stored:
            times = self.part.layout.numbers(self.part.columns, "stored")
            times = times[: len(self._planes.photos)]
            found = found & self._planes.pack_photos(stored.holds(times))
        if self._assets is not None:
            found = found & self._planes.find_photos(self._assets)
        return found

    @property
    def is_empty(self) -> bool:
        return not self._without_facets.any()

    def _found(self, ignore: str | None) -> Words:
        found = self._without_facets
        for facet, words in self._by_facet.items():
            if facet != ignore:
                found = found & words
        return found

    @cached_property
    def _without_facets(self) -> Words:
        """What meets everything but facets: faces, or photos where these are asked."""
        found = self.all_photos
        ranges = dict(self._query.ranges)
        faces = ranges.pop(FACES, None)
        if faces is not None:
            found = found & self._planes.pack_photos(faces.holds(self._planes.face_counts))
        if not self._is_by_photo:
            found = self._planes.spread(found)
        if found.any():
            for name, wanted in ranges.items():
                numbers = self.part.layout.numbers(self.part.columns, name)
                found = found & self._in_scope(self._planes.pack_slots(wanted.holds(numbers)))
        return found

    @cached_property
    def _by_facet(self) -> dict[str, Words]:
        """What meets all that is asked of each facet."""
        tags, excluded = self._query.tags, self._query.excluded
        if self.is_empty:
            return {}
        found: dict[str, Words] = {}
        layout, columns = self.part.layout, self.part.columns
        for facet in tags.keys() | excluded.keys():
            words = self._in_scope(self._planes.all_faces)
            if facet in tags:
                words = words & self._in_scope(layout.tagged(columns, facet, tags[facet]))
            if facet in excluded:
                words = words & ~self._in_scope(layout.tagged(columns, facet, excluded[facet]))
            found[facet] = words
        return found

    def _in_scope(self, faces: Words) -> Words:
        return self._planes.fold(faces) if self._is_by_photo else faces


def _seconds(day: date | None, *, days: int = 0) -> int | None:
    """Return the first second of a day, or the last one of that many days."""
    if day is None:
        return None
    begin = (datetime.combine(day, datetime.min.time(), UTC) - _EPOCH) // timedelta(seconds=1)
    return begin + days * 86_400 - (1 if days else 0)
