"""What the tiles of a page show."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet

from analysis.listing import faces_for_tiles
from analysis.models import Face, FaceTag
from analysis.people import PERSON
from search.paging import in_order


def named_faces() -> QuerySet[Face]:
    """Return what tiles of faces need, with who is on each as `names`; two queries."""
    names = Prefetch("tags", FaceTag.objects.filter(facet=PERSON), to_attr="names")
    return faces_for_tiles().prefetch_related(names)


def faces_in_order(ids: Sequence[int]) -> list[Face]:
    """Return some faces in the order of their ids, as `named_faces`."""
    return in_order(named_faces(), ids)
