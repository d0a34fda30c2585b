"""The REST shape of faces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from analysis.models import EMBEDDING_DIMENSIONS, Face
from analysis.nets import visible_readings
from analysis.tag_serializers import TagsField

LANDMARKS = 105
# Shown only when they are asked for: they are most of what a face weighs.
BULKY = ("landmarks", "embedding")

_POINTS = {
    "type": "array",
    "minItems": LANDMARKS,
    "maxItems": LANDMARKS,
    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
    "description": "x and y of 105 points in pixels of the upright picture.",
}
_EMBEDDING = {
    "type": "array",
    "minItems": EMBEDDING_DIMENSIONS,
    "maxItems": EMBEDDING_DIMENSIONS,
    "items": {"type": "number"},
    "description": "Unit length. Compare only embeddings of the same `embedding_net`.",
}
_READINGS = {
    "type": "object",
    "description": "By name: a number such as the age in years, or each label's probability.",
    "additionalProperties": {
        "oneOf": [
            {"type": "number"},
            {"type": "object", "additionalProperties": {"type": "number"}},
        ]
    },
    "example": {"age": 34.2, "gender": {"female": 0.97, "male": 0.03}},
}


class NumberField(serializers.FloatField):
    """A number with as many decimals as mean something."""

    def __init__(self, *, decimals: int = 2, source: str | None = None) -> None:
        super().__init__(source=source)
        self.decimals = decimals

    def to_representation(self, value: float) -> float:
        return round(value, self.decimals)


class BoxSerializer(serializers.Serializer):
    """Pixels of the upright picture."""

    left = NumberField()
    top = NumberField()
    width = NumberField()
    height = NumberField()


class PoseSerializer(serializers.Serializer):
    """Degrees: yaw to the picture's right, pitch upwards, roll clockwise are positive."""

    yaw = NumberField()
    pitch = NumberField()
    roll = NumberField()


class PupilSerializer(serializers.Serializer):
    x = NumberField()
    y = NumberField()
    radius = NumberField()


class PupilsSerializer(serializers.Serializer):
    """The picture's left and right, in pixels."""

    left = PupilSerializer()
    right = PupilSerializer()


class QualitySerializer(serializers.Serializer):
    """0 to 100, higher is better; 85 is good enough for recognition."""

    score = NumberField(source="quality_score")
    noise = NumberField(source="quality_noise")
    blur = NumberField(source="quality_blur")
    fnf = NumberField(source="quality_fnf")
    glass = NumberField(source="quality_glass")
    mask = NumberField(source="quality_mask")
    illumination = NumberField(source="quality_illumination")
    pose = NumberField(source="quality_pose")


@extend_schema_field(_POINTS)
class PointsField(serializers.Field):
    def to_representation(self, value: list[float]) -> list[list[float]]:
        return [[round(x, 2), round(y, 2)] for x, y in zip(value[::2], value[1::2], strict=True)]


@extend_schema_field(PupilsSerializer)
class PupilsField(serializers.Field):
    def to_representation(self, value: list[float]) -> dict[str, dict[str, float]]:
        x1, y1, radius1, x2, y2, radius2 = (round(number, 2) for number in value)
        return {
            "left": {"x": x1, "y": y1, "radius": radius1},
            "right": {"x": x2, "y": y2, "radius": radius2},
        }


@extend_schema_field(_READINGS)
class ReadingsField(serializers.Field):
    def to_representation(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {label: round(share, 4) for label, share in reading.items()}
            if isinstance(reading, Mapping)
            else round(reading, 2)
            for name, reading in visible_readings(value).items()
        }


@extend_schema_field(_EMBEDDING)
class EmbeddingField(serializers.Field):
    def to_representation(self, value: list[float]) -> list[float]:
        return [round(number, 6) for number in value]


class FoundFaceSerializer(serializers.Serializer):
    """What the nets said of a face. `context["bulky"]` names the fields of BULKY to show."""

    position = serializers.IntegerField(help_text="Rank by size in the picture, 0 is the largest.")
    box = BoxSerializer()
    score = NumberField(decimals=4)
    pose = PoseSerializer(source="*")
    pupils = PupilsField()
    readings = ReadingsField()
    tags = TagsField()
    quality = QualitySerializer(source="*")
    landmarks = PointsField(required=False)
    embedding_net = serializers.CharField()
    embedding = EmbeddingField(required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, serializers.Field] = super().get_fields()
        shown = self.context.get("bulky", BULKY)
        return {name: field for name, field in fields.items() if name in shown or name not in BULKY}


class FaceSerializer(FoundFaceSerializer):
    """A stored face."""

    uid = serializers.UUIDField()
    asset = serializers.UUIDField(source="asset.uid")
    origin = serializers.ChoiceField(
        choices=Face.Origin.choices, help_text="Found by the nets, or drawn by a person."
    )
    crop_url = serializers.SerializerMethodField()
    asset_url = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, serializers.Field]:
        return first_fields(super().get_fields(), "uid", "asset")

    @extend_schema_field(OpenApiTypes.URI)
    def get_crop_url(self, face: Face) -> str:
        return reverse("api:face-crop", kwargs={"uid": face.uid}, request=self._request)

    @extend_schema_field(OpenApiTypes.URI)
    def get_asset_url(self, face: Face) -> str:
        return reverse("api:asset", kwargs={"uid": face.asset.uid}, request=self._request)

    @property
    def _request(self) -> Any:
        return self.context.get("request")


def first_fields(fields: dict[str, serializers.Field], *names: str) -> dict[str, serializers.Field]:
    """Return the fields with some of them before the others."""
    return {name: fields[name] for name in names} | fields
