"""A delivery that somebody waits for, to see whether a receiver hears us."""

from __future__ import annotations

from django.db.models.functions import Now

from dam.webhooks.bodies import write_body
from dam.webhooks.delivering import LEASE, record_ping, send
from dam.webhooks.events import Event
from dam.webhooks.models import Webhook, WebhookDelivery


def ping(webhook: Webhook) -> WebhookDelivery:
    """Tell a subscription nothing, at once and once; return the delivery with what came of it.

    It says nothing of the subscription's state, and works where that is paused or dead.
    """
    delivery = WebhookDelivery.objects.create(
        webhook=webhook,
        event=Event.PING,
        about={"webhook": str(webhook.uid), "name": webhook.name},
        # Taken already, so that no worker does.
        attempts=1,
        attempted_at=Now(),
        tried_since=Now(),
        due_at=Now() + LEASE,
    )
    delivery.refresh_from_db()
    body = write_body(delivery)
    if body is not None:
        record_ping(delivery, send(delivery, body))
    delivery.refresh_from_db()
    return delivery
