from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from django.db import connections

from analysis.models import Face, FaceTag
from search.index import Segment, Snapshot, sketch, snapshots

Row = tuple[object, ...]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    """Begin as a process does that has read nothing yet."""
    snapshots.forget()
    yield
    snapshots.forget()


def rows_of_faces() -> dict[int, Row]:
    """Read all present faces one by one by Django: what a snapshot must be equal to."""
    tags: dict[int, dict[str, str]] = {}
    for tag in FaceTag.objects.all():
        tags.setdefault(tag.face_id, {})[tag.facet] = tag.value
    return {
        face.pk: (
            face.asset_id,
            face.position,
            np.float32(face.quality_score),
            np.float32(face.score),
            np.float32(face.readings.get("age", -1)),
            np.float32(min(face.width, face.height)),
            int(face.asset.created_at.timestamp()),
            face.embedding_net,
            sketch(face.embedding).tobytes(),
            tags.get(face.pk, {}),
        )
        for face in Face.objects.present().select_related("asset")
    }


def rows_of_snapshot(snapshot: Snapshot) -> dict[int, Row]:
    """Return what a snapshot says of each face; no face may count twice."""
    rows: dict[int, Row] = {}
    for segment in snapshot.segments:
        assert (np.diff(segment.ids) > 0).all()
        for place in np.flatnonzero(segment.present_mask()):
            face_id = int(segment.ids[place])
            assert face_id not in rows
            rows[face_id] = row_of_segment(segment, int(place))
    assert len(rows) == snapshot.count
    return rows


def row_of_segment(segment: Segment, place: int) -> Row:
    age = segment.numbers["age"][place]
    return (
        int(segment.assets[place]),
        int(segment.positions[place]),
        segment.numbers["quality"][place],
        segment.numbers["score"][place],
        np.float32(-1) if np.isnan(age) else age,
        segment.numbers["size"][place],
        int(segment.numbers["stored"][place]),
        segment.nets.values[segment.nets.codes[place] - 1],
        segment.sketches[place].tobytes(),
        {
            facet: codes.values[codes.codes[place] - 1]
            for facet, codes in segment.codes.items()
            if codes.codes[place]
        },
    )


def values(snapshot: Snapshot, facet: str) -> dict[int, str]:
    """Return which faces have which value of a facet."""
    rows = rows_of_snapshot(snapshot)
    return {face: row[-1][facet] for face, row in rows.items() if facet in row[-1]}


def close_connections() -> None:
    """End a thread's connection, so that the test database can be dropped."""
    connections.close_all()
