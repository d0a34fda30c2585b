"""What the tiles of a page show."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch

from analysis.listing import faces_for_tiles
from analysis.models import Face, FaceTag
from analysis.people import PERSON
from search.paging import in_order


def faces_in_order(ids: Sequence[int]) -> list[Face]:
    """Return some faces in the order of their ids, with who is on each as `names`; two queries."""
    names = Prefetch("tags", FaceTag.objects.filter(facet=PERSON), to_attr="names")
    return in_order(faces_for_tiles().prefetch_related(names), ids)
