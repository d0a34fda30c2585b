"""REST: whether analysis is paused."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.pausing.pausing import current_pause, pause_analysis, resume_analysis
from analysis.pausing.serializers import PauseChangeSerializer, PauseSerializer
from dam.audit import actor_of
from dam.rest_requests import read_body
from dam.roles import Right, needs


@needs(put=Right.ADMIN)
class PauseView(APIView):
    """Whether workers leave waiting analyses alone."""

    @extend_schema(responses=PauseSerializer)
    def get(self, request: Request) -> Response:
        """Since when analysis is paused, and by whom."""
        return Response(PauseSerializer(current_pause()).data)

    @extend_schema(request=PauseChangeSerializer, responses=PauseSerializer)
    def put(self, request: Request) -> Response:
        """Pause analysis, or let it go on. What runs is finished; doing it twice is no error."""
        change = read_body(PauseChangeSerializer, request)
        decide = pause_analysis if change["paused"] else resume_analysis
        decide(by=actor_of(request))
        return Response(PauseSerializer(current_pause()).data)
