"""The REST shapes of runs, of assets with what is known of them, and of pictures looked at."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analysis.face_serializers import (
    FaceSerializer,
    FoundFaceSerializer,
    NumberField,
    first_fields,
)
from analysis.models import AnalysisRun
from dam.models import Asset
from dam.serializers import AssetSerializer, UploadResultSerializer


class RunErrorSerializer(serializers.Serializer):
    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error_message")


class RunSummarySerializer(serializers.Serializer):
    """The state of an asset's analysis. A queued run with an error is tried again."""

    run = serializers.UUIDField(source="uid")
    status = serializers.ChoiceField(choices=AnalysisRun.Status.choices)
    face_count = serializers.IntegerField(allow_null=True)
    error = serializers.SerializerMethodField()

    @extend_schema_field(RunErrorSerializer(allow_null=True))
    def get_error(self, run: AnalysisRun) -> dict[str, Any] | None:
        return RunErrorSerializer(run).data if run.error_code else None


class RunSerializer(RunSummarySerializer):
    """One analysis of one asset by one pipeline version."""

    run = None
    uid = serializers.UUIDField()
    asset = serializers.UUIDField(source="asset.uid")
    pipeline_version = serializers.CharField()
    attempts = serializers.IntegerField()
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return first_fields(super().get_fields(), "uid", "asset", "pipeline_version")


class AnalyzedAssetSerializer(AssetSerializer):
    """An asset and the state of its newest analysis."""

    analysis = serializers.SerializerMethodField()

    class Meta(AssetSerializer.Meta):
        fields = (*AssetSerializer.Meta.fields, "analysis")
        read_only_fields = fields

    @extend_schema_field(RunSummarySerializer(allow_null=True))
    def get_analysis(self, asset: Asset) -> dict[str, Any] | None:
        runs = asset.runs.all()
        return RunSummarySerializer(runs[0]).data if runs else None


class AssetDetailSerializer(AnalyzedAssetSerializer):
    """An asset, the state of its newest analysis, and its faces, the largest first."""

    faces = FaceSerializer(many=True, read_only=True)

    class Meta(AnalyzedAssetSerializer.Meta):
        fields = (*AnalyzedAssetSerializer.Meta.fields, "faces")
        read_only_fields = fields


class AnalyzedUploadResultSerializer(UploadResultSerializer):
    """What became of one file."""

    asset = AnalyzedAssetSerializer(allow_null=True)


class AnalyzedUploadResultsSerializer(serializers.Serializer):
    """The results in the order of the files."""

    results = AnalyzedUploadResultSerializer(many=True)


class PictureSerializer(serializers.Serializer):
    """A picture to look at."""

    image = serializers.FileField()


class ImageInfoSerializer(serializers.Serializer):
    """Width and height of the upright picture."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()
    media_type = serializers.CharField()


class TimingsSerializer(serializers.Serializer):
    """Milliseconds."""

    decode = NumberField()
    analyze = NumberField()
    total = NumberField()


class PictureAnalysisSerializer(serializers.Serializer):
    """What is in a picture that was not stored; faces in the order of their size."""

    image = ImageInfoSerializer()
    pipeline_version = serializers.CharField()
    faces = FoundFaceSerializer(many=True)
    timings_ms = TimingsSerializer()
