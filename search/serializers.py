"""The REST shapes of what is found."""

from __future__ import annotations

from rest_framework import serializers

from analysis.face_serializers import FaceSerializer, NumberField


class SimilarFaceSerializer(serializers.Serializer):
    """A face, the cosine of the angle between the two embeddings, and 1 less that."""

    face = FaceSerializer()
    similarity = NumberField(decimals=4)
    distance = NumberField(decimals=4)


class SimilarParams(serializers.Serializer):
    """What may be asked of similar faces."""

    limit = serializers.IntegerField(default=20, min_value=1, max_value=100)
