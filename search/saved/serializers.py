"""The REST shapes of saved searches."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dam.names import MOST_LETTERS
from search.saved.state import SearchState


class ConditionSerializer(serializers.Serializer):
    """One thing that is asked for, in words."""

    label = serializers.CharField()
    text = serializers.CharField()


class SavedSearchSerializer(serializers.Serializer):
    """A saved search with what it finds now; both counts are null where it cannot be read."""

    uid = serializers.UUIDField(source="search.uid")
    name = serializers.CharField(source="search.name")
    query = serializers.CharField(source="search.query", help_text="A query string, sorted.")
    conditions = ConditionSerializer(many=True, help_text="The query in words.")
    problems = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="By parameter, what is wrong with it by now.",
    )
    face_count = serializers.IntegerField(allow_null=True)
    photo_count = serializers.IntegerField(allow_null=True)
    created_by = serializers.CharField(
        source="search.created_by.username", allow_null=True, default=None
    )
    created_at = serializers.DateTimeField(source="search.created_at")
    updated_at = serializers.DateTimeField(source="search.updated_at")
    url = serializers.HyperlinkedIdentityField(
        "saved-search",
        lookup_field="search_uid",
        lookup_url_kwarg="uid",
        help_text="The address to share; it leads to `page_url`.",
    )
    page_url = serializers.SerializerMethodField(help_text="The page of what it finds.")

    @extend_schema_field(serializers.URLField())
    def get_page_url(self, state: SearchState) -> str:
        url: str = self.context["request"].build_absolute_uri(state.address)
        return url


class NewSearchSerializer(serializers.Serializer):
    """A search to save."""

    name = serializers.CharField(help_text=f"1 to {MOST_LETTERS} letters; no other one has it.")
    query = serializers.CharField(
        allow_blank=True, help_text="A query string as after the “?” of `GET faces` or the page."
    )


class SearchChangeSerializer(serializers.Serializer):
    """What is to be changed; what is left out stays."""

    name = serializers.CharField(required=False)
    query = serializers.CharField(required=False, allow_blank=True)
