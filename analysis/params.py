"""What may be asked in query strings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

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


def read_params(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """Return a query string's values; raises ValidationError with all that is wrong."""
    params = kind(data=request.query_params)
    params.is_valid(raise_exception=True)
    values: dict[str, Any] = params.validated_data
    return values
