"""The log of deliveries: what is in it, sending again what is, and forgetting what is old."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from dam.errors import DamError
from dam.webhooks.events import Event
from dam.webhooks.models import Webhook, WebhookDelivery

Status = WebhookDelivery.Status

FORGET_AT_ONCE = 10_000


class UnknownDelivery(DamError):
    """There is no such delivery, or it is forgotten."""

    code = "not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such delivery; old ones are forgotten.")


def deliveries_of(webhook: Webhook, *, status: str = "") -> QuerySet[WebhookDelivery]:
    """Return what a subscription was and is to be told, the newest first."""
    deliveries = WebhookDelivery.objects.filter(webhook=webhook)
    return deliveries.filter(status=status) if status else deliveries


def find_delivery(webhook: Webhook, uid: UUID) -> WebhookDelivery:
    """Return one delivery of a subscription. Raises UnknownDelivery."""
    delivery = deliveries_of(webhook).select_related("webhook").filter(uid=uid).first()
    if delivery is None:
        raise UnknownDelivery
    return delivery


def replay(deliveries: QuerySet[WebhookDelivery]) -> int:
    """Let deliveries be tried again from now on for a day, and return of how many.

    They keep their uid, so that a receiver which has one already can tell. Pings are left out: they
    are only for who waits for the answer.
    """
    again = deliveries.exclude(event=Event.PING)
    return again.update(status=Status.WAITING, due_at=Now(), tried_since=None)


def forget_old_deliveries() -> int:
    """Delete deliveries older than DAM_WEBHOOK_LOG_DAYS, and return how many there were."""
    old = WebhookDelivery.objects.filter(
        created_at__lt=Now() - timedelta(days=settings.DAM_WEBHOOK_LOG_DAYS)
    )
    forgotten = 0
    while True:
        # In pieces, so that no transaction is long.
        ids = list(old.order_by("created_at").values_list("pk", flat=True)[:FORGET_AT_ONCE])
        with transaction.atomic():
            deleted, _ = WebhookDelivery.objects.filter(pk__in=ids).delete()
        forgotten += deleted
        if len(ids) < FORGET_AT_ONCE:
            return forgotten
