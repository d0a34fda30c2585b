"""Finds the faces and photos that a query asks for, on the index of all present faces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dam.models import Asset
from search.index import Segment, Snapshot, current_snapshot
from search.matching.asset_ids import asset_ids
from search.matching.conditions import PartMatches
from search.matching.faceless import faceless_assets, finds_faceless, stored_assets
from search.matching.gathering import Gathered
from search.matching.ordering import join, keyed_faceless, keyed_faces, keyed_photos
from search.matching.parts import parts_of
from search.matching.planes import count_bits
from search.query import FaceQuery
from search.query.asset_conditions import meeting


@dataclass(frozen=True, eq=False)
class Matches:
    """What a query finds in one snapshot. Nothing is computed before it is asked for."""

    query: FaceQuery
    snapshot: Snapshot
    parts: tuple[PartMatches, ...]

    @cached_property
    def face_count(self) -> int:
        """How many faces are found."""
        return sum(int(count_bits(part.faces())) for part in self.parts)

    @cached_property
    def photo_count(self) -> int:
        """How many photos have a face that is found, or are found without faces."""
        return sum(int(count_bits(part.photos())) for part in self.parts) + self.faceless_count

    @cached_property
    def faceless_count(self) -> int:
        """How many photos are found that have no face; takes a query if there may be some."""
        if not finds_faceless(self.query):
            return 0
        with_faces = sum(int(count_bits(part.all_photos)) for part in self.parts)
        # An asset may have been deleted since the snapshot.
        return max(0, stored_assets(self.query).count() - with_faces)

    def face_ids(self) -> NDArray[np.int64]:
        """Return the ids of all faces that are found, in the query's order."""
        order = self.query.order
        return join((keyed_faces(part, order) for part in self.parts), order).ordered().ids

    def asset_ids(self) -> NDArray[np.int64]:
        """Return the ids of all photos that are found, in the query's order."""
        order = self.query.order
        pieces = [keyed_photos(part, order) for part in self.parts]
        if finds_faceless(self.query):
            pieces.append(keyed_faceless(asset_ids(faceless_assets(self.query)), order))
        return join(pieces, order).ordered().ids

    def rows(self) -> Iterator[tuple[Segment, NDArray[np.intp]]]:
        """Yield each segment of the snapshot with the rows of its faces that are found, rising."""
        segments = self.snapshot.segments
        found: list[list[NDArray[np.int32]]] = [[] for _ in segments]
        for matches in self.parts:
            part = matches.part
            rows = part.layout.planes.faces_of(matches.faces())
            if part.segment is not None:
                found[part.segment].append(rows)
            elif isinstance(part.columns, Gathered):
                places = part.columns.segments[rows]
                for place in np.unique(places).tolist():
                    found[place].append(part.columns.rows[rows[places == place]])
        for segment, pieces in zip(segments, found, strict=True):
            if pieces:
                yield segment, np.sort(np.concatenate(pieces)).astype(np.intp)


def find_matches(query: FaceQuery, *, snapshot: Snapshot | None = None) -> Matches:
    """Return what a query finds now, or in a snapshot.

    Takes the queries of the snapshot, and one where something is asked that only the database
    knows (ASSET_CONDITIONS).
    """
    snapshot = snapshot or current_snapshot()
    asked = query.asked_of_assets()
    assets = asset_ids(meeting(Asset.objects.all(), asked)) if asked else None
    parts = tuple(PartMatches(part, query, assets=assets) for part in parts_of(snapshot))
    return Matches(query, snapshot, parts)
