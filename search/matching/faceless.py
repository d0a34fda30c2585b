"""Photos without faces: the index does not know them, the database does."""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet
from numpy.typing import NDArray

from analysis.models import Face
from dam.models import Asset
from search.query import FaceQuery, Show
from search.query.asset_conditions import meeting
from search.query.ranges import FACES, Range


def finds_faceless(query: FaceQuery) -> bool:
    """Tell whether photos without faces are asked for: nothing is asked that needs a face."""
    number = query.ranges.get(FACES, Range())
    return query.show is Show.PHOTOS and not query.asks_of_faces and bool(number.holds(_ZERO)[0])


def stored_assets(query: FaceQuery) -> QuerySet[Asset]:
    """Return the assets that meet what is asked of a photo, whatever its faces are."""
    assets = meeting(Asset.objects.all(), query.asked_of_assets())
    if query.since is not None:
        assets = assets.filter(created_at__gte=datetime.combine(query.since, time.min, UTC))
    if query.until is not None:
        assets = assets.filter(created_at__lte=datetime.combine(query.until, time.max, UTC))
    return assets


def faceless_assets(query: FaceQuery) -> QuerySet[Asset]:
    """Return those of them that have no face."""
    faces = Face.objects.present().filter(asset=OuterRef("pk"))
    return stored_assets(query).filter(~Exists(faces))


_ZERO: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
