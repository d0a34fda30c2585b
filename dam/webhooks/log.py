"""The log of deliveries: what is in it, and sending it again."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from dam.webhooks.errors import PingReplayed, UnknownDelivery
from dam.webhooks.events import Event
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.tasks import send_webhooks

Status = WebhookDelivery.Status


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


def replay_one(delivery: WebhookDelivery) -> None:
    """Let a delivery be tried again from now on for a day, whatever became of it.

    It keeps its uid, so that a receiver which has it already can tell. Raises PingReplayed.
    """
    if delivery.event == Event.PING:
        raise PingReplayed
    _replay(deliveries_of(delivery.webhook).filter(pk=delivery.pk), delivery.webhook)
    delivery.refresh_from_db()


def replay_all_failed(webhook: Webhook) -> int:
    """Let all failed deliveries of a subscription be tried again, and return how many."""
    failed = deliveries_of(webhook, status=Status.FAILED)
    return _replay(failed.exclude(event=Event.PING), webhook)


def _replay(deliveries: QuerySet[WebhookDelivery], webhook: Webhook) -> int:
    with transaction.atomic():
        again = deliveries.update(status=Status.WAITING, due_at=Now(), tried_since=None)
        # A person waits, so a receiver that rests is asked all the same.
        Webhook.objects.filter(pk=webhook.pk).update(not_before=None)
        transaction.on_commit(partial(send_webhooks, [webhook.pk]))
    return again
