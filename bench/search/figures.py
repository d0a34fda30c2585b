"""Measures search on a loaded library: the functions that REST calls, and whole requests.

Needs Django set up on the library's database.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from statistics import mean
from urllib.parse import urlencode

from django.db import connection
from django.http import QueryDict
from django.test import Client

from analysis.listing import faces_for_tiles
from analysis.models import Face
from analysis.tagging import clear_correction, correct_tag
from bench.search.questions import Example, Questions, Tags, address, recall
from bench.search.timing import Times, ahead, measure
from dam.pagination import NewestFirst
from search.counts import count_facets
from search.index import fold_changes
from search.matching import find_matches
from search.paging import in_order, page_of_faces
from search.query import FaceQuery
from search.similar import Limits, Nearest, nearest_faces
from search.similarity.target import target_of

NEIGHBOURS = 10
# As many as the grid of faces shows at first.
TILES = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    asked: tuple[float, float] | None
    """p50 and p95 in ms."""
    times: Times
    request: Times | None = None
    """The same by REST, through Django's test client."""
    recall: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        return self.asked is None or (
            self.times.at(50) <= self.asked[0] and self.times.at(95) <= self.asked[1]
        )


class Bench:
    """Measures one thing after another."""

    def __init__(
        self,
        questions: Questions,
        *,
        client: Client,
        browser: Client,
        rounds: int,
        go_ahead: bool,
    ) -> None:
        self.questions = questions
        self._browser = browser
        self._ahead = go_ahead
        self.rounds = rounds
        self._client = client

    def all(self) -> Iterator[Figure]:
        """Yield each figure as soon as it is measured."""
        yield self.counts(0, asked=(20, 40))
        yield self.counts(1, asked=(40, 80))
        yield self.counts(4, asked=(40, 80))
        yield self.page(3, asked=(20, 60))
        yield self.whole_page(3)
        examples = self.questions.examples(self.rounds)
        none: list[Tags] = [{}] * self.rounds
        yield self.similar("similar, no filter", examples, none, asked=(15, 40))
        for share, asked in ((0.04, (60, 120)), (0.003, (15, 40))):
            filters = self.questions.keeping(share, count=len(examples))
            in_turn = list(itertools.islice(itertools.cycle(filters), len(examples)))
            name = f"similar, filter keeps {share * 100:g} %"
            yield self.similar(name, examples, in_turn, asked=asked)
        yield self.correction(asked=(20, 60))

    def counts(self, facets: int, *, asked: tuple[float, float]) -> Figure:
        """Count all values of all facets under filters of so many facets."""
        drawn = self.questions.filters(facets, count=self.rounds)
        queries = [query_of(tags) for tags in drawn]
        return Figure(
            f"all facet counts, {facets} filters",
            asked,
            self._measure([lambda query=query: count_facets(query) for query in queries]),
            self._requests([address("facets", tags) for tags in drawn]),
        )

    def page(self, facets: int, *, asked: tuple[float, float]) -> Figure:
        """Show the first page of the faces that filters find."""
        drawn = self.questions.filters(facets, count=self.rounds)
        queries = [query_of(tags) for tags in drawn]

        def show(query: FaceQuery) -> list[object]:
            page = page_of_faces(find_matches(query), limit=TILES)
            return list(in_order(faces_for_tiles(), page.ids))

        return Figure(
            f"first page of faces, {facets} filters",
            asked,
            self._measure([lambda query=query: show(query) for query in queries]),
            self._requests([address("faces", tags) for tags in drawn]),
            note=f"{TILES} tiles; by REST {NewestFirst.page_size} faces, all of them",
        )

    def whole_page(self, facets: int) -> Figure:
        """Show people the first faces that filters find, beside all filters and counts."""
        drawn = self.questions.filters(facets, count=self.rounds)
        paths = [f"/faces/?{urlencode(tags)}" for tags in drawn]
        return Figure(
            f"/faces/ as a page, {facets} filters",
            None,
            self._requests(paths, client=self._browser),
        )

    def similar(
        self,
        name: str,
        examples: Sequence[Example],
        filters: Sequence[Tags],
        *,
        asked: tuple[float, float],
    ) -> Figure:
        """Find the nearest of each example among the faces of a filter."""
        faces = {face.pk: face for face in Face.objects.filter(pk__in=[e.id for e in examples])}
        answers: dict[int, Nearest] = {}

        def find(example: Example, tags: Tags) -> None:
            face = faces[example.id]
            answers[example.id] = nearest_faces(
                query_of(tags),
                target_of([face.embedding], embedding_net=face.embedding_net),
                limits=Limits(count=NEIGHBOURS),
                leave_out=[face.pk],
                load_from=faces_for_tiles(),
            )

        pairs = list(zip(examples, filters, strict=False))
        times = self._measure([lambda pair=pair: find(*pair) for pair in pairs])
        shares = [
            recall(
                [one.face.pk for one in answers[example.id].faces],
                self.questions.nearest(example, tags=tags, limit=NEIGHBOURS),
            )
            for example, tags in pairs
        ]
        methods = sorted({str(answer.method) for answer in answers.values()})
        sizes = sorted(answer.candidates for answer in answers.values())
        paths = [
            address(f"faces/{example.uid}/similar", tags, limit=NEIGHBOURS)
            for example, tags in pairs
        ]
        return Figure(
            name,
            asked,
            times,
            self._requests(paths),
            mean(shares),
            f"{', '.join(methods)}; {sizes[0]:,} to {sizes[-1]:,} candidates; tiles",
        )

    def correction(self, *, asked: tuple[float, float]) -> Figure:
        """Correct a face's tag and count again, with one filter; put it back afterwards."""
        examples = self.questions.examples(self.rounds)
        faces = list(Face.objects.filter(pk__in=[e.id for e in examples]).select_related("asset"))
        queries = [query_of(tags) for tags in self.questions.filters(1, count=len(faces))]

        def correct(face: Face, query: FaceQuery) -> None:
            correct_tag(face, facet="hat", value="hat", user=None)
            count_facets(query)

        pairs = list(zip(faces, queries, strict=True))
        times = self._measure([lambda pair=pair: correct(*pair) for pair in pairs], warm=False)
        for face in faces:
            clear_correction(face, facet="hat", user=None)
        fold_changes()
        return Figure("a tag corrected, counted again", asked, times)

    def _requests(self, paths: Sequence[str], *, client: Client | None = None) -> Times:
        client = client or self._client

        def get(path: str) -> None:
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code} {answer.content[:500]!r}")

        calls: list[Callable[[], None]] = [lambda path=path: get(path) for path in paths]
        return self._measure(calls)

    def _measure(self, calls: Sequence[Callable[[], object]], *, warm: bool = True) -> Times:
        connection.ensure_connection()
        backend = connection.connection.info.backend_pid
        with ahead(os.getpid(), backend) if self._ahead else nullcontext():
            return measure(calls, warm=warm, backend=backend)


def query_of(tags: Mapping[str, str]) -> FaceQuery:
    """Return the query as REST reads it."""
    params = QueryDict(mutable=True)
    params.update(tags)
    return FaceQuery.from_params(params)
