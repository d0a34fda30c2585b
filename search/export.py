"""All faces that are looked for as a table: one row for each, read and written in pieces."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from search.export_columns import Cell, Column, columns
from search.query import FaceQuery

ROWS_AT_ONCE = 500
# A spreadsheet takes such text for a formula, which may fetch an address or run a program.
# The last four are the full-width forms of the first four.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def rows(query: FaceQuery) -> Iterator[dict[str, Cell]]:
    """Return what the columns show of each face, by their names and in the query's order.

    Faces come by a cursor on the server, and their tags for ROWS_AT_ONCE faces at a time: memory
    does not grow with the number of faces.
    """
    return _rows(query, columns())


def _rows(query: FaceQuery, shown: Sequence[Column]) -> Iterator[dict[str, Cell]]:
    faces = query.queryset().select_related("asset").prefetch_related("tags")
    light = faces.defer("embedding", "landmarks", "pupils")
    for face in light.iterator(chunk_size=ROWS_AT_ONCE):
        tags = {tag.facet: tag for tag in face.tags.all()}
        yield {column.name: column.cell(face, tags) for column in shown}


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
