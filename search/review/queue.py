"""What waits for a person to say: tags of which the nets are unsure, the least sure first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from analysis.facets import Facet, facets
from analysis.models import FaceTag
from search.browse.addresses import join
from search.query import FaceQuery, InvalidQuery, Show
from search.review.waiting import Waiting, unsaid_tags

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

    def first(self, count: int, *, waiting: Waiting, at: int | None) -> list[FaceTag]:
        """Return the tags to ask about next, with their faces and assets, up to `count`.

        The first is the one that is furthest under what its facet asks for, or the tag with the id
        `at`, if that waits.
        """
        names = [facet.name for facet in ((self.chosen,) if self.chosen else self.known)]
        ids = waiting.first(count, among=names)
        tags = self.still_waiting(ids if at is None else [at, *(pk for pk in ids if pk != at)])
        wanted = tags[:1] if tags and tags[0].pk == at else []
        is_asked = all(tag.facet in names and waiting.holds(tag) for tag in wanted)
        return (tags if is_asked else tags[1:])[:count]

    def still_waiting(self, ids: Sequence[int]) -> list[FaceTag]:
        """Return those of some tags of this queue that still wait, in their order."""
        tags = unsaid_tags([facet.name for facet in self.known]).filter(face__retired_at=None)
        found = {tag.pk: tag for tag in _with_faces(tags.filter(pk__in=ids))}
        return [found[pk] for pk in ids if pk in found]

    def waiting(self, *, skipped: Collection[int] = ()) -> Waiting:
        """Return what waits now, of all facets."""
        return Waiting(self.query, self.known, frozenset(skipped))


def _with_faces(tags: QuerySet[FaceTag]) -> QuerySet[FaceTag]:
    return tags.select_related("face__asset").defer("face__embedding", "face__landmarks")
