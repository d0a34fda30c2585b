"""The REST shape of the state of the service, its library and its search."""

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


class QueueSerializer(serializers.Serializer):
    """What waits to be analyzed."""

    paused = serializers.BooleanField()
    queued = serializers.IntegerField()
    delayed = serializers.IntegerField(help_text="Of these: after an error, until a later try.")
    running = serializers.IntegerField()
    stalled = serializers.IntegerField(help_text="Of these: their worker is gone.")
    oldest_queued_at = serializers.DateTimeField(allow_null=True)
    ended_in_minute = serializers.IntegerField()
    ended_in_hour = serializers.IntegerField()
    seconds_left = serializers.IntegerField(
        allow_null=True, help_text="At the present rate; null where nobody can tell."
    )


class WorkerSerializer(serializers.Serializer):
    """A process that takes tasks."""

    host = serializers.CharField()
    pid = serializers.IntegerField()
    pipeline_version = serializers.CharField()
    started_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    is_alive = serializers.BooleanField(help_text="False after a minute of silence.")


class FailureGroupSerializer(serializers.Serializer):
    """Analyses that failed for one reason."""

    code = serializers.CharField()
    count = serializers.IntegerField()
    message = serializers.CharField(help_text="Of the newest.")
    newest_at = serializers.DateTimeField(allow_null=True)


class DiskSerializer(serializers.Serializer):
    """A disk of this machine."""

    holds = serializers.ListField(child=serializers.CharField(), help_text="`pictures`, `database`")
    free_bytes = serializers.IntegerField()
    total_bytes = serializers.IntegerField()
    is_low = serializers.BooleanField(help_text="Whether less than a tenth is free.")


class StatusSerializer(serializers.Serializer):
    """The library, the work on it, and its search."""

    photos = serializers.IntegerField(source="library.photos")
    faces = serializers.IntegerField(source="library.faces")
    waiting = serializers.IntegerField(
        source="work.queue.unfinished", help_text="Analyses that are queued or running."
    )
    failed = serializers.IntegerField(
        source="work.failed",
        help_text="Analyses that failed for good, of photos without a newer one.",
    )
    service_version = serializers.CharField()
    pipeline_version = serializers.CharField(source="version")
    queue = QueueSerializer(source="work.queue")
    workers = WorkerSerializer(source="work.workers", many=True)
    failures = FailureGroupSerializer(source="work.failures", many=True)
    disks = DiskSerializer(source="work.disks", many=True)
    face_index = FaceIndexSerializer(source="library")
    embedding_index = EmbeddingIndexSerializer(source="library.embedding_index")
    database_bytes = serializers.IntegerField(source="library.database_bytes")
    table_bytes = serializers.DictField(
        child=serializers.IntegerField(), source="library.table_bytes"
    )
    recall = RecallSerializer(source="library.recall", allow_null=True)
