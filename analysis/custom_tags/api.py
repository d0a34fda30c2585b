"""REST: tags of people's own, their examples and versions."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.custom_tags.applying import activate_version
from analysis.custom_tags.candidates import Kind, suggest_faces, usual_kind
from analysis.custom_tags.examples import YES, examples, mark_examples
from analysis.custom_tags.serializers import (
    CandidateParams,
    CandidateSerializer,
    CountsSerializer,
    CustomTagSerializer,
    ExampleSerializer,
    MarkSerializer,
    NewTagSerializer,
    TagLabelSerializer,
    VersionSerializer,
    tag_body,
)
from analysis.custom_tags.state import describe_tag, describe_tags
from analysis.custom_tags.tags import create_tag, delete_tag, find_tag, rename_tag
from analysis.custom_tags.tasks import send_version
from analysis.custom_tags.training import train_tag
from analysis.custom_tags.versions import find_version
from analysis.models import CustomTag, CustomTagVersion, FaceTag
from dam.pagination import NewestFirst
from dam.rest_requests import person, read_body, read_params


class VersionPages(NewestFirst):
    """The newest version first."""

    ordering = ("-number",)


class ExamplePages(NewestFirst):
    """Those of the newest faces first."""

    ordering = ("-face_id",)


class TagListView(APIView):
    """Tags of your own."""

    @extend_schema(operation_id="tags_list", responses=CustomTagSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, in the order of their labels."""
        tags = CustomTag.objects.select_related("active_version")
        return Response(CustomTagSerializer(describe_tags(tags), many=True).data)

    @extend_schema(request=NewTagSerializer, responses={201: CustomTagSerializer})
    def post(self, request: Request) -> Response:
        """Make a tag; then mark at least 10 faces yes and 10 no, and train it."""
        tag = create_tag(**read_body(NewTagSerializer, request), user=person(request))
        return Response(tag_body(describe_tag(tag)), status=201)


class TagView(APIView):
    """One tag."""

    @extend_schema(responses=CustomTagSerializer)
    def get(self, request: Request, name: str) -> Response:
        """A tag with its active version."""
        return Response(tag_body(describe_tag(find_tag(name))))

    @extend_schema(request=TagLabelSerializer, responses=CustomTagSerializer)
    def patch(self, request: Request, name: str) -> Response:
        """Change what people see of a tag."""
        tag = find_tag(name)
        rename_tag(tag, **read_body(TagLabelSerializer, request))
        return Response(tag_body(describe_tag(tag)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Delete a tag, its examples, its versions, and what it says of every face."""
        delete_tag(find_tag(name))
        return Response(status=204)


@extend_schema_view(get=extend_schema(operation_id="tags_examples_list"))
class ExamplesView(ListAPIView):
    """The faces that were marked, those of the newest faces first."""

    serializer_class = ExampleSerializer
    pagination_class = ExamplePages

    def get_queryset(self) -> QuerySet[FaceTag]:
        return (
            examples(find_tag(self.kwargs["name"]))
            .select_related("face__asset")
            .defer("face__embedding", "face__landmarks")
        )

    @extend_schema(request=MarkSerializer, responses=CountsSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Mark faces yes or no, or take marks back; all of it, or nothing if it cannot be.

        The answer is how many faces are marked then.
        """
        tag = find_tag(name)
        mark_examples(tag, **read_body(MarkSerializer, request), user=person(request))
        return Response(CountsSerializer(describe_tag(tag).counts).data)


class CandidatesView(APIView):
    """Faces to mark next."""

    @extend_schema(parameters=[CandidateParams], responses=CandidateSerializer(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Faces that nobody marked yet, from which the tag learns most."""
        tag = find_tag(name)
        params = read_params(CandidateParams, request)
        usual = usual_kind(tag, yes_count=examples(tag).filter(value=YES).count())
        kind = Kind(params["kind"]) if "kind" in params else usual
        faces = suggest_faces(tag, kind, limit=params["limit"])
        return Response(CandidateSerializer(faces, many=True).data)


class TrainView(APIView):
    """Training."""

    @extend_schema(
        request=None,
        responses={
            200: OpenApiResponse(VersionSerializer, "These examples were learned before."),
            201: OpenApiResponse(VersionSerializer, "A new version."),
        },
    )
    def post(self, request: Request, name: str) -> Response:
        """Learn the examples, which takes seconds, and begin to tag all faces by it."""
        trained = train_tag(find_tag(name))
        send_version(trained.version.pk)
        status = 201 if trained.is_new else 200
        return Response(VersionSerializer(trained.version).data, status=status)


@extend_schema_view(get=extend_schema(operation_id="tags_versions_list"))
class VersionListView(ListAPIView):
    """A tag's versions, newest first."""

    serializer_class = VersionSerializer
    pagination_class = VersionPages

    def get_queryset(self) -> QuerySet[CustomTagVersion]:
        return find_tag(self.kwargs["name"]).versions.defer("weights")


class ApplyVersionView(APIView):
    """Going back to a version."""

    @extend_schema(request=None, responses=VersionSerializer)
    def post(self, request: Request, name: str, number: int) -> Response:
        """Let a version, an older one too, tag all faces from now on."""
        version = find_version(find_tag(name), number)
        activate_version(version)
        send_version(version.pk)
        return Response(VersionSerializer(find_version(version.tag, number)).data)
