"""The REST shapes of what rules said of a photo."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dam.models import Asset, Collection, RuleOutcome
from dam.verdicts.lists import warnings_of


class OutcomeRuleSerializer(serializers.Serializer):
    """A rule as it was then; it may be gone by now."""

    uid = serializers.UUIDField(source="rule_uid")
    name = serializers.CharField(source="rule_name")


class OutcomeCollectionSerializer(serializers.ModelSerializer):
    """Where the photo was put, or will be once it is accepted."""

    class Meta:
        model = Collection
        fields = ("uid", "name")
        read_only_fields = fields


class OutcomeSerializer(serializers.ModelSerializer):
    """What one rule said of a photo."""

    rule = OutcomeRuleSerializer(source="*")
    collection = OutcomeCollectionSerializer(allow_null=True)
    accepted_by = serializers.CharField(
        source="accepted_by.username", allow_null=True, default=None
    )

    class Meta:
        model = RuleOutcome
        fields = (
            "rule",
            "action",
            "message",
            "collection",
            "created_at",
            "accepted_at",
            "accepted_by",
        )
        read_only_fields = fields


class VerdictSerializer(serializers.Serializer):
    """What rules on upload said of a photo, in their order."""

    status = serializers.ChoiceField(choices=Asset.Verdict.choices, source="verdict")
    outcomes = serializers.SerializerMethodField()

    @extend_schema_field(OutcomeSerializer(many=True))
    def get_outcomes(self, asset: Asset) -> Any:
        if asset.verdict == Asset.Verdict.WAITING:
            return []
        return OutcomeSerializer(asset.outcomes.all(), many=True).data


class JudgedSerializer(serializers.Serializer):
    """Fields of an asset that tell what rules said of it."""

    verdict = serializers.SerializerMethodField(
        help_text="What rules on upload said; null where there were none."
    )
    warnings = serializers.SerializerMethodField(help_text="The messages of rules that warn.")

    @extend_schema_field(VerdictSerializer(allow_null=True))
    def get_verdict(self, asset: Asset) -> Any:
        return VerdictSerializer(asset).data if asset.verdict else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, asset: Asset) -> list[str]:
        return warnings_of(asset)
