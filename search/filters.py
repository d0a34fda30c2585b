"""FaceQuery for REST: reads it from a request, and describes its parameters in the API's schema."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from analysis.facets import Facet, facets
from analysis.models import Face
from search.query import FaceQuery, Order

_DAY = {"type": "string", "format": "date"}
_SHARED: dict[str, tuple[dict[str, Any], str]] = {
    "min_quality": (
        {"type": "number", "minimum": 0, "maximum": 100},
        "Only faces whose `quality.score` is that or more.",
    ),
    "min_score": (
        {"type": "number", "minimum": 0, "maximum": 1},
        "Only faces of which the detector is that certain.",
    ),
    "since": (_DAY, "Only faces of assets stored on that day, in UTC, or later."),
    "until": (_DAY, "Only faces of assets stored on that day, in UTC, or earlier."),
    "asset": ({"type": "string", "format": "uuid"}, "Only faces of this asset."),
    "order": (
        {"type": "string", "enum": [str(order) for order in Order], "default": str(Order.NEWEST)},
        "Newest or oldest asset first, or the best quality.",
    ),
}


class FaceQueryFilter(BaseFilterBackend):
    """Lists the faces that a query string asks for, in its order; raises InvalidQuery.

    The view's `own_parameters` are those that it reads itself.
    """

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Face], view: Any
    ) -> QuerySet[Face]:
        query = FaceQuery.from_params(request.query_params, besides=view.own_parameters)
        return query.filter(queryset)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        return [
            *map(_describe_facet, facets()),
            *(_describe(name, schema, text) for name, (schema, text) in _SHARED.items()),
        ]


def _describe_facet(facet: Facet) -> dict[str, Any]:
    values = [value.name for value in facet.all_values]
    schema = {"type": "array", "items": {"type": "string", "enum": values}}
    return _describe(facet.name, schema, f"{facet.label}: faces that have one of these values.")


def _describe(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}
