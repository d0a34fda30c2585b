"""Reads faces from their rows: the truth that the index is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from search.index.merging import code_texts, frozen
from search.index.segments import FLOATS, Codes, Ids, Segment
from search.index.sketches import SKETCH_BYTES, SKETCH_WORDS
from search.index.statements import fetch_one, read_array

CHUNK_BITS = 15

# What is kept of a row `face`. An age that fits no column counts as none.
_VALUES = """
    face.id, face.asset_id, face.position, face.quality_score, face.score,
    least(face.width, face.height) AS size,
    CASE WHEN jsonb_typeof(age.reading) <> 'number' THEN 'NaN'::real
         WHEN age.reading::numeric = 0 THEN 0
         WHEN abs(age.reading::numeric) BETWEEN 1e-6 AND 1e6 THEN age.reading::real
         ELSE 'NaN'::real END AS age,
    extract(epoch FROM asset.created_at) AS stored,
    face.embedding_net, bit_send(binary_quantize(face.embedding)) AS sketch
"""
# Once for each face: readings are large, and each look fetches them from outside the row.
_AGE = "CROSS JOIN LATERAL (SELECT face.readings -> 'age' AS reading OFFSET 0) AS age"

# Of a relation `wanted` with `face_id` and `tags_only`: where only tags changed, the face's own row
# is not looked at. The OFFSETs keep the planner at looking up face by face: it knows neither how
# many are wanted nor that a scan of all faces takes seconds.
FACES_WANTED = f"""
    face AS MATERIALIZED (
        SELECT {_VALUES}
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT * FROM analysis_face WHERE id = wanted.face_id AND retired_at IS NULL OFFSET 0
        ) AS face
        CROSS JOIN LATERAL (
            SELECT created_at FROM dam_asset WHERE id = face.asset_id OFFSET 0
        ) AS asset
        {_AGE}
        WHERE NOT wanted.tags_only
        ORDER BY face.id
    ), tag AS (
        SELECT tag.face_id, tag.facet, tag.value
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT face_id, facet, value FROM analysis_facetag
            WHERE face_id = wanted.face_id OFFSET 0
        ) AS tag
    )
"""  # noqa: S608
_FACES_BETWEEN = f"""
    face AS MATERIALIZED (
        SELECT {_VALUES}
        FROM analysis_face AS face JOIN dam_asset AS asset ON asset.id = face.asset_id {_AGE}
        WHERE face.id >= %(first)s AND face.id < %(end)s AND face.retired_at IS NULL
        ORDER BY face.id
    ), tag AS (
        SELECT face_id, facet, value FROM analysis_facetag
        WHERE face_id >= %(first)s AND face_id < %(end)s
    )
"""  # noqa: S608
# One row: arrays of faces by rising id, and for each value of a facet the faces that have it.
AS_COLUMNS = """
    columns AS (
        SELECT array_send(array_agg(id)) AS ids, array_send(array_agg(asset_id)) AS assets,
               array_send(array_agg(position)) AS positions,
               array_send(array_agg(quality_score)) AS quality,
               array_send(array_agg(score)) AS score,
               array_send(array_agg(age)) AS age, array_send(array_agg(size)) AS size,
               array_send(array_agg(floor(stored)::bigint)) AS stored,
               string_agg(substring(sketch FROM 5), '') AS sketches
        FROM face
    ), coded AS (
        SELECT array_agg(facet) AS facets, array_agg(value) AS values, array_agg(ids) AS value_ids
        FROM (
            SELECT facet, value, array_send(array_agg(face_id)) AS ids
            FROM tag GROUP BY facet, value
        ) AS grouped
    ), nets AS (
        SELECT array_agg(embedding_net) AS nets, array_agg(ids) AS net_ids
        FROM (
            SELECT embedding_net, array_send(array_agg(id)) AS ids FROM face GROUP BY embedding_net
        ) AS grouped
    )
"""
COLUMNS = (
    "ids, assets, positions, quality, score, age, size, stored, sketches, "
    "facets, values, value_ids, nets, net_ids"
)

_READ_FACES = f"""
    WITH wanted AS MATERIALIZED (
        SELECT unnest(%(changed)s::bigint[]) AS face_id, FALSE AS tags_only
        UNION ALL SELECT unnest(%(retagged)s::bigint[]), TRUE
    ),
    {FACES_WANTED}, {AS_COLUMNS} SELECT {COLUMNS} FROM columns, coded, nets
"""  # noqa: S608
_READ_CHUNK = f"WITH {_FACES_BETWEEN}, {AS_COLUMNS} SELECT {COLUMNS} FROM columns, coded, nets"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was read of some faces."""

    faces: Segment
    """Those that were read whole and are present."""
    _row: Mapping[str, Any]

    def retag(self, stored: Segment) -> Segment:
        """Return faces, stored without tags, with the tags that were read of them."""
        return stored.with_codes(MappingProxyType(_read_facets(self._row, stored.ids)))


def read_faces(changed: Ids, *, retagged: Ids) -> Fetched:
    """Read faces whole, and of others only the tags; each is given once."""
    row = fetch_one(_READ_FACES, {"changed": changed.tolist(), "retagged": retagged.tolist()})
    assert row is not None
    return read_columns(dict(zip(COLUMNS.split(", "), row, strict=True)))


def read_chunk(number: int) -> Segment:
    """Return all present faces of a chunk, from their rows."""
    first = number << CHUNK_BITS
    row = fetch_one(_READ_CHUNK, {"first": first, "end": first + (1 << CHUNK_BITS)})
    assert row is not None
    return read_columns(dict(zip(COLUMNS.split(", "), row, strict=True))).faces


def read_columns(row: Mapping[str, Any]) -> Fetched:
    """Return what COLUMNS of one row hold."""
    ids = read_array(row["ids"], ">i8")
    numbers = {name: frozen(read_array(row[name], ">f4")) for name in FLOATS}
    numbers["stored"] = frozen(read_array(row["stored"], ">i8"))
    sketches = np.frombuffer(row["sketches"] or b"", dtype=np.uint8)
    faces = Segment(
        ids=frozen(ids),
        assets=frozen(read_array(row["assets"], ">i8")),
        positions=frozen(read_array(row["positions"], ">i2").astype(np.uint16)),
        numbers=MappingProxyType(numbers),
        codes=MappingProxyType(_read_facets(row, ids)),
        nets=_read_codes(row["nets"] or (), row["net_ids"] or (), ids),
        sketches=sketches.reshape(len(ids), SKETCH_BYTES).view("<u8").reshape(-1, SKETCH_WORDS),
    )
    return Fetched(faces, row)


def _read_facets(row: Mapping[str, Any], ids: Ids) -> dict[str, Codes]:
    facets: dict[str, tuple[list[str], list[bytes]]] = {}
    for facet, value, sent in zip(
        row["facets"] or (), row["values"] or (), row["value_ids"] or (), strict=True
    ):
        values, ids_of_values = facets.setdefault(facet, ([], []))
        values.append(value)
        ids_of_values.append(sent)
    coded = {name: _read_codes(*facets[name], ids) for name in sorted(facets)}
    return {name: codes for name, codes in coded.items() if codes.values}


def _read_codes(values: Sequence[str], ids_of_values: Sequence[bytes], ids: Ids) -> Codes:
    """Return one facet's codes of these faces; the values' may be others, too."""
    codes = np.zeros(len(ids), dtype=np.intp)
    for code, sent in enumerate(ids_of_values, start=1):
        having = read_array(sent, ">i8")
        rows = np.searchsorted(ids, having)
        rows[rows == len(ids)] = 0
        if len(ids):
            codes[rows[ids[rows] == having]] = code
    return code_texts(values, codes)
