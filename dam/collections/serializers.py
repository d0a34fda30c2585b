"""The REST shapes of collections."""

from __future__ import annotations

from rest_framework import serializers

from dam.collections.lists import MOST_AT_ONCE
from dam.names import MOST_LETTERS


class CollectionSerializer(serializers.Serializer):
    """A collection; `created_by` is null where a program made it, or the person is gone."""

    uid = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    photo_count = serializers.IntegerField()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(
        help_text="When it was renamed, or photos were put in or taken out."
    )
    assets_url = serializers.HyperlinkedIdentityField(
        "api:collection-assets", lookup_field="uid", help_text="Its photos, the last added first."
    )


class NewCollectionSerializer(serializers.Serializer):
    """A collection to make."""

    name = serializers.CharField(help_text=f"1 to {MOST_LETTERS} letters; no other one has it.")
    description = serializers.CharField(default="", allow_blank=True)


class CollectionChangeSerializer(serializers.Serializer):
    """What is to be changed; what is left out stays."""

    name = serializers.CharField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)


class AssetUidsSerializer(serializers.Serializer):
    """Assets to put in or to take out."""

    assets = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MOST_AT_ONCE
    )


class AddedSerializer(serializers.Serializer):
    """How many assets were not in the collection before, and how many are in it now."""

    added = serializers.IntegerField()
    photo_count = serializers.IntegerField()


class RemovedSerializer(serializers.Serializer):
    """How many assets were in the collection before, and how many are in it now."""

    removed = serializers.IntegerField()
    photo_count = serializers.IntegerField()
