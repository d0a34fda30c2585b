"""REST: connectors and their runs, for administrators."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.connectors.connectors import change_connector, create_connector, delete_connector
from analysis.connectors.models import ConnectorNote, ConnectorRun
from analysis.connectors.runs import cancel_run, start_run
from analysis.connectors.serializers import (
    ConnectorChangeSerializer,
    ConnectorSerializer,
    KindSerializer,
    NewConnectorSerializer,
    NewRunSerializer,
    NoteSerializer,
    RunSerializer,
)
from analysis.connectors.state import (
    describe_connector,
    describe_connectors,
    find_connector,
    find_run,
)
from analysis.connectors.systems import SYSTEMS
from analysis.connectors.tasks import send_run
from dam.audit import actor_of
from dam.pagination import NewestFirst
from dam.rest_requests import person, read_body
from dam.roles import Right, needs


class InOrder(NewestFirst):
    """The first note first."""

    ordering = ("id",)


@needs(Right.ADMIN)
class KindsView(APIView):
    """Kinds of systems."""

    @extend_schema(operation_id="connectors_kinds_list", responses=KindSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All kinds, with what each has to be told."""
        return Response(KindSerializer(list(SYSTEMS.values()), many=True).data)


@needs(Right.ADMIN)
class ConnectorListView(APIView):
    """Connectors to other systems."""

    @extend_schema(operation_id="connectors_list", responses=ConnectorSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them by name, with their newest runs."""
        return Response(ConnectorSerializer(describe_connectors(), many=True).data)

    @extend_schema(request=NewConnectorSerializer, responses={201: ConnectorSerializer})
    def post(self, request: Request) -> Response:
        """Make a connector; it asks the other system for nothing yet."""
        values = read_body(NewConnectorSerializer, request)
        connector = create_connector(**values, by=actor_of(request))
        return Response(ConnectorSerializer(describe_connector(connector)).data, status=201)


@needs(Right.ADMIN)
class ConnectorView(APIView):
    """One connector."""

    @extend_schema(responses=ConnectorSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A connector with its newest run."""
        return Response(ConnectorSerializer(describe_connector(find_connector(uid))).data)

    @extend_schema(request=ConnectorChangeSerializer, responses=ConnectorSerializer)
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change a connector; where its options change, everything is looked at anew."""
        values = read_body(ConnectorChangeSerializer, request)
        connector = change_connector(find_connector(uid), **values, by=actor_of(request))
        return Response(ConnectorSerializer(describe_connector(connector)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete a connector. Pictures that it pulled, and what it wrote, stay."""
        delete_connector(find_connector(uid), by=actor_of(request))
        return Response(status=204)


@needs(Right.ADMIN)
@extend_schema_view(get=extend_schema(operation_id="connectors_runs_list"))
class RunListView(ListAPIView):
    """The runs of a connector, the newest first; the last 50 are kept."""

    serializer_class = RunSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[ConnectorRun]:
        return find_connector(self.kwargs["uid"]).runs.select_related("created_by")

    @extend_schema(request=NewRunSerializer, responses={202: RunSerializer})
    def post(self, request: Request, uid: UUID) -> Response:
        """Start a run, or a dry run that only tells what it would do."""
        is_dry_run = read_body(NewRunSerializer, request)["dry_run"]
        run = start_run(find_connector(uid), is_dry_run=is_dry_run, user=person(request))
        send_run(run.pk)
        return Response(RunSerializer(run).data, status=202)


@needs(Right.ADMIN)
class RunView(APIView):
    """One run."""

    @extend_schema(responses=RunSerializer)
    def get(self, request: Request, uid: UUID, run_uid: UUID) -> Response:
        """How far a run is."""
        return Response(RunSerializer(find_run(uid, run_uid)).data)


@needs(Right.ADMIN)
class CancelRunView(APIView):
    """The end of a run before its end."""

    @extend_schema(request=None, responses=RunSerializer)
    def post(self, request: Request, uid: UUID, run_uid: UUID) -> Response:
        """Let a run go no further; what it pulled and wrote stays."""
        return Response(RunSerializer(cancel_run(find_run(uid, run_uid))).data)


@needs(Right.ADMIN)
@extend_schema_view(get=extend_schema(operation_id="connectors_runs_notes_list"))
class NoteListView(ListAPIView):
    """Pictures that failed, and what a dry run would do; 1,000 of each kind are listed."""

    serializer_class = NoteSerializer
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[ConnectorNote]:
        return find_run(self.kwargs["uid"], self.kwargs["run_uid"]).notes.all()
