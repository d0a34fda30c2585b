"""The present faces at one moment, out of stored chunks and of the rows of what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from dam.errors import DamError
from search.index.chunks import ChunkCache, ChunkGone, UnreadableChunk
from search.index.folding import fold_changes, fold_chunk
from search.index.merging import frozen, members, merge, only, untagged
from search.index.rows import AS_COLUMNS, CHUNK_BITS, COLUMNS, FACES_WANTED, Fetched, read_columns
from search.index.segments import Ids, Segment, Snapshot, empty_segment
from search.index.statements import fetch_one, read_array

# With more of them, folding first costs less than reading them all from their rows.
MOST_MARKS = 5000
ATTEMPTS = 20

# Enough to see whether anything changed, which mostly nothing did.
_GLANCE = """
    WITH chunk AS MATERIALIZED (
        SELECT number, version FROM search_indexchunk WHERE columns IS NOT NULL
    )
    SELECT (SELECT array_agg(number) FROM chunk), (SELECT array_agg(version) FROM chunk),
           (SELECT count(*) FROM search_indexchunk) > (SELECT count(*) FROM chunk),
           (SELECT array_send(array_agg(id ORDER BY id)) FROM search_changedface)
"""
_SEEN = "numbers, versions, mark_ids, mark_faces, wanted_ids, retagged_ids, is_overloaded"
# All of it is one statement, so that all of it is of one moment.
_LOOK = f"""
    WITH mark AS MATERIALIZED (SELECT id, face_id, tags_only FROM search_changedface),
    chunk AS MATERIALIZED (
        SELECT number, version, columns IS NULL AS is_unbuilt FROM search_indexchunk
    ), state AS MATERIALIZED (
        SELECT COALESCE(
            (SELECT count(*) FROM mark) > %(most)s::integer
            OR (%(most)s::integer IS NOT NULL AND (SELECT bool_or(is_unbuilt) FROM chunk)),
            FALSE
        ) AS is_overloaded
    ), wanted AS MATERIALIZED (
        SELECT face_id, bool_and(tags_only) AS tags_only
        FROM (
            SELECT face_id, tags_only, known_id IS NULL AS is_new
            FROM mark LEFT JOIN unnest(%(known)s::bigint[]) AS known_id ON known_id = mark.id
            UNION ALL
            -- All of a chunk that is unbuilt is as if it were marked.
            SELECT face.id, FALSE, TRUE
            FROM chunk
            CROSS JOIN LATERAL (
                SELECT id FROM analysis_face
                WHERE id >= chunk.number::bigint << %(bits)s
                  AND id < (chunk.number::bigint + 1) << %(bits)s
                OFFSET 0
            ) AS face
            WHERE is_unbuilt
        ) AS found
        WHERE NOT (SELECT is_overloaded FROM state)
        GROUP BY face_id HAVING bool_or(is_new)
    ), {FACES_WANTED}, {AS_COLUMNS}, stored AS (
        SELECT array_agg(number ORDER BY number) AS numbers,
               array_agg(version ORDER BY number) AS versions
        FROM chunk WHERE NOT is_unbuilt
    ), marks AS (
        SELECT array_send(array_agg(id ORDER BY id)) AS mark_ids,
               array_send(array_agg(DISTINCT face_id)) AS mark_faces
        FROM mark
    ), wants AS (
        SELECT array_send(array_agg(face_id ORDER BY face_id)) AS wanted_ids,
               array_send(array_agg(face_id ORDER BY face_id) FILTER (WHERE tags_only))
                   AS retagged_ids
        FROM wanted
    )
    SELECT {_SEEN}, {COLUMNS} FROM stored, marks, wants, state, columns, coded, nets
"""  # noqa: S608


class IndexBusy(DamError):
    """Chunks were written again faster than they could be read."""

    code = "index_busy"
    status = 503
    retry = True

    def __init__(self) -> None:
        super().__init__("The face index is being written. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one statement said."""

    versions: Mapping[int, UUID]
    """Of the chunks that are built."""
    marks: Ids
    """Ids of all marks, rising."""
    marked: Ids
    """The faces they are of, rising."""
    read: Ids
    """The faces that were read, rising, whether they are present or not."""
    retagged: Ids
    """Those of them whose own rows are as their chunks have them."""
    fetched: Fetched
    is_overloaded: bool
    """Nothing was read: there is too much of it."""


@dataclass(frozen=True, slots=True)
class Known:
    """A snapshot, and what makes it the right one."""

    versions: Mapping[int, UUID] = field(default_factory=dict)
    marks: Ids = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    changed: Segment = field(default_factory=empty_segment)
    """The marked faces. Each stays as it is until it has a mark that is not among these: who
    removes a later mark removes the earlier ones, too."""
    snapshot: Snapshot = field(default_factory=lambda: Snapshot(()))


_NOTHING = Known()
_chunks = ChunkCache()
_latest = _NOTHING


def current_snapshot() -> Snapshot:
    """Return all present faces as of now; inside a transaction as it sees them.

    What was committed before the call is in it. Takes one statement where nothing changed since the
    last call, else another one, and one for each chunk that this process does not have in its
    present version. Raises IndexBusy.
    """
    for _ in range(ATTEMPTS):
        try:
            return _take_snapshot()
        except ChunkGone:
            continue
        except UnreadableChunk as error:
            fold_chunk(error.number, wait=True)
    raise IndexBusy


def _take_snapshot() -> Snapshot:
    global _latest  # noqa: PLW0603  (one reference, replaced as a whole)
    # What a transaction alone can see must not be taken for everybody's.
    is_shared = connection.get_autocommit()
    known = _latest if is_shared else _NOTHING
    if is_shared and _is_as_it_was(known):
        return known.snapshot
    seen = _look(known, most=MOST_MARKS if is_shared else None)
    if seen.is_overloaded:
        fold_changes(wait=True)
        seen = _look(known, most=None)
    segments = _chunks.segments(seen.versions, keep=is_shared)
    changed = _changed_faces(known, seen, segments)
    present = [_leave_out(segment, seen.marked) for segment in segments]
    snapshot = Snapshot(tuple(segment for segment in [*present, changed] if len(segment)))
    if is_shared:
        _latest = Known(seen.versions, seen.marks, changed, snapshot)
    return snapshot


def _is_as_it_was(known: Known) -> bool:
    row = fetch_one(_GLANCE, {})
    assert row is not None
    numbers, versions, has_unbuilt, marks = row
    return (
        not has_unbuilt
        and dict(zip(numbers or (), versions or (), strict=True)) == known.versions
        and np.array_equal(read_array(marks, ">i8"), known.marks)
    )


def _look(known: Known, *, most: int | None) -> Seen:
    values = fetch_one(_LOOK, {"known": known.marks.tolist(), "most": most, "bits": CHUNK_BITS})
    assert values is not None
    row: dict[str, Any] = dict(zip(f"{_SEEN}, {COLUMNS}".split(", "), values, strict=True))
    return Seen(
        versions=dict(zip(row["numbers"] or (), row["versions"] or (), strict=True)),
        marks=read_array(row["mark_ids"], ">i8"),
        marked=read_array(row["mark_faces"], ">i8"),
        read=read_array(row["wanted_ids"], ">i8"),
        retagged=read_array(row["retagged_ids"], ">i8"),
        fetched=read_columns(row),
        is_overloaded=row["is_overloaded"],
    )


def _changed_faces(known: Known, seen: Seen, chunks: Sequence[Segment]) -> Segment:
    """Return all marked faces as they are now."""
    ids = known.changed.ids
    kept = only(known.changed, members(ids, seen.marked) & ~members(ids, seen.read))
    stored = merge(
        *(
            untagged(chunk, members(chunk.ids, _within(chunk, seen.retagged)))
            for chunk in chunks
            if len(_within(chunk, seen.retagged))
        )
    )
    return merge(kept, seen.fetched.faces, seen.fetched.retag(stored))


def _within(chunk: Segment, ids: Ids) -> Ids:
    """Return those of rising ids that may be a chunk's."""
    if not len(chunk):
        return ids[:0]
    first, end = np.searchsorted(ids, [chunk.ids[0], chunk.ids[-1] + 1])
    return ids[first:end]


def _leave_out(segment: Segment, marked: Ids) -> Segment:
    """Return a chunk without the faces that are marked: its columns are the same, not copied."""
    changed = _within(segment, marked)
    return segment.with_present(frozen(~members(segment.ids, changed))) if len(changed) else segment


def forget() -> None:
    """Drop what this process has read, as if it had just begun."""
    global _latest  # noqa: PLW0603
    _latest = _NOTHING
    _chunks.forget()
