"""Ids of many assets out of the database at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import Aggregate, BinaryField, QuerySet
from numpy.typing import NDArray

from dam.models import Asset


class _Packed(Aggregate):
    """All ids in one value, eight bytes each: as rows, 100,000 of them would take 0.1 s."""

    template = "string_agg(int8send(%(expressions)s), ''::bytea)"
    output_field: Any = BinaryField(null=True)


def asset_ids(assets: QuerySet[Asset]) -> NDArray[np.int64]:
    """Return the ids of some assets, rising."""
    packed = assets.order_by().aggregate(ids=_Packed("id"))["ids"]
    return np.sort(np.frombuffer(packed or b"", dtype=">i8").astype(np.int64))
