"""The parameters of a FaceQuery in the API's schema."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from analysis.facets import Facet, facets
from search.query import NOT, Order, Scope, Show
from search.query.asset_conditions import ASSET_CONDITIONS
from search.query.ranges import Measure, measures

_DAY = {"type": "string", "format": "date"}


class FaceQueryFilter(BaseFilterBackend):
    """Describes what a query string may ask of faces.

    The view reads the query itself, since what it lists comes out of the index. Its `shows` is what
    it lists, where that cannot be chosen.
    """

    def filter_queryset(
        self,
        request: Request,  # noqa: ARG002
        queryset: QuerySet,
        view: Any,  # noqa: ARG002
    ) -> QuerySet:
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        shows = [view.shows] if view.shows else list(Show)
        return [
            *(parameter for facet in facets() for parameter in _describe_facet(facet)),
            *(end for measure in measures() for end in _describe_measure(measure)),
            _describe("since", _DAY, "Only of assets stored on that day, in UTC, or later."),
            _describe("until", _DAY, "Only of assets stored on that day, in UTC, or earlier."),
            *(
                _describe(
                    name, condition.schema, f"Only of assets that meet this: {condition.about}"
                )
                for name, condition in ASSET_CONDITIONS.items()
            ),
            _describe_choice("order", list(Order), "What comes first."),
            _describe_choice(
                "scope",
                list(Scope),
                "Whether one face has to meet all of it, or the faces of a photo together.",
            ),
            _describe_choice("show", shows, "What is listed and counted."),
        ]


def _describe_facet(facet: Facet) -> list[dict[str, Any]]:
    items: dict[str, Any] = {"type": "string"}
    if not facet.open:
        items["enum"] = [value.name for value in facet.all_values]
    schema = {"type": "array", "items": items}
    return [
        _describe(facet.name, schema, f"{facet.label}: faces that have one of these values."),
        _describe(
            f"{facet.name}{NOT}",
            schema,
            f"{facet.label}: faces that have none of these values. `{facet.name}!` is the same.",
        ),
    ]


def _describe_measure(measure: Measure) -> list[dict[str, Any]]:
    low, high = measure.parameters
    return [
        _describe(low, measure.schema, f"At least this: {measure.about}."),
        _describe(high, measure.schema, f"At most this: {measure.about}."),
    ]


def _describe_choice(name: str, choices: list[Any], about: str) -> dict[str, Any]:
    schema = {"type": "string", "enum": list(map(str, choices)), "default": str(choices[0])}
    return _describe(name, schema, about)


def _describe(name: str, schema: Any, text: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": dict(schema),
        "description": text,
    }
