"""The thresholds of now, and what another one would change."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from analysis import nets
from analysis.facets import UNSURE, facets
from analysis.models import Face, FaceTag
from analysis.thresholds.models import FacetThreshold


@dataclass(frozen=True, slots=True)
class Threshold:
    """A facet's threshold, and how far stored faces follow it."""

    facet: str
    label: str
    min_score: float
    default: float
    """The manifest's."""
    is_applying: bool
    faces_done: int
    faces_total: int

    @property
    def is_changed(self) -> bool:
        return self.min_score != self.default


@dataclass(frozen=True, slots=True)
class Preview:
    """How many faces another threshold would change. What people set is not counted."""

    tagged: int
    become_unsure: int
    become_sure: int


def list_thresholds() -> list[Threshold]:
    """Return the thresholds of all facets that have one, in the manifest's order."""
    defaults = {spec.name: spec.min_score for spec in nets.current_manifest().facets}
    rows = FacetThreshold.objects.in_bulk()
    found = []
    for facet in facets():
        default = defaults.get(facet.name)
        if facet.custom or facet.min_score is None or default is None:
            continue
        row = rows.get(facet.name) or FacetThreshold(facet=facet.name)
        found.append(
            Threshold(
                facet.name,
                facet.label,
                facet.min_score if row.min_score is None else row.min_score,
                default,
                is_applying=row.applied_up_to is not None,
                faces_done=row.faces_done,
                faces_total=row.faces_total,
            )
        )
    return found


def preview_threshold(facet: str, min_score: float) -> Preview:
    """Count the faces that a threshold would make unsure, or sure; one query."""
    tags = FaceTag.objects.filter(
        facet=facet, source=FaceTag.Source.MODEL, model_score__isnull=False
    )
    # They are few: to look at the row of each face that is not retired takes ten times as long.
    retired = Face.objects.filter(pk=OuterRef("face"), retired_at__isnull=False)
    tags = tags.filter(~Exists(retired))
    is_unsure = Q(model_value=UNSURE)
    counts = tags.aggregate(
        tagged=Count("id"),
        become_unsure=Count("id", filter=~is_unsure & Q(model_score__lt=min_score)),
        become_sure=Count("id", filter=is_unsure & Q(model_score__gte=min_score)),
    )
    return Preview(**counts)
