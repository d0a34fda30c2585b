"""Ranks faces by the full embeddings, which only the database has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from pgvector import HalfVector

from search.similarity.target import Embedding, Target

# No index can sort by this, so the planner cannot take the one that leaves faces out: it sorts by
# `embedding <#> target`, upwards.
_RANK = """
    SELECT id, -(embedding <#> %(direction)s::halfvec) AS similarity FROM analysis_face
    WHERE retired_at IS NULL AND embedding_net = %(net)s AND {condition}
    ORDER BY similarity DESC, id
    LIMIT %(limit)s
"""
_AMONG = _RANK.format(condition="id = ANY(%(ids)s::bigint[])")
_ALL = _RANK.format(condition="id <> ALL(%(left_out)s::bigint[])")
# The inner part is what the index can do; the outer one puts right what it gives nearly in order.
_NEAR = """
    SELECT id, similarity FROM (
        SELECT id, -(embedding <#> %(direction)s::halfvec) AS similarity FROM analysis_face
        WHERE retired_at IS NULL AND embedding_net = %(net)s
        ORDER BY embedding <#> %(direction)s::halfvec
        LIMIT %(limit)s
    ) AS near
    ORDER BY similarity DESC, id
"""
# One scan for all targets, in which each face is compared with each of them.
_ABOVE = """
    SELECT wanted.place, face.id, -(face.embedding <#> wanted.direction) AS similarity
    FROM analysis_face AS face CROSS JOIN unnest(
        %(directions)s::text[]::halfvec[], %(least)s::float8[]
    ) WITH ORDINALITY AS wanted(direction, least, place)
    WHERE face.retired_at IS NULL AND face.embedding_net = %(net)s
        AND -(face.embedding <#> wanted.direction) >= wanted.least
    ORDER BY wanted.place, similarity DESC, face.id
"""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Faces, most similar first; two arrays of one length."""

    ids: NDArray[np.int64]
    similarities: NDArray[np.float64]
    """Cosine to the target's direction."""

    def __len__(self) -> int:
        return len(self.ids)

    def choose(self, mask: NDArray[np.bool_]) -> Ranked:
        """Return some of them, in the same order."""
        return Ranked(self.ids[mask], self.similarities[mask])

    def first(self, limit: int) -> Ranked:
        """Return no more than `limit` of them."""
        return Ranked(self.ids[:limit], self.similarities[:limit])


def rank_among(ids: NDArray[np.int64], target: Target, *, limit: int) -> Ranked:
    """Return the nearest of some faces, exactly; those that are gone or of other nets are not."""
    if not len(ids):
        return _ranked([])
    return _run(_AMONG, target, limit=limit, ids=_array(ids.tolist()))


def rank_all(target: Target, *, limit: int, left_out: Sequence[int] = ()) -> Ranked:
    """Return the nearest of all faces, exactly; reads every one of them."""
    return _run(_ALL, target, limit=limit, left_out=_array(left_out))


def rank_above(targets: Sequence[Target], least: Sequence[float]) -> list[Ranked]:
    """Return for each target all faces that are at least so similar, exactly, in one scan.

    All targets are of one net.
    """
    (net,) = {target.embedding_net for target in targets}
    values = {
        "directions": [_text(target.direction) for target in targets],
        "least": list(least),
        "net": net,
    }
    found: list[list[tuple[int, float]]] = [[] for _ in targets]
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, values)
        for place, face_id, similarity in cursor.fetchall():
            found[place - 1].append((face_id, similarity))
    return [_ranked(rows) for rows in found]


def rank_near(target: Target, *, limit: int, effort: int, most_visited: int) -> Ranked:
    """Return faces that are nearest as far as the index finds them; some may be missing.

    `effort` is the length of the list it keeps while it walks (hnsw.ef_search, 1 to 1,000); it goes
    on until `limit` faces are found or `most_visited` were looked at.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.ef_search', %s, true), "
            "set_config('hnsw.iterative_scan', 'relaxed_order', true), "
            "set_config('hnsw.max_scan_tuples', %s, true), "
            "set_config('enable_seqscan', 'off', true)",
            [str(effort), str(most_visited)],
        )
        cursor.execute(_NEAR, _values(target, limit=limit))
        return _ranked(cursor.fetchall())


def mean_cosines(ids: NDArray[np.int64], target: Target) -> NDArray[np.float64]:
    """Return each face's mean cosine to the wanted examples; 0 for those that are gone."""
    wanted = Target(target.wanted, target.wanted, target.embedding_net)
    ranked = rank_among(ids, wanted, limit=len(ids))
    by_id = dict(zip(ranked.ids.tolist(), ranked.similarities.tolist(), strict=True))
    return np.array([by_id.get(one, 0.0) for one in ids.tolist()])


def _run(statement: str, target: Target, *, limit: int, **values: str) -> Ranked:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**_values(target, limit=limit), **values})
        return _ranked(cursor.fetchall())


def _values(target: Target, *, limit: int) -> dict[str, object]:
    return {
        "direction": _text(target.direction),
        "net": target.embedding_net,
        "limit": limit,
    }


def _array(ids: Iterable[int]) -> str:
    """Return ids as an array's literal: the driver takes six times as long to write a list."""
    return f"{{{','.join(map(str, ids))}}}"


def _text(embedding: Embedding) -> str:
    return HalfVector(embedding).to_text()


def _ranked(rows: list[tuple[int, float]]) -> Ranked:
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    similarities = np.fromiter((row[1] for row in rows), np.float64, len(rows))
    # Half precision makes a product of equal vectors a little more than 1.
    return Ranked(ids, similarities.clip(-1.0, 1.0))
