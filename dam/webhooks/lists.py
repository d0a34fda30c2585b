"""Subscriptions as they are shown, with how much waits for each and how much failed."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from dam.webhooks.errors import UnknownWebhook
from dam.webhooks.events import Event
from dam.webhooks.models import Webhook, WebhookDelivery

Status = WebhookDelivery.Status


def with_counts() -> QuerySet[Webhook]:
    """Return all subscriptions with `waiting_count` and `failed_count`."""
    return Webhook.objects.select_related("created_by").annotate(
        waiting_count=_count(Status.WAITING), failed_count=_count(Status.FAILED)
    )


def find_webhook(uid: UUID) -> Webhook:
    """Return a subscription with its counts. Raises UnknownWebhook."""
    webhook = with_counts().filter(uid=uid).first()
    if webhook is None:
        raise UnknownWebhook
    return webhook


def _count(status: str) -> Coalesce:
    # One at a time, so that the partial indexes are used: nearly all deliveries are neither.
    deliveries = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), status=status)
    counted = (
        deliveries.exclude(event=Event.PING)
        .order_by()
        .values("webhook")
        .annotate(number=Count("*"))
        .values("number")
    )
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
