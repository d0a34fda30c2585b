"""Brings marked faces into chunks. Rows are the truth, so it may stop anywhere and go on later.

A chunk is folded in one transaction that holds its row: the marks that can be seen are deleted,
then the faces are read, then the chunk is written. What is committed after the deletion has marks
of its own, which stay, so no change is lost whoever writes meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import numpy as np
from django.db import connection, transaction

from search.index.encoding import (
    UnknownFormat,
    decode_columns,
    decode_sketches,
    encode_columns,
    encode_sketches,
)
from search.index.merging import members, merge, untagged, without
from search.index.rows import CHUNK_BITS, read_chunk, read_faces
from search.index.segments import Ids, Segment
from search.index.statements import binary_cursor, fetch_one, read_array

logger = logging.getLogger(__name__)

# Writing a chunk costs as much for one face as for all, and a few marked faces cost readers little:
# so a chunk waits for some more, but not for long.
DUE_MARKS = 64
DUE_MARKS_IN_ALL = 2000
DUE_SECONDS = 30
# From here on it is quicker to read the whole chunk from its rows than face by face.
MANY_MARKS = 4096
# After so many the table of marks is mostly dead rows, which every snapshot has to pass over.
VACUUM_MARKS = 10_000

_DUE = """
    SELECT number FROM (
        SELECT (face_id >> %(bits)s)::integer AS number, count(*) AS marks,
               min(marked_at) AS oldest, sum(count(*)) OVER () AS marks_in_all
        FROM search_changedface GROUP BY 1
    ) AS found
    WHERE %(all)s OR marks >= %(due)s OR marks_in_all >= %(due_in_all)s
       OR oldest <= statement_timestamp() - %(seconds)s * interval '1 second'
    UNION SELECT number FROM search_indexchunk WHERE columns IS NULL
    ORDER BY number
"""
_NUMBERS = """
    SELECT DISTINCT (id >> %(bits)s)::integer AS number FROM analysis_face
    UNION SELECT number FROM search_indexchunk ORDER BY number
"""
_INSERT = """
    INSERT INTO search_indexchunk (number, version, sketch_version)
    VALUES (%(number)s, gen_random_uuid(), gen_random_uuid()) ON CONFLICT DO NOTHING
"""
_HOLD = (
    "SELECT columns, sketches FROM search_indexchunk WHERE number = %(number)s FOR NO KEY UPDATE"
)
_TAKE_MARKS = """
    WITH taken AS (
        DELETE FROM search_changedface WHERE face_id >= %(first)s AND face_id < %(end)s
        RETURNING face_id, tags_only
    ), face AS (
        SELECT face_id, bool_and(tags_only) AS tags_only, count(*) AS marks
        FROM taken GROUP BY face_id ORDER BY face_id
    )
    SELECT array_send(array_agg(face_id) FILTER (WHERE NOT tags_only)),
           array_send(array_agg(face_id) FILTER (WHERE tags_only)),
           coalesce(sum(marks), 0)::bigint
    FROM face
"""
_STORE = "UPDATE search_indexchunk SET version = %(version)s, columns = %(columns)s"
_STORE_SKETCHES = ", sketch_version = %(sketch_version)s, sketches = %(sketches)s"


@dataclass(frozen=True, slots=True)
class Folded:
    """What was brought into chunks."""

    chunks: int = 0
    marks: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """A chunk's marked faces, by rising ids."""

    changed: Ids
    retagged: Ids
    """Those of which only tags changed."""
    count: int
    """Of the marks: a face may have several."""


def fold_changes(*, wait: bool = False, due_only: bool = False) -> Folded:
    """Bring all marked faces into their chunks, and make chunks that are unbuilt.

    Chunks that somebody else is folding are left to them, unless `wait`. With `due_only` also those
    with few and young marks.
    """
    folded = Folded()
    for number in _due_chunks(due_only=due_only):
        marks = fold_chunk(number, wait=wait)
        if marks is not None:
            folded = Folded(folded.chunks + 1, folded.marks + marks)
    if folded.chunks:
        logger.debug("folded %s marks into %s chunks", folded.marks, folded.chunks)
    if folded.marks >= VACUUM_MARKS and connection.get_autocommit():
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (SKIP_LOCKED) search_changedface")
    return folded


def rebuild_index() -> Iterator[tuple[int, int]]:
    """Make every chunk from its rows, while others read and write; yield (done, of all)."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, {"bits": CHUNK_BITS})
        numbers = [number for (number,) in cursor.fetchall()]
    for done, number in enumerate(numbers, start=1):
        fold_chunk(number, wait=True, from_rows=True)
        yield done, len(numbers)


def fold_chunk(number: int, *, wait: bool = False, from_rows: bool = False) -> int | None:
    """Bring a chunk up to date and return how many marks that took away.

    None where somebody else is at it, unless `wait`. `from_rows` does not trust what is stored.
    """
    with transaction.atomic():
        held = _hold(number, wait=wait)
        if held is None:
            return None
        marks = _take_marks(number)
        stored = None if from_rows else _decode(*held)
        if stored is not None and not marks.count:
            return 0
        if stored is None or len(marks.changed) >= MANY_MARKS:
            fresh = read_chunk(number)
        else:
            fresh = _bring_in(stored, marks)
        _store(number, fresh, stored=stored)
    return marks.count


def _due_chunks(*, due_only: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE,
            {
                "bits": CHUNK_BITS,
                "all": not due_only,
                "due": DUE_MARKS,
                "due_in_all": DUE_MARKS_IN_ALL,
                "seconds": DUE_SECONDS,
            },
        )
        return [number for (number,) in cursor.fetchall()]


def _hold(number: int, *, wait: bool) -> tuple[bytes | None, bytes | None] | None:
    """Hold a chunk's row until the transaction ends, made if need be; None if another holds it."""
    with binary_cursor() as cursor:
        cursor.execute(_INSERT, {"number": number})
    return fetch_one(_HOLD + ("" if wait else " SKIP LOCKED"), {"number": number})


def _take_marks(number: int) -> Marks:
    """Delete a chunk's marks that can be seen and return them."""
    first = number << CHUNK_BITS
    row = fetch_one(_TAKE_MARKS, {"first": first, "end": first + (1 << CHUNK_BITS)})
    assert row is not None
    changed, retagged, count = row
    return Marks(read_array(changed, ">i8"), read_array(retagged, ">i8"), count)


def _bring_in(stored: Segment, marks: Marks) -> Segment:
    """Return a chunk with its marked faces as they are now."""
    fetched = read_faces(marks.changed, retagged=marks.retagged)
    retagged = fetched.retag(untagged(stored, members(stored.ids, marks.retagged)))
    rest = without(without(stored, marks.changed), marks.retagged)
    return merge(rest, fetched.faces, retagged)


def _decode(columns: bytes | None, sketches: bytes | None) -> Segment | None:
    if columns is None or sketches is None:
        return None
    try:
        return decode_columns(columns, decode_sketches(sketches))
    except UnknownFormat:
        return None


def _store(number: int, fresh: Segment, *, stored: Segment | None) -> None:
    statement = _STORE
    values: dict[str, object] = {
        "number": number,
        "version": uuid4(),
        "columns": encode_columns(fresh),
    }
    if stored is None or not _same_sketches(fresh, stored):
        statement += _STORE_SKETCHES
        values |= {"sketch_version": uuid4(), "sketches": encode_sketches(fresh)}
    with binary_cursor() as cursor:
        cursor.execute(f"{statement} WHERE number = %(number)s", values)


def _same_sketches(one: Segment, other: Segment) -> bool:
    return np.array_equal(one.ids, other.ids) and np.array_equal(one.sketches, other.sketches)
