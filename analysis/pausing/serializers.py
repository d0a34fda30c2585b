"""The REST shapes of a pause."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analysis.pausing.models import AnalysisPause


class PauseSerializer(serializers.Serializer):
    """Whether workers leave waiting analyses alone."""

    paused = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(help_text="Who paused it; empty while it is not paused.")

    def to_representation(self, instance: AnalysisPause | None) -> dict[str, Any]:
        if instance is None:
            return {"paused": False, "since": None, "by": ""}
        shown = {"paused": True, "since": instance.since, "by": instance.by}
        return dict(super().to_representation(shown))


class PauseChangeSerializer(serializers.Serializer):
    """What to change it to."""

    paused = serializers.BooleanField()
