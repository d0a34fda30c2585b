"""REST: another try for what failed."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.queue.failures import retry_failures
from dam.rest_requests import read_body


class RetrySerializer(serializers.Serializer):
    """Which failed analyses; all of them where nothing is said."""

    code = serializers.CharField(
        required=False, default="", max_length=50, help_text="Those that failed for this reason."
    )
    run = serializers.UUIDField(required=False, default=None, help_text="This one alone.")


class RetriedSerializer(serializers.Serializer):
    """What became of it."""

    queued = serializers.IntegerField()


class RetryView(APIView):
    """Failed analyses."""

    @extend_schema(request=RetrySerializer, responses=RetriedSerializer)
    def post(self, request: Request) -> Response:
        """Queue failed analyses again, with all their attempts before them."""
        return Response({"queued": retry_failures(**read_body(RetrySerializer, request))})
