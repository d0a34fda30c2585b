"""The REST shapes of nets."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analysis.evaluation.plain import to_plain
from analysis.net_report.cards import ReadingCard


class ThresholdSerializer(serializers.Serializer):
    """A facet of a reading. Under `min_score` it is "unsure"; null: it never is."""

    name = serializers.CharField()
    label = serializers.CharField()
    values = serializers.SerializerMethodField()
    min_score = serializers.FloatField(allow_null=True)

    def get_values(self, facet: Any) -> list[str]:
        return [value.name for value in facet.values]


_ACCURACY = {
    "type": "object",
    "nullable": True,
    "additionalProperties": True,
    "description": "Figures with 95 % intervals, over all faces, by source and by group, as one of "
    "the `readings` of `evaluate_nets`' report.json; null: not measured.",
}


class NetReadingSerializer(serializers.Serializer):
    """One reading of a net."""

    name = serializers.CharField(source="spec.name")
    label = serializers.CharField()
    labels = serializers.ListField(
        child=serializers.CharField(), source="spec.labels", help_text="Empty for a number."
    )
    topic = serializers.CharField(source="spec.topic", help_text="What switches it off.")
    is_on = serializers.BooleanField()
    about = serializers.CharField(source="spec.about")
    known_failures = serializers.CharField(source="spec.known_failures")
    facets = ThresholdSerializer(many=True)
    accuracy = serializers.SerializerMethodField()
    accuracy_is_outdated = serializers.BooleanField(
        source="is_outdated", help_text="The figures are those of another net of this reading."
    )

    @extend_schema_field(_ACCURACY)
    def get_accuracy(self, card: ReadingCard) -> dict[str, Any] | None:
        figures: dict[str, Any] | None = to_plain(card.report)
        return figures


class NetSerializer(serializers.Serializer):
    """One net, its file and what it reads."""

    name = serializers.CharField(source="spec.name")
    role = serializers.CharField(source="spec.role")
    source = serializers.CharField(source="spec.source")
    licence = serializers.CharField(source="spec.licence")
    recipe = serializers.CharField(source="spec.recipe")
    file = serializers.CharField(source="spec.path.name")
    sha256 = serializers.CharField(source="spec.sha256")
    size_bytes = serializers.IntegerField(allow_null=True, help_text="null: the file is missing.")
    readings = NetReadingSerializer(many=True)


class NetsSerializer(serializers.Serializer):
    """All nets of the service."""

    pipeline_version = serializers.CharField()
    nets = NetSerializer(many=True)
