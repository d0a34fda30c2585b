"""The REST shapes of similar faces, and of what may be looked for."""

from __future__ import annotations

from rest_framework import serializers

from analysis.face_serializers import BoxSerializer, FaceSerializer, NumberField
from analysis.models import EMBEDDING_DIMENSIONS
from dam.schema import ErrorField
from search.similar import MAX_LIMIT, Cut, SimilarFace
from search.similarity.examples import MAX_EXAMPLES
from search.similarity.planning import Method


class SimilarFaceSerializer(serializers.Serializer):
    """A face with its place in the list, beside what was looked for."""

    rank = serializers.IntegerField(help_text="1 is the most similar.")
    face = FaceSerializer()
    similarity = NumberField(decimals=4)
    distance = NumberField(decimals=4)
    same_person = serializers.SerializerMethodField()

    def get_same_person(self, similar: SimilarFace) -> float | None:
        """Probability, at even odds, that it is the same person; null where none is known."""
        chance = similar.same_person
        return None if chance is None else round(chance, 4)


class UploadedFaceSerializer(serializers.Serializer):
    """A face of a picture that was sent, and is not stored."""

    position = serializers.IntegerField(help_text="Rank by size in the picture, 0 is the largest.")
    box = BoxSerializer()
    score = NumberField(decimals=4)
    quality = NumberField(source="quality_score")


class SeveralFacesSerializer(serializers.Serializer):
    """An error, and the faces of which one has to be chosen where that is what is wrong."""

    error = ErrorField()
    faces = UploadedFaceSerializer(many=True, required=False)


class NearestSerializer(serializers.Serializer):
    """The most similar faces, how they were found, and what ended the list."""

    results = SimilarFaceSerializer(many=True, source="faces")
    exact = serializers.BooleanField(help_text="Whether surely none is missing.")
    method = serializers.ChoiceField(choices=[method.value for method in Method])
    candidates = serializers.IntegerField(help_text="How many faces were asked for.")
    cut_by = serializers.ChoiceField(choices=[cut.value for cut in Cut])
    example = UploadedFaceSerializer(
        required=False, help_text="The face that was looked for, of a picture that was sent."
    )


class SimilarParams(serializers.Serializer):
    """What may be asked of similar faces besides filters; `Options` reads it."""

    limit = serializers.IntegerField(default=20, min_value=1, max_value=MAX_LIMIT)
    min_similarity = serializers.FloatField(
        required=False, min_value=-1, max_value=1, help_text="Only faces that are so similar."
    )
    min_probability = serializers.FloatField(
        required=False,
        min_value=0,
        max_value=1,
        help_text="Only faces that are so probably the same person, at even odds.",
    )
    exact = serializers.BooleanField(
        default=False, help_text="Compare all candidates exactly, however long it takes."
    )


class SearchBodySerializer(serializers.Serializer):
    """Stored faces, or an embedding, to look for; filters and limits may stand beside them."""

    faces = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MAX_EXAMPLES,
        help_text="Faces that those found should all be like.",
    )
    unwanted = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MAX_EXAMPLES,
        help_text="Faces that those found should not be like.",
    )
    embedding = serializers.ListField(
        child=serializers.FloatField(),
        required=False,
        min_length=EMBEDDING_DIMENSIONS,
        max_length=EMBEDDING_DIMENSIONS,
    )
    embedding_net = serializers.CharField(
        required=False, max_length=40, help_text="What made the embedding."
    )


class SearchPictureSerializer(serializers.Serializer):
    """A picture that is looked at and not stored."""

    image = serializers.FileField(
        allow_empty_file=True, error_messages={"required": "No file was sent."}
    )
    face = serializers.IntegerField(
        required=False, min_value=0, help_text="The position of the face to look for, of several."
    )
