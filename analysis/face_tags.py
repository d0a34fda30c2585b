"""The tags of a face beside their facets: what is said, by whom, and what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.facets import Facet, facets
from analysis.models import Face, FaceTag, TagCorrection


@dataclass(frozen=True, slots=True)
class FacetTag:
    """One facet and its tag of one face; None where nobody and no model says anything."""

    facet: Facet
    tag: FaceTag | None
    history: tuple[TagCorrection, ...] = ()
    """What people said, the newest first."""


def tags_of(face: Face, *, known: Sequence[Facet]) -> list[FacetTag]:
    """Return the tags of a face for some facets, in their order and without history.

    Makes no query where the face's `tags` were prefetched. A face that is not stored gets what
    models say of it.
    """
    stored = {tag.facet: tag for tag in (face.tags.all() if face.pk else model_tags(face, known))}
    return [FacetTag(facet, stored.get(facet.name)) for facet in known]


def tags_with_history(face: Face, *, only: Facet | None = None) -> list[FacetTag]:
    """Return the tags of a face for all facets, or for only one, with what people said of each."""
    history: dict[str, list[TagCorrection]] = {}
    corrections = face.corrections.filter(facet=only.name) if only else face.corrections.all()
    for correction in corrections.select_related("user").order_by("-id"):
        history.setdefault(correction.facet, []).append(correction)
    return [
        FacetTag(one.facet, one.tag, history=tuple(history.get(one.facet.name, ())))
        for one in tags_of(face, known=[only] if only else facets())
    ]


def model_tags(face: Face, known: Sequence[Facet]) -> list[FaceTag]:
    """Return what models say of a face, as tags that are not stored."""
    derived = [facet.derive_all([face])[0] for facet in known]
    return [
        FaceTag(
            facet=tag.facet,
            value=tag.value,
            score=tag.score,
            source=FaceTag.Source.MODEL,
            model_value=tag.value,
            model_score=tag.score,
            model_dominant=tag.dominant,
        )
        for tag in derived
        if tag is not None
    ]
