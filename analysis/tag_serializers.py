"""The REST shapes of tags."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analysis.face_tags import FacetTag, tags_of
from analysis.facets import facets
from analysis.models import Face, FaceTag, TagCorrection


class ProbabilityField(serializers.FloatField):
    """0 to 1 with four decimals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=1, **options)

    def to_representation(self, value: float) -> float:
        return round(value, 4)


class TagSerializer(serializers.Serializer):
    """The value of a facet. `score` is null for numbers and for what a person said."""

    value = serializers.CharField()
    score = ProbabilityField(allow_null=True, help_text="Probability of `dominant`.")
    source = serializers.ChoiceField(choices=FaceTag.Source.choices)
    dominant = serializers.SerializerMethodField(
        help_text="What nets find likeliest, also where they are unsure; null: they say nothing."
    )

    def get_dominant(self, tag: FaceTag) -> str | None:
        return tag.model_dominant or None


class TagsField(serializers.DictField):
    """A face's tags by facet; facets of which nothing is said are left out."""

    child = TagSerializer()

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True)

    def to_representation(self, face: Face) -> dict[str, Any]:
        # Once for all faces of an answer: custom tags are read from the database.
        if "facets" not in self.context:
            self.context["facets"] = facets()
        tags = tags_of(face, known=self.context["facets"])
        return {
            one.facet.name: self.child.to_representation(one.tag)
            for one in tags
            if one.tag is not None
        }


class ModelTagSerializer(serializers.Serializer):
    """What the nets say."""

    value = serializers.CharField(source="model_value")
    score = ProbabilityField(source="model_score", allow_null=True)
    dominant = serializers.CharField(source="model_dominant")


class CorrectionSerializer(serializers.Serializer):
    """What a person or a program said of a tag."""

    # Not get_value: that is DRF's own.
    value = serializers.SerializerMethodField(
        method_name="get_value_said", help_text="null: it was cleared."
    )
    previous_value = serializers.SerializerMethodField(help_text="null: there was no tag.")
    user = serializers.SerializerMethodField(help_text="null: an API key, or a person who is gone.")
    created_at = serializers.DateTimeField()

    def get_value_said(self, correction: TagCorrection) -> str | None:
        return correction.value or None

    def get_previous_value(self, correction: TagCorrection) -> str | None:
        return correction.previous_value or None

    def get_user(self, correction: TagCorrection) -> str | None:
        return correction.user.get_username() if correction.user else None


class FacetTagSerializer(serializers.Serializer):
    """A facet, its tag of one face, what the nets say, and the history, the newest first."""

    facet = serializers.CharField(source="facet.name")
    label = serializers.CharField(source="facet.label")
    open = serializers.BooleanField(
        source="facet.open", help_text="Whether any text may be said, such as a name."
    )
    values = serializers.SerializerMethodField(
        help_text="What it may be corrected to; none where it is open."
    )
    tag = TagSerializer(allow_null=True)
    model = serializers.SerializerMethodField()
    history = CorrectionSerializer(many=True)

    def get_values(self, one: FacetTag) -> list[str]:
        return [value.name for value in one.facet.all_values]

    @extend_schema_field(ModelTagSerializer(allow_null=True))
    def get_model(self, one: FacetTag) -> dict[str, Any] | None:
        said = one.tag is not None and one.tag.model_value
        return ModelTagSerializer(one.tag).data if said else None


class CorrectTagSerializer(serializers.Serializer):
    """What a tag is to be."""

    value = serializers.CharField(
        help_text="One of the facet's `values`; of an open facet any text."
    )
