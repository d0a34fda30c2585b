"""The REST shapes of assets, uploads and errors."""

from __future__ import annotations

from rest_framework import serializers

from dam.models import Asset, Collection
from dam.verdicts.serializers import JudgedSerializer


class CollectionOfAssetSerializer(serializers.ModelSerializer):
    """A collection that an asset is in."""

    class Meta:
        model = Collection
        fields = ("uid", "name")
        read_only_fields = fields


class AssetSerializer(JudgedSerializer, serializers.ModelSerializer):
    """A stored picture. Width and height are those of the upright picture."""

    original_url = serializers.HyperlinkedIdentityField("api:asset-original", lookup_field="uid")
    thumbnail_url = serializers.HyperlinkedIdentityField("api:asset-thumbnail", lookup_field="uid")
    collections = CollectionOfAssetSerializer(many=True, read_only=True)

    class Meta:
        model = Asset
        fields: tuple[str, ...] = (
            "uid",
            "name",
            "folder",
            "digest",
            "media_type",
            "size_bytes",
            "width",
            "height",
            "source",
            "created_at",
            "metadata",
            "original_url",
            "thumbnail_url",
            "collections",
            "verdict",
            "warnings",
        )
        read_only_fields = fields
        extra_kwargs = {
            "digest": {"help_text": "SHA-256 of the file's bytes."},
            "folder": {"help_text": "Where it was below the root it came from."},
            "metadata": {"help_text": "What its file and its sidecar say; the rest is left out."},
        }


class UploadSerializer(serializers.Serializer):
    """Pictures to store."""

    files = serializers.ListField(
        child=serializers.FileField(), help_text="One part for each picture; `file` works, too."
    )
    folder = serializers.CharField(
        required=False, help_text="Where they were, such as `2021/summer`; for all of them."
    )


class UploadErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class UploadResultSerializer(serializers.Serializer):
    """What became of one file."""

    name = serializers.CharField()
    status = serializers.ChoiceField(choices=("created", "existing", "rejected"))
    asset = AssetSerializer(allow_null=True)
    error = UploadErrorSerializer(allow_null=True)


class UploadResultsSerializer(serializers.Serializer):
    """The results in the order of the files."""

    results = UploadResultSerializer(many=True)
