"""The REST shapes of what people say about faces themselves, and of a photo's history."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analysis.decisions.history import Change


class DrawnBoxSerializer(serializers.Serializer):
    """Where somebody sees a face, in pixels of the upright picture."""

    left = serializers.FloatField()
    top = serializers.FloatField()
    width = serializers.FloatField(min_value=0)
    height = serializers.FloatField(min_value=0)


class ChangeSerializer(serializers.Serializer):
    """What somebody said of a face."""

    kind = serializers.ChoiceField(
        choices=["tag", "face"], help_text="About a tag, or whether there is a face."
    )
    id = serializers.IntegerField(help_text="Among those of its kind.")
    face = serializers.UUIDField(source="face.uid")
    facet = serializers.SerializerMethodField(help_text="null: about the face itself.")
    label = serializers.CharField(source="what")
    before = serializers.CharField()
    after = serializers.CharField()
    user = serializers.SerializerMethodField(
        help_text="null: an API key, the picture's file, or a person who is gone."
    )
    created_at = serializers.DateTimeField()
    can_undo = serializers.BooleanField()
    is_undo = serializers.BooleanField(help_text="It took another change back.")
    was_undone = serializers.BooleanField()

    def get_facet(self, change: Change) -> str | None:
        return change.facet or None

    def get_user(self, change: Change) -> str | None:
        return change.user.get_username() if change.user else None


class HistorySerializer(serializers.Serializer):
    """What people said of a photo's faces, the newest first."""

    results: Any = ChangeSerializer(many=True)
