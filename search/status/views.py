"""The state of the service and its library, as a page and for programs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from drf_spectacular.utils import extend_schema
from kombu.exceptions import OperationalError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.net_report.cards import net_cards
from analysis.nets import current_version
from dam.audit import entries
from dam.roles import Right, held_rights
from dam.usage import keys_today
from dam.version import service_version
from search.recall.measuring import PROMISE
from search.recall.tasks import measure_recall_now
from search.status.serializers import StatusSerializer
from search.status.state import library_status
from search.status.work import current_work, newest_failures

ENTRIES_SHOWN = 5


class StatusView(APIView):
    """How the service and its library are."""

    @extend_schema(responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        """The queue, workers, failures and disks, counts, indexes, and the recall measured last."""
        shown = {
            "library": library_status(),
            "work": current_work(),
            "version": current_version(),
            "service_version": service_version(),
        }
        return Response(StatusSerializer(shown).data)


@require_GET
def status_page(request: HttpRequest) -> HttpResponse:
    """The same for people, and for administrators what programs and people did last."""
    context = {
        **_work(),
        "status": library_status(),
        "promise": PROMISE,
        "nets": len(net_cards()),
        "service_version": service_version(),
    }
    if Right.ADMIN in held_rights(request):
        context |= {"keys": keys_today(), "entries": entries()[:ENTRIES_SHOWN]}
    return render(request, "search/status/page.html", context)


@require_GET
def status_work(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes by itself."""
    return render(request, "search/status/_work.html", _work())


@require_POST
def measure_recall(request: HttpRequest) -> HttpResponse:
    """Have a worker measure recall now, and lead to the status."""
    try:
        measure_recall_now.apply_async(expires=600)
    except OperationalError:
        messages.error(request, "The queue does not answer. Try again in a moment.")
    else:
        messages.success(request, "A worker measures it. Reload the page in a while.")
    return redirect("status")


def _work() -> dict[str, Any]:
    return {
        "work": current_work(),
        "failures": newest_failures(),
        "version": current_version(),
    }
