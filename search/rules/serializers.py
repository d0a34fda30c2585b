"""The REST shapes of rules."""

from __future__ import annotations

from rest_framework import serializers

from dam.models import Asset, RuleOutcome
from dam.names import MOST_LETTERS
from dam.verdicts.serializers import OutcomeCollectionSerializer
from search.rules.rules import MOST_MESSAGE
from search.saved.serializers import ConditionSerializer

QUERY_HELP = "A query string as after the “?” of `GET assets`; `max_faces=0` is no face."
SOURCES_HELP = "Which photos it concerns, by where they come from; empty is all."


class RuleSerializer(serializers.Serializer):
    """A rule with what it would concern now."""

    uid = serializers.UUIDField(source="rule.uid")
    name = serializers.CharField(source="rule.name")
    query = serializers.CharField(source="rule.query", help_text="A query string, sorted.")
    conditions = ConditionSerializer(many=True, help_text="The query in words.")
    action = serializers.ChoiceField(source="rule.action", choices=RuleOutcome.Action.choices)
    message = serializers.CharField(source="rule.message")
    collection = OutcomeCollectionSerializer(
        source="rule.collection", allow_null=True, help_text="Where `route` puts photos."
    )
    sources = serializers.ListField(
        source="rule.sources",
        child=serializers.ChoiceField(choices=Asset.Source.choices),
        help_text=SOURCES_HELP,
    )
    enabled = serializers.BooleanField(source="rule.enabled")
    position = serializers.IntegerField(
        source="rule.position", help_text="Lower ones are judged first."
    )
    problems = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="By parameter, what is wrong with it by now.",
    )
    photo_count = serializers.IntegerField(
        allow_null=True, help_text="Photos of the library that it would concern."
    )
    created_by = serializers.CharField(
        source="rule.created_by.username", allow_null=True, default=None
    )
    created_at = serializers.DateTimeField(source="rule.created_at")
    updated_at = serializers.DateTimeField(source="rule.updated_at")


class RuleChangeSerializer(serializers.Serializer):
    """What is to be changed; what is left out stays."""

    name = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text=f"1 to {MOST_LETTERS} letters; no other one has it.",
    )
    query = serializers.CharField(required=False, allow_blank=True, help_text=QUERY_HELP)
    action = serializers.ChoiceField(required=False, choices=RuleOutcome.Action.choices)
    message = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text=f"For who brought the photo; {MOST_MESSAGE} letters at most.",
    )
    collection = serializers.UUIDField(
        required=False, allow_null=True, help_text="Where `route` puts photos: its uid."
    )
    sources = serializers.ListField(
        required=False,
        child=serializers.ChoiceField(choices=Asset.Source.choices),
        help_text=SOURCES_HELP,
    )
    enabled = serializers.BooleanField(required=False)


class NewRuleSerializer(RuleChangeSerializer):
    """A rule to make."""

    # Blank ones are refused together with all else that is wrong.
    name = serializers.CharField(
        allow_blank=True, help_text=f"1 to {MOST_LETTERS} letters; no other one has it."
    )
    query = serializers.CharField(allow_blank=True, help_text=QUERY_HELP)
    action = serializers.ChoiceField(choices=RuleOutcome.Action.choices)


class RuleOrderSerializer(serializers.Serializer):
    """All rules in the order in which they are to be judged."""

    rules = serializers.ListField(child=serializers.UUIDField())


class RuleTrialSerializer(serializers.Serializer):
    """How many photos of the library a rule would concern if they came now."""

    photos = serializers.IntegerField()
    of = serializers.IntegerField(help_text="All photos of the library.")
