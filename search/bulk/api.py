"""REST: bulk jobs."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dam.audit import actor_of
from dam.pagination import NewestFirst
from dam.rest_requests import person
from dam.roles import Right, require_right
from search.bulk.jobs import cancel_job, create_job, undo_job
from search.bulk.serializers import DryRunSerializer, JobSerializer, NewJobSerializer
from search.bulk.state import JobState, describe_job
from search.bulk.tasks import send_job
from search.models import BulkJob


class JobListView(ListAPIView):
    """Changes of many faces or photos, as jobs in the background."""

    serializer_class = JobSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[BulkJob]:
        return BulkJob.objects.select_related("created_by")

    def paginate_queryset(self, queryset: QuerySet[BulkJob]) -> list[JobState]:
        return [JobState(job) for job in super().paginate_queryset(queryset)]

    @extend_schema(
        request=NewJobSerializer,
        responses={
            200: OpenApiResponse(DryRunSerializer, "It was a dry run; nothing is changed."),
            202: OpenApiResponse(JobSerializer, "The job, which workers do from now on."),
        },
    )
    def post(self, request: Request) -> Response:
        """Change all faces or photos that a query finds now, or those that are named."""
        body = NewJobSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wish = body.wish()
        if wish.action.kind == BulkJob.Action.DELETE:
            require_right(request, Right.ADMIN)
        choice = wish.choose()
        if wish.is_dry_run:
            would = {
                "title": wish.action.title(),
                "chosen": choice.words,
                "unit": wish.action.unit,
                "total": len(choice.ids),
                "can_undo": wish.action.can_undo,
            }
            return Response(DryRunSerializer(would).data)
        job = create_job(
            wish.action,
            choice,
            user=person(request),
            expected=wish.expected,
            by=actor_of(request),
        )
        send_job(job.pk)
        return _answer(job, status=202)


class JobView(APIView):
    """One bulk job."""

    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """How far a job is."""
        return _answer(_find(uid))


class CancelJobView(APIView):
    """The end of a job before its end."""

    @extend_schema(request=None, responses=JobSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Let a job go no further; what it did so far stays, and can be undone."""
        return _answer(cancel_job(_find(uid)))


class UndoJobView(APIView):
    """Taking a job back."""

    @extend_schema(request=None, responses={202: JobSerializer})
    def post(self, request: Request, uid: UUID) -> Response:
        """Give back what was before a job, but where somebody changed it since."""
        job = undo_job(_find(uid), user=person(request), by=actor_of(request))
        send_job(job.pk)
        return _answer(job, status=202)


def _find(uid: UUID) -> BulkJob:
    job: BulkJob = get_object_or_404(BulkJob.objects.select_related("created_by"), uid=uid)
    return job


def _answer(job: BulkJob, *, status: int = 200) -> Response:
    return Response(JobSerializer(describe_job(job)).data, status=status)
