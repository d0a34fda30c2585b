"""REST: webhooks, their deliveries, and sending those again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from dam.audit import actor_of
from dam.pagination import NewestFirst
from dam.rest_requests import read_body
from dam.roles import Right, needs
from dam.webhooks.lists import find_webhook, with_counts
from dam.webhooks.log import deliveries_of, find_delivery, replay_all_failed, replay_one
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.pings import ping
from dam.webhooks.serializers import (
    DeliveryDetailSerializer,
    DeliveryParams,
    DeliverySerializer,
    MadeWebhookSerializer,
    NewWebhookSerializer,
    ReplayedSerializer,
    SecretSerializer,
    WebhookChangeSerializer,
    WebhookSerializer,
)
from dam.webhooks.subscriptions import (
    change_webhook,
    create_webhook,
    delete_webhook,
    pause_webhook,
    resume_webhook,
    rotate_secret,
)


@needs(Right.ADMIN)
@extend_schema_view(get=extend_schema(operation_id="webhooks_list"))
class WebhookListView(ListAPIView):
    """All subscriptions, the newest first."""

    serializer_class = WebhookSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Webhook]:
        return with_counts()

    @extend_schema(request=NewWebhookSerializer, responses={201: MadeWebhookSerializer})
    def post(self, request: Request) -> Response:
        """Make a subscription. Its secret is in this answer and nowhere else."""
        values = read_body(NewWebhookSerializer, request)
        webhook = create_webhook(**values, by=actor_of(request))
        return Response(_show(MadeWebhookSerializer, request, webhook.uid), status=201)


@needs(Right.ADMIN)
class WebhookView(APIView):
    """One subscription."""

    @extend_schema(responses=WebhookSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A subscription with its state."""
        return Response(_show(WebhookSerializer, request, uid))

    @extend_schema(request=WebhookChangeSerializer, responses=WebhookSerializer)
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change it, pause it, or resume it."""
        webhook = find_webhook(uid)
        values = read_body(WebhookChangeSerializer, request)
        active = values.pop("active", None)
        by = actor_of(request)
        if values:
            change_webhook(webhook, **values, by=by)
        if active is not None:
            (resume_webhook if active else pause_webhook)(webhook, by=by)
        return Response(_show(WebhookSerializer, request, uid))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete it with its deliveries; what waits is not sent."""
        delete_webhook(find_webhook(uid), by=actor_of(request))
        return Response(status=204)


@needs(Right.ADMIN)
class PingView(APIView):
    """A trial of a subscription."""

    @extend_schema(request=None, responses=DeliverySerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Send a ping now and wait for what is answered."""
        return Response(DeliverySerializer(ping(find_webhook(uid))).data)


@needs(Right.ADMIN)
class SecretView(APIView):
    """The secret that everything is signed with."""

    @extend_schema(request=None, responses=SecretSerializer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Replace the secret. For a day everything is signed with both."""
        webhook = find_webhook(uid)
        rotate_secret(webhook, by=actor_of(request))
        return Response(SecretSerializer(webhook).data)


class DeliveryPages(NewestFirst):
    """The newest delivery first."""

    ordering = ("-id",)


@needs(Right.ADMIN)
@extend_schema_view(
    get=extend_schema(operation_id="webhooks_deliveries_list", parameters=[DeliveryParams])
)
class DeliveryListView(ListAPIView):
    """What a subscription was and is to be told, the newest first."""

    serializer_class = DeliverySerializer
    pagination_class = DeliveryPages

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        params = DeliveryParams(data=self.request.query_params)
        params.is_valid(raise_exception=True)
        webhook = find_webhook(self.kwargs["uid"])
        return deliveries_of(webhook, status=params.validated_data.get("status", ""))


@needs(Right.ADMIN)
class DeliveryView(APIView):
    """One delivery."""

    @extend_schema(responses=DeliveryDetailSerializer)
    def get(self, request: Request, uid: UUID, delivery_uid: UUID) -> Response:
        """A delivery with the body that would be sent now."""
        delivery = find_delivery(find_webhook(uid), delivery_uid)
        return Response(DeliveryDetailSerializer(delivery).data)


@needs(Right.ADMIN)
class ReplayView(APIView):
    """Sending a delivery again."""

    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, uid: UUID, delivery_uid: UUID) -> Response:
        """Try a delivery again, also one that was delivered; its uid stays."""
        delivery = find_delivery(find_webhook(uid), delivery_uid)
        replay_one(delivery)
        return Response(DeliverySerializer(delivery).data, status=202)


@needs(Right.ADMIN)
class ReplayFailedView(APIView):
    """Sending all again that failed."""

    @extend_schema(request=None, responses={202: ReplayedSerializer})
    def post(self, request: Request, uid: UUID) -> Response:
        """Try all failed deliveries of a subscription again."""
        return Response({"replayed": replay_all_failed(find_webhook(uid))}, status=202)


def _show(kind: type[Serializer], request: Request, uid: UUID) -> dict[str, Any]:
    shown: dict[str, Any] = kind(find_webhook(uid), context={"request": request}).data
    return shown
