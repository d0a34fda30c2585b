"""All faces that are looked for as a table: one row for each, read and written in pieces."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from analysis.models import Face
from search.export.columns import Cell, Column, columns
from search.matching import find_matches
from search.paging import in_order
from search.query import FaceQuery

ROWS_AT_ONCE = 500
# A spreadsheet takes such text for a formula, which may fetch an address or run a program.
# The last four are the full-width forms of the first four.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def rows(query: FaceQuery) -> Iterator[dict[str, Cell]]:
    """Return what the columns show of each face, by their names and in the query's order.

    Which faces these are is settled at the start, and is all that is kept in memory: they and their
    tags are read for ROWS_AT_ONCE faces at a time. One that is deleted meanwhile is left out.
    """
    return _rows(query, columns())


def _rows(query: FaceQuery, shown: Sequence[Column]) -> Iterator[dict[str, Cell]]:
    faces = Face.objects.present().select_related("asset").prefetch_related("tags")
    for face in in_pieces(
        faces.defer("embedding", "landmarks", "pupils"), find_matches(query).face_ids()
    ):
        tags = {tag.facet: tag for tag in face.tags.all()}
        yield {column.name: column.cell(face, tags) for column in shown}


def in_pieces(rows: QuerySet, ids: NDArray[np.int64]) -> Iterator[Any]:
    """Yield the rows with some ids in the order of these, read ROWS_AT_ONCE at a time."""
    for begin in range(0, len(ids), ROWS_AT_ONCE):
        yield from in_order(rows, ids[begin : begin + ROWS_AT_ONCE].tolist())


def write_csv(query: FaceQuery) -> Iterator[str]:
    """Yield CSV with a header, in pieces; what a spreadsheet would run gets an apostrophe first."""
    # Once: somebody may make or delete a tag between the header and the first row.
    shown = columns()
    yield _csv_text([[column.name for column in shown]])
    table = _rows(query, shown)
    while piece := list(islice(table, ROWS_AT_ONCE)):
        yield _csv_text(map(_harmless, row.values()) for row in piece)


def write_jsonl(query: FaceQuery) -> Iterator[str]:
    """Yield a line of JSON for each face, in pieces; its keys are the columns' names."""
    table = rows(query)
    while piece := list(islice(table, ROWS_AT_ONCE)):
        yield "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in piece)


def _csv_text(lines: Iterable[Iterable[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
