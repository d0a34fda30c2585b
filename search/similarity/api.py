"""REST: faces that look like a stored one, one in a picture, an embedding, or several examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from analysis.models import Face
from analysis.nets import full_manifest
from dam.api_errors import error_body
from dam.metering import metered
from dam.roles import Right, needs
from dam.schema import WHILE_YOU_WAIT
from search.filters import FaceQueryFilter
from search.query import InvalidQuery, Show
from search.similar import Nearest, nearest_faces
from search.similarity.examples import Example, Examples, find_examples
from search.similarity.options import PARAMETERS, Options
from search.similarity.serializers import (
    NearestSerializer,
    SearchBodySerializer,
    SearchPictureSerializer,
    SeveralFacesSerializer,
    SimilarParams,
    UploadedFaceSerializer,
)
from search.similarity.uploads import SeveralFaces, choose_face, look_at


class SimilarFacesView(GenericAPIView):
    """Faces that look like one."""

    filter_backends = (FaceQueryFilter,)
    shows = Show.FACES
    own_parameters = PARAMETERS

    @extend_schema(filters=True, parameters=[SimilarParams], responses=NearestSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """The stored faces most like this one, itself left out, the most similar first."""
        options = Options.from_params(request.query_params)
        face = get_object_or_404(Face.objects.present().only("embedding", "embedding_net"), uid=uid)
        return _answer(request, _find(Examples(wanted=(face,)), options))


@needs(post=Right.READ)
class SearchSimilarView(GenericAPIView):
    """Looks for faces like those that are sent; stores nothing."""

    filter_backends = (FaceQueryFilter,)
    shows = Show.FACES
    own_parameters = PARAMETERS
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(
        filters=True,
        parameters=[SimilarParams],
        request={
            "application/json": SearchBodySerializer,
            "multipart/form-data": SearchPictureSerializer,
        },
        responses={
            200: NearestSerializer,
            **WHILE_YOU_WAIT,
            422: OpenApiResponse(
                SeveralFacesSerializer,
                "No face, or several of which none was chosen; `faces` lists them.",
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """The stored faces most like stored ones, a face in a picture, or an embedding."""
        if not isinstance(request.data, Mapping):
            raise ValidationError(["Send an object."])
        if request.content_type.startswith("multipart/"):
            return self._look_like_picture(request)
        body = _read(SearchBodySerializer, request)
        options = _options(request, SearchBodySerializer)
        unstored = _example(body)
        examples = find_examples(body.get("faces", ()), body.get("unwanted", ()), unstored=unstored)
        nearest = _find(examples, options)
        if unstored and not nearest.candidates:
            _check_net(unstored.embedding_net)
        return _answer(request, nearest)

    def _look_like_picture(self, request: Request) -> Response:
        body = _read(SearchPictureSerializer, request)
        options = _options(request, SearchPictureSerializer)
        with metered(request.auth) as meter:
            analysis = look_at(body["image"], admit=meter.admit)
            meter.faces = len(analysis.faces)
        try:
            face = choose_face(analysis, body.get("face"))
        except SeveralFaces as error:
            listed = UploadedFaceSerializer(error.faces, many=True).data
            answer = error_body(error.code, error.message, error.fields) | {"faces": listed}
            return Response(answer, status=error.status)
        examples = Examples(unstored=Example(face.embedding, face.embedding_net))
        return _answer(request, _find(examples, options), example=face)


def _find(examples: Examples, options: Options) -> Nearest:
    return nearest_faces(
        options.query,
        examples.target(),
        limits=options.limits,
        leave_out=examples.face_ids,
        exact=options.exact,
    )


def _answer(request: Request, nearest: Nearest, *, example: Face | None = None) -> Response:
    context = {"request": request, "bulky": ()}
    data = dict(NearestSerializer(nearest, context=context).data)
    if example is not None:
        data["example"] = UploadedFaceSerializer(example).data
    return Response(data)


def _read(kind: type[Any], request: Request) -> dict[str, Any]:
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    values: dict[str, Any] = body.validated_data
    return values


def _options(request: Request, kind: type[Any]) -> Options:
    """Read filters and limits from the query string and from what else is in the body."""
    params = request.query_params.copy()
    own = kind().fields.keys()
    for name in request.data:
        if name not in own:
            for value in _texts(request.data, name):
                params.appendlist(name, value)
    return Options.from_params(params)


def _texts(body: Any, name: str) -> list[str]:
    values = body.getlist(name) if isinstance(body, QueryDict) else body[name]
    values = values if isinstance(values, list) else [values]
    for value in values:
        if not isinstance(value, (str, int, float)):
            raise ValidationError({name: ["Must be a text or a number, or a list of them."]})
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _example(body: dict[str, Any]) -> Example | None:
    if "embedding" not in body:
        return None
    if "embedding_net" not in body:
        raise ValidationError({"embedding_net": ["Say what made the embedding."]})
    return Example(body["embedding"], body["embedding_net"])


def _check_net(net: str) -> None:
    """Refuse an embedding by a net that this library knows nothing of."""
    ours = full_manifest().embedding_net
    if net != ours:
        raise InvalidQuery(
            {"embedding_net": [f"No face has an embedding by {net}; the present net is {ours}."]}
        )
