"""REST: the nets, what they read and how right they are."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analysis.net_report.cards import net_cards
from analysis.net_report.serializers import NetsSerializer
from analysis.nets import current_version


class NetsView(APIView):
    """The nets of the service."""

    @extend_schema(responses=NetsSerializer)
    def get(self, request: Request) -> Response:
        """Every net, also of readings that are switched off, with the accuracy of its readings."""
        shown = {"pipeline_version": current_version(), "nets": net_cards()}
        return Response(NetsSerializer(shown).data)
