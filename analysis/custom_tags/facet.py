"""Custom tags as facets: what a tag's active version says of faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analysis import nets
from analysis.custom_tags.embeddings import as_stored, read_embeddings
from analysis.custom_tags.examples import NO, YES
from analysis.custom_tags.logistic import Head, probability
from analysis.facets import UNSURE, Facet, Tag, Value
from analysis.models import CustomTag, CustomTagVersion, Face

VALUES = (Value(YES, "Yes"), Value(NO, "No"))
# Between 40 and 60 % the tag is as good as undecided.
SURE_PROBABILITY = 0.6
_HEADS_KEPT = 256


@dataclass(frozen=True, slots=True)
class _Learned:
    head: Head
    embedding_net: str


@dataclass(frozen=True)
class CustomFacet(Facet):
    """A tag that people taught: yes or no by a head on embeddings of one net."""

    version_id: int | None = None
    """The version that tags faces; None before the first training."""

    def derive_all(self, faces: Sequence[Face]) -> list[Tag | None]:
        """Return what the active version says of each face; None for embeddings of other nets.

        Stored faces are read from the database, whatever of them is loaded. A tag that was deleted
        since says nothing.
        """
        learned = self._learned()
        if learned is None:
            return [None] * len(faces)
        net = learned.embedding_net
        ids = [face.pk for face in faces if face.pk]
        embeddings = read_embeddings(Face.objects.filter(pk__in=ids, embedding_net=net))
        found = [
            embeddings.get(face.pk)
            if face.pk
            else (as_stored(face.embedding) if face.embedding_net == net else None)
            for face in faces
        ]
        known = [vector for vector in found if vector is not None]
        if not known:
            return [None] * len(faces)
        chances = iter(probability(learned.head.score(np.stack(known))).tolist())
        return [None if vector is None else self._tag(next(chances)) for vector in found]

    def _learned(self) -> _Learned | None:
        try:
            return None if self.version_id is None else _read_version(self.version_id)
        except CustomTagVersion.DoesNotExist:
            return None

    def _tag(self, chance: float) -> Tag:
        dominant = YES if chance >= 0.5 else NO
        score = max(chance, 1.0 - chance)
        value = dominant if score >= SURE_PROBABILITY else UNSURE
        return Tag(self.name, value=value, score=score, dominant=dominant)


def custom_facets() -> list[Facet]:
    """Return a facet for each custom tag that does not have a name of the manifest's."""
    declared = {facet.name for facet in nets.full_manifest().facets}
    tags = CustomTag.objects.order_by("label", "name")
    return [
        CustomFacet(
            name=name,
            label=label,
            values=VALUES,
            min_score=SURE_PROBABILITY,
            custom=True,
            version_id=version_id,
        )
        for name, label, version_id in tags.values_list("name", "label", "active_version_id")
        if name not in declared
    ]


@lru_cache(maxsize=_HEADS_KEPT)
def _read_version(version_id: int) -> _Learned:
    """Return a version's head. Versions never change and ids are never used again."""
    version = CustomTagVersion.objects.only("weights", "offset", "embedding_net").get(pk=version_id)
    weights = np.asarray(version.weights, np.float64)
    return _Learned(Head(weights, version.offset), version.embedding_net)
