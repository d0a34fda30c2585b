"""The present faces at one moment, out of stored chunks and of the rows of what changed since."""

from __future__ import annotations

from search.index.rows import AS_COLUMNS, COLUMNS, FACES_WANTED, read_columns
from search.index.segments import Snapshot
from search.index.statements import fetch_one

_ALL = f"""
    WITH wanted AS MATERIALIZED (SELECT id AS face_id FROM analysis_face),
    {FACES_WANTED}, {AS_COLUMNS} SELECT {COLUMNS} FROM columns, coded, nets
"""  # noqa: S608


def current_snapshot() -> Snapshot:
    """Return all present faces as of now; inside a transaction as it sees them."""
    row = fetch_one(_ALL, {})
    assert row is not None
    return Snapshot((read_columns(dict(zip(COLUMNS.split(", "), row, strict=True))),))
