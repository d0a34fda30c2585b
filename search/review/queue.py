"""What waits for a person to say: tags of which the nets are unsure, the least sure first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Case, Count, F, FloatField, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.urls import reverse

from analysis.facets import UNSURE, Facet, facets
from analysis.models import FaceTag
from search.browse.addresses import join
from search.matching import find_matches
from search.query import FaceQuery, InvalidQuery, Show

FACET = "facet"
AT = "at"


@dataclass(frozen=True)
class Queue:
    """Unsure tags of one facet or of all, in the faces of a query. Nobody has said them yet."""

    query: FaceQuery
    known: tuple[Facet, ...]
    """The facets of which nets can be unsure."""
    chosen: Facet | None = None
    """The only one that is asked about; None for all."""

    @classmethod
    def from_params(cls, params: QueryDict) -> Queue:
        """Read an address; raise InvalidQuery with all that is wrong with it."""
        known = facets()
        query = FaceQuery.from_params(params, besides=(FACET, AT), shows=Show.FACES, known=known)
        asked = tuple(facet for facet in known if facet.min_score is not None)
        name = params.get(FACET, "")
        chosen = next((facet for facet in asked if facet.name == name), None)
        if name and chosen is None:
            names = ", ".join(facet.name for facet in asked)
            raise InvalidQuery({FACET: [f"{name!r} cannot be reviewed: use one of {names}."]})
        return cls(query, asked, chosen)

    def about(self, facet: Facet | None) -> Queue:
        """Return the queue of another facet, or of all, in the same faces."""
        return Queue(self.query, self.known, facet)

    def among(self, query: FaceQuery) -> Queue:
        """Return the queue of the same facet in other faces."""
        return Queue(query, self.known, self.chosen)

    @property
    def address(self) -> str:
        """Its page; the same for equal queues."""
        params = self.query.to_params()
        params.pop("show", None)
        if self.chosen:
            params[FACET] = self.chosen.name
        return join(reverse("review"), params)

    def facet(self, name: str) -> Facet:
        """Return one of the facets by its name."""
        return next(facet for facet in self.known if facet.name == name)

    def waiting(self) -> QuerySet[FaceTag]:
        """Return what waits, of all facets."""
        tags = self._unsaid()
        if self._ids is None:
            return tags
        # One array, however many they are.
        return tags.filter(face_id__in=RawSQL("SELECT unnest(%s::bigint[])", [self._ids]))

    def first(self, count: int, *, skipped: Collection[int] = (), at: int | None) -> list[FaceTag]:
        """Return the tags to ask about next, with their faces and assets.

        The first is the one that is furthest under what its facet asks for, or the tag with the id
        `at`, if that waits.
        """
        tags = _with_faces(self.waiting())
        if self.chosen:
            tags = tags.filter(facet=self.chosen.name)
        least = (
            When(facet=facet.name, then=Value(facet.min_score, FloatField()))
            for facet in self.known
        )
        order = F("model_score") / Case(*least, default=Value(1.0), output_field=FloatField())
        ordered = tags.exclude(pk__in=skipped).order_by(order, "face_id", "facet")
        found = list(ordered[:count])
        wanted = [] if at is None else list(tags.filter(pk=at))
        return [*wanted, *(tag for tag in found if tag.pk != at)][:count]

    def still_waiting(self, ids: Sequence[int]) -> list[FaceTag]:
        """Return those of some tags of this queue that still wait, in their order."""
        found = {tag.pk: tag for tag in _with_faces(self._unsaid().filter(pk__in=ids))}
        return [found[pk] for pk in ids if pk in found]

    def count_waiting(self, *, skipped: Collection[int] = ()) -> dict[str, int]:
        """Return how many tags wait by the names of all facets, with one query."""
        rows = self.waiting().exclude(pk__in=skipped).order_by().values_list("facet")
        found = dict(rows.annotate(Count("pk")))
        return {facet.name: found.get(facet.name, 0) for facet in self.known}

    def _unsaid(self) -> QuerySet[FaceTag]:
        return FaceTag.objects.filter(
            facet__in=[facet.name for facet in self.known],
            value=UNSURE,
            source=FaceTag.Source.MODEL,
            face__retired_at=None,
        )

    @cached_property
    def _ids(self) -> list[int] | None:
        """The faces of the query; None for all."""
        asks_nothing = FaceQuery(order=self.query.order, scope=self.query.scope)
        if self.query == asks_nothing:
            return None
        ids: list[int] = find_matches(self.query).face_ids().tolist()
        return ids


def _with_faces(tags: QuerySet[FaceTag]) -> QuerySet[FaceTag]:
    return tags.select_related("face__asset").defer("face__embedding", "face__landmarks")
