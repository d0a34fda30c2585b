"""The REST shapes of custom tags."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analysis.custom_tags.candidates import Kind
from analysis.custom_tags.examples import MOST_AT_ONCE
from analysis.custom_tags.state import TagState
from analysis.models import CustomTagVersion
from analysis.tag_serializers import ProbabilityField


class FigureSerializer(serializers.Serializer):
    """A figure on held-out examples, 0 to 1, and the ends of its 95 % interval."""

    value = ProbabilityField()
    low = ProbabilityField()
    high = ProbabilityField()


class VersionErrorSerializer(serializers.Serializer):
    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error_message")


class VersionSerializer(serializers.Serializer):
    """What a tag learned of its examples, how right it is, and how far it was applied."""

    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=CustomTagVersion.Status.choices)
    yes_count = serializers.IntegerField(help_text="Examples of yes that it learned.")
    no_count = serializers.IntegerField(help_text="Examples of no that it learned.")
    balanced_accuracy = serializers.SerializerMethodField()
    auc = serializers.SerializerMethodField()
    embedding_net = serializers.CharField()
    trained_at = serializers.DateTimeField()
    faces_done = serializers.IntegerField(help_text="Faces that it tagged so far.")
    faces_total = serializers.IntegerField(help_text="Faces there were when it began.")
    error = serializers.SerializerMethodField(help_text="Why it waits; it is tried again.")

    @extend_schema_field(FigureSerializer)
    def get_balanced_accuracy(self, version: CustomTagVersion) -> dict[str, Any]:
        return _figure(version, "balanced_accuracy")

    @extend_schema_field(FigureSerializer)
    def get_auc(self, version: CustomTagVersion) -> dict[str, Any]:
        return _figure(version, "auc")

    @extend_schema_field(VersionErrorSerializer(allow_null=True))
    def get_error(self, version: CustomTagVersion) -> dict[str, Any] | None:
        return VersionErrorSerializer(version).data if version.error_code else None


class CountsSerializer(serializers.Serializer):
    yes = serializers.IntegerField()
    no = serializers.IntegerField()


class CustomTagSerializer(serializers.Serializer):
    """A tag of your own: a facet with the values yes and no, and unsure between them."""

    name = serializers.CharField(source="tag.name", help_text="Its parameter in addresses.")
    label = serializers.CharField(source="tag.label")
    created_at = serializers.DateTimeField(source="tag.created_at")
    examples = CountsSerializer(source="counts")
    status = serializers.ChoiceField(
        choices=("untrained", "waiting", "applying", "applied", "outdated"),
        help_text="outdated: trained for other nets than those in use; train it again.",
    )
    version = VersionSerializer(allow_null=True, help_text="The one that tags faces.")


class NewTagSerializer(serializers.Serializer):
    """A tag to make."""

    label = serializers.CharField(max_length=80)
    name = serializers.CharField(
        required=False,
        max_length=40,
        help_text="a to z, 0 to 9 and _, a letter first; made of the label if it is left out.",
    )


class TagLabelSerializer(serializers.Serializer):
    """What people see of a tag; its name stays."""

    label = serializers.CharField(max_length=80)


class MarkSerializer(serializers.Serializer):
    """Faces to mark, by uid, and faces whose marks are taken back."""

    yes = serializers.ListField(child=serializers.UUIDField(), default=list)
    no = serializers.ListField(child=serializers.UUIDField(), default=list)
    remove = serializers.ListField(child=serializers.UUIDField(), default=list)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        uids = [uid for group in attrs.values() for uid in group]
        if not uids:
            raise serializers.ValidationError("Name at least one face in yes, no or remove.")
        if len(uids) > MOST_AT_ONCE:
            raise serializers.ValidationError(f"{MOST_AT_ONCE} faces at most in one request.")
        if len(set(uids)) != len(uids):
            raise serializers.ValidationError("A face is named more than once.")
        return attrs


class ExampleSerializer(serializers.Serializer):
    """A face that a person or a program marked."""

    face = serializers.UUIDField(source="face.uid")
    asset = serializers.UUIDField(source="face.asset.uid")
    value = serializers.ChoiceField(choices=("yes", "no"))


class CandidateSerializer(serializers.Serializer):
    """A face that nobody marked yet."""

    face = serializers.UUIDField(source="uid")
    asset = serializers.UUIDField(source="asset.uid")


class CandidateParams(serializers.Serializer):
    """What faces are suggested."""

    kind = serializers.ChoiceField(
        choices=[kind.value for kind in Kind],
        required=False,
        help_text="Left out: random ones, then those like a yes, then the most uncertain ones.",
    )
    limit = serializers.IntegerField(default=24, min_value=1, max_value=100)


def _figure(version: CustomTagVersion, name: str) -> dict[str, Any]:
    figure = {
        "value": getattr(version, name),
        "low": getattr(version, f"{name}_low"),
        "high": getattr(version, f"{name}_high"),
    }
    return dict(FigureSerializer(figure).data)


def tag_body(state: TagState) -> dict[str, Any]:
    """Return the REST form of a tag."""
    return dict(CustomTagSerializer(state).data)
