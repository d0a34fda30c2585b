"""The REST shape of the state of the library and its search."""

from __future__ import annotations

from rest_framework import serializers

from analysis.embedding_index import IndexState
from analysis.face_serializers import NumberField
from search.similarity.planning import Method


class EmbeddingIndexSerializer(serializers.Serializer):
    """The index of embeddings; without it searches compare sketches, which takes longer."""

    state = serializers.ChoiceField(choices=[state.value for state in IndexState])
    size_bytes = serializers.IntegerField()
    progress = serializers.FloatField(allow_null=True, help_text="0 to 1 while it is built.")


class FaceIndexSerializer(serializers.Serializer):
    """The faces in memory, and changes that are read from their rows until they are in it."""

    marked_faces = serializers.IntegerField()
    oldest_mark = serializers.DateTimeField(allow_null=True)
    memory_bytes = serializers.IntegerField()


class FiguresSerializer(serializers.Serializer):
    """How many of the truly nearest faces were found with one filter."""

    filter = serializers.CharField(help_text="In words; empty for none.")
    faces = serializers.IntegerField()
    method = serializers.ChoiceField(choices=[method.value for method in Method])
    probes = serializers.IntegerField()
    recall_at_10 = NumberField(decimals=4)
    recall_at_100 = NumberField(decimals=4)
    milliseconds = NumberField()


class RecallSerializer(serializers.Serializer):
    """What was measured last, on so many faces."""

    checked_at = serializers.DateTimeField()
    faces = serializers.IntegerField()
    is_exact = serializers.BooleanField(help_text="Whether all of these searches are exact.")
    keeps_promise = serializers.BooleanField(help_text="Whether recall@10 is 0.99 or more.")
    figures = FiguresSerializer(many=True)


class StatusSerializer(serializers.Serializer):
    """The library, its queue and its search."""

    photos = serializers.IntegerField()
    faces = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Analyses that are queued or running.")
    failed = serializers.IntegerField(help_text="Analyses that failed for good.")
    face_index = FaceIndexSerializer(source="*")
    embedding_index = EmbeddingIndexSerializer()
    database_bytes = serializers.IntegerField()
    table_bytes = serializers.DictField(child=serializers.IntegerField())
    recall = RecallSerializer(allow_null=True)
