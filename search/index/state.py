"""How the index is: for people who run the service."""

from __future__ import annotations

from dataclasses import dataclass

from search.index.statements import fetch_one

_STATE = """
    SELECT (SELECT count(*) FROM search_indexchunk),
           (SELECT count(*) FROM search_indexchunk WHERE columns IS NULL),
           (SELECT coalesce(sum(octet_length(columns) + octet_length(sketches)), 0)
            FROM search_indexchunk),
           (SELECT count(*) FROM search_changedface),
           (SELECT coalesce(extract(epoch FROM statement_timestamp() - min(marked_at)), 0)
            FROM search_changedface)
"""


@dataclass(frozen=True, slots=True)
class IndexState:
    """What is stored of the index, and what waits to be folded into it."""

    chunks: int
    unbuilt_chunks: int
    stored_bytes: int
    """Of all chunks; a process that searches holds about as much in memory."""
    marks: int
    oldest_mark_seconds: float
    """Age of the oldest mark, 0 where there is none. It is over a minute when nobody folds: search
    stays exact then, but slows down."""


def index_state() -> IndexState:
    """Return how the index is now; takes one query, which reads no chunk."""
    row = fetch_one(_STATE, {})
    assert row is not None
    chunks, unbuilt_chunks, stored_bytes, marks, oldest = row
    return IndexState(chunks, unbuilt_chunks, int(stored_bytes), marks, float(oldest))
