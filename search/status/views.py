"""The state of the library and its search, as a page and for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from search.recall.measuring import PROMISE
from search.status.serializers import StatusSerializer
from search.status.state import library_status


class StatusView(APIView):
    """How the library and its search are."""

    @extend_schema(responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        """Counts, the queue, indexes and their sizes, and the recall that was measured last."""
        return Response(StatusSerializer(library_status()).data)


@require_GET
def status_page(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    return render(request, "search/status.html", {"status": library_status(), "promise": PROMISE})
