"""Suggests faces to mark next: those from which a tag learns most."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from django.db.models import Max, Min, QuerySet

from analysis import nets
from analysis.custom_tags.embeddings import read_embeddings
from analysis.custom_tags.examples import YES, examples
from analysis.custom_tags.logistic import Vectors
from analysis.listing import faces_for_lists
from analysis.models import CustomTag, Face, FaceTag

# From so many on, faces like the ones marked yes are a better guess than random ones.
ENOUGH_TO_COMPARE = 3
# Of a small or blurred face nobody can say what is true of it.
CLEAR_QUALITY = 60
# The newest: who marks thousands needs no suggestion by likeness any more.
_MOST_COMPARED = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What faces are looked for: like all of some, of one net, and not those left out."""

    embeddings: Sequence[Vectors]
    embedding_net: str
    min_quality: float
    leave_out: frozenset[int]
    """Ids of faces."""


# Gets what is wanted, and of how many faces at most to return the ids, the most alike first.
Searcher: TypeAlias = Callable[[Wanted, int], Sequence[int]]

_searchers: list[Searcher] = []


def add_searcher(searcher: Searcher) -> None:
    """Let a function find similar faces; the first one is asked, adding it again changes nothing.

    Who searches all faces quickly is above this app.
    """
    if searcher not in _searchers:
        _searchers.append(searcher)


class Kind(StrEnum):
    """What faces are suggested."""

    UNCERTAIN = "uncertain"
    LIKELY = "likely"
    RANDOM = "random"


def usual_kind(tag: CustomTag, *, yes_count: int) -> Kind:
    """Return what helps most by now: random faces, those like a yes, then the uncertain ones."""
    if tag.active_version_id is not None:
        return Kind.UNCERTAIN
    return Kind.LIKELY if yes_count >= ENOUGH_TO_COMPARE else Kind.RANDOM


def suggest_faces(tag: CustomTag, kind: Kind, *, limit: int) -> list[Face]:
    """Return clear faces that nobody marked, with their assets, at most `limit`.

    Where a kind has none, because there is no version or no yes yet, they are random ones; where
    there is no clear face left, others.
    """
    match kind:
        case Kind.UNCERTAIN:
            found = _by_score(tag, "model_score", limit)
        case Kind.LIKELY if tag.active_version_id is not None:
            found = _by_score(tag, "-model_score", limit, model_value=YES)
        case Kind.LIKELY:
            found = _like_a_yes(tag, limit)
        case _:
            found = []
    clear = _unmarked(tag).filter(quality_score__gte=CLEAR_QUALITY)
    return found or _random(clear, limit) or _random(_unmarked(tag), limit)


def _unmarked(tag: CustomTag) -> QuerySet[Face]:
    marked = FaceTag.objects.filter(facet=tag.name, source=FaceTag.Source.USER)
    faces = faces_for_lists(landmarks=False).prefetch_related(None).select_related("asset")
    return faces.exclude(pk__in=marked.values("face"))


def _by_score(tag: CustomTag, order: str, limit: int, **conditions: str) -> list[Face]:
    tags = FaceTag.objects.filter(facet=tag.name, source=FaceTag.Source.MODEL, **conditions)
    clear = tags.filter(face__retired_at=None, face__quality_score__gte=CLEAR_QUALITY)
    ids = clear.order_by(order, "face").values_list("face", flat=True)
    return _in_order(tag, list(ids[:limit]))


def _like_a_yes(tag: CustomTag, limit: int) -> list[Face]:
    net = nets.current_manifest().embedding_net
    marked = examples(tag).filter(value=YES, face__embedding_net=net).order_by("-face_id")
    ids = list(marked.values_list("face", flat=True)[:_MOST_COMPARED])
    embeddings = read_embeddings(Face.objects.filter(pk__in=ids))
    if not embeddings:
        return []
    said = FaceTag.objects.filter(facet=tag.name, source=FaceTag.Source.USER)
    wanted = Wanted(
        embeddings=tuple(embeddings.values()),
        embedding_net=net,
        min_quality=CLEAR_QUALITY,
        leave_out=frozenset(said.values_list("face", flat=True)),
    )
    for search in _searchers:
        return _in_order(tag, search(wanted, limit))
    return []


def _random(faces: QuerySet[Face], limit: int) -> list[Face]:
    """Return random faces without sorting all of them: by ids, which are nearly without gaps."""
    ends = Face.objects.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return []
    span = range(ends["low"], ends["high"] + 1)
    tries = random.sample(span, min(len(span), 20 * limit))
    found = list(faces.filter(pk__in=tries)[: 4 * limit]) or list(faces.order_by("pk")[:limit])
    random.shuffle(found)
    return found[:limit]


def _in_order(tag: CustomTag, ids: Sequence[int]) -> list[Face]:
    faces = _unmarked(tag).in_bulk(list(ids))
    return [faces[pk] for pk in ids if pk in faces]
