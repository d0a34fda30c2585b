"""What the benchmark asks: filters as people combine them, faces to look for, and the truth."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import psycopg

Tags = Mapping[str, str]

# Facets in the order in which people reach for them.
_USUAL = ("emotion", "age_group", "gender", "glasses", "smile", "hat", "ethnicity", "mask")
_SAMPLE = 30_000


@dataclass(frozen=True, slots=True)
class Example:
    """A stored face that neighbours are looked for of."""

    id: int
    uid: str


class Questions:
    """Draws questions from what a library holds; the same for the same library and seed."""

    def __init__(self, connection: psycopg.Connection, *, seed: int) -> None:
        self._connection = connection
        self._random = np.random.default_rng((seed, 4))
        rows = connection.execute(
            """
            SELECT face_id, json_object_agg(facet, value) FROM analysis_facetag
            WHERE face_id = ANY(%s) AND facet = ANY(%s) GROUP BY face_id ORDER BY face_id
            """,
            [self._some_ids(_SAMPLE), list(_USUAL)],
        ).fetchall()
        self._shown: list[dict[str, str]] = [tags for _, tags in rows]

    def filters(self, facets: int, *, count: int) -> list[Tags]:
        """Return values of so many facets that some face has, as its neighbours in a grid do."""
        drawn = []
        for _ in range(count):
            tags = self._shown[self._random.integers(len(self._shown))]
            names = self._random.choice([one for one in _USUAL if one in tags], facets, False)
            drawn.append({str(name): tags[name] for name in sorted(names)})
        return drawn

    def keeping(self, share: float, *, count: int) -> list[Tags]:
        """Return filters of up to three facets that keep about a share of all faces."""
        found: list[tuple[float, Tags]] = []
        for size in (1, 2, 3):
            for names in itertools.combinations(_USUAL, size):
                groups = Counter(tuple(tags.get(name) for name in names) for tags in self._shown)
                for values, number in groups.items():
                    distance = abs(np.log(number / len(self._shown) / share))
                    if distance < 0.15 and None not in values and "unsure" not in values:
                        found.append((distance, dict(zip(names, map(str, values), strict=True))))
        # Several facets in turn, not twenty combinations with the same mask.
        self._random.shuffle(found)
        return [tags for _, tags in found[:count]]

    def examples(self, count: int) -> list[Example]:
        """Return some present faces."""
        rows = self._connection.execute(
            """
            SELECT id, uid::text FROM analysis_face
            WHERE id = ANY(%s) AND retired_at IS NULL ORDER BY array_position(%s, id) LIMIT %s
            """,
            [ids := self._some_ids(2 * count), ids, count],
        ).fetchall()
        return [Example(*row) for row in rows]

    def _some_ids(self, count: int) -> list[int]:
        """Return ids that faces have, but for a few that may be gone; without reading them all."""
        row = self._connection.execute("SELECT max(id) FROM analysis_face").fetchone()
        largest = row[0] if row and row[0] else 0
        return self._random.permutation(np.arange(1, largest + 1))[:count].tolist()

    def nearest(self, example: Example, *, tags: Tags, limit: int) -> list[int]:
        """Return the ids of the nearest other faces with some tags: all of them are compared."""
        conditions = "".join(
            " AND EXISTS (SELECT FROM analysis_facetag t WHERE t.face_id = face.id"
            " AND t.facet = %s AND t.value = %s)"
            for _ in tags
        )
        values = list(itertools.chain.from_iterable(tags.items()))
        # Sorted by what no index knows, so that the planner cannot take one.
        rows = self._connection.execute(
            f"""
            SELECT id FROM analysis_face AS face
            WHERE retired_at IS NULL AND id <> %s {conditions}
            ORDER BY (embedding <#> (SELECT embedding FROM analysis_face WHERE id = %s)) + 0, id
            LIMIT %s
            """,
            [example.id, *values, example.id, limit],
        ).fetchall()
        return [row[0] for row in rows]


def address(path: str, tags: Tags, **others: object) -> str:
    """Return an address of the REST API."""
    query = urlencode([*tags.items(), *others.items()])
    return f"/api/v1/{path}?{query}" if query else f"/api/v1/{path}"


def recall(found: Sequence[int], wanted: Sequence[int]) -> float:
    """Return the share of the true neighbours that were found."""
    return len(set(found) & set(wanted)) / len(wanted) if wanted else 1.0
