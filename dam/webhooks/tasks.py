"""What a worker does for webhooks: send what is due, also what was lost, and forget what is old."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from celery import shared_task
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from dam.webhooks.delivering import claim_next, deliver, due_webhooks, has_due, record_failure
from dam.webhooks.forgetting import forget_old_deliveries
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.pace import RESEND_AFTER
from dam.webhooks.posting import Answer

logger = logging.getLogger(__name__)

# Then others have their turn: photos that were just uploaded must not wait for a slow receiver.
TURN_SECONDS = 20.0
# Tells these locks of the database session from others; those of API keys are positive.
LOCKS = -1


@shared_task(name="dam.deliver_webhook")
def deliver_webhook(webhook_id: int) -> None:
    """Tell one subscription what is due, in order, until nothing is or the turn is over.

    One worker at a time does that for a subscription, so a slow receiver holds up one at most.
    """
    # Whoever notes an event from now on cannot know whether it is still seen here.
    Webhook.objects.filter(pk=webhook_id).update(sent_at=None)
    end = time.monotonic() + TURN_SECONDS
    is_ours = True
    # Who came just before the end of our turn found it taken, and went.
    while is_ours and has_due(webhook_id):
        if time.monotonic() > end:
            send_webhooks([webhook_id])
            return
        with _turn_of(webhook_id) as is_ours:
            if is_ours:
                _deliver_until(end, webhook_id)


@shared_task(name="dam.sweep_webhooks")
def sweep_webhooks() -> None:
    """Send subscriptions that the broker lost, whose worker died, or that are to be tried again."""
    send_webhooks(due_webhooks().values_list("pk", flat=True))


@shared_task(name="dam.forget_old_deliveries")
def forget_deliveries() -> None:
    """Delete what was to be told longer ago than DAM_WEBHOOK_LOG_DAYS."""
    logger.info("%s old deliveries were forgotten", forget_old_deliveries())


def send_webhooks(webhook_ids: Iterable[int]) -> None:
    """Give subscriptions to the broker that it does not have; those that rest are left out.

    If it is down, the sweeper sends them later.
    """
    for webhook_id in webhook_ids:
        if not _mark_sent(webhook_id):
            continue
        try:
            deliver_webhook.delay(webhook_id)
        except OperationalError as error:
            logger.warning("webhook %s could not be sent: %s", webhook_id, error)
            Webhook.objects.filter(pk=webhook_id).update(sent_at=None)
            return


def _mark_sent(webhook_id: int) -> bool:
    """Note that the broker is given a subscription; False if it has it or must not have it."""
    unsent = Q(sent_at=None) | Q(sent_at__lte=Now() - RESEND_AFTER)
    may_be_asked = Q(not_before=None) | Q(not_before__lte=Now())
    webhooks = Webhook.objects.filter(pk=webhook_id, status=Webhook.Status.ACTIVE)
    return bool(webhooks.filter(unsent, may_be_asked).update(sent_at=Now()))


def _deliver_until(end: float, webhook_id: int) -> None:
    """Tell a subscription what is due, until nothing is or the clock says `end`."""
    while time.monotonic() <= end and (delivery := claim_next(webhook_id)):
        _try(delivery)


def _try(delivery: WebhookDelivery) -> None:
    try:
        deliver(delivery)
    except Exception:
        # One that cannot be written must not keep those behind it from being sent.
        logger.exception("delivery %s failed", delivery.uid)
        record_failure(delivery, Answer(0, "The body could not be written; the log says why."))


@contextmanager
def _turn_of(webhook_id: int) -> Iterator[bool]:
    """Tell whether nobody else is telling a subscription, and keep others from it meanwhile.

    It is a lock of the database session: that of a process that dies is free at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, webhook_id])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, webhook_id])
