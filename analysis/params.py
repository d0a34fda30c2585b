"""What may be asked in query strings."""

from __future__ import annotations

from rest_framework import serializers

from analysis.models import AnalysisRun


class LandmarksParams(serializers.Serializer):
    """What may be asked of faces wherever there are several."""

    landmarks = serializers.BooleanField(default=False, help_text="Show the 105 landmarks, too.")


class FaceParams(serializers.Serializer):
    """What may be asked of one face."""

    embedding = serializers.BooleanField(default=False, help_text="Show the embedding, too.")


class RunListParams(serializers.Serializer):
    """What may be asked of a list of runs."""

    asset = serializers.UUIDField(required=False, help_text="Only runs of this asset.")
    status = serializers.ChoiceField(
        choices=AnalysisRun.Status.choices, required=False, help_text="Only runs in this state."
    )
