"""The one writer of what becomes of deliveries: claims one, sends it, and says so.

A claim counts attempts, and moves on when the next one may start: should its holder die, another
one tries after that. Only who holds the newest attempt may say what became of it. Times are the
database's, so the clocks of several machines need not agree.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Now

from dam.webhooks.bodies import write_body
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.pace import PATIENCE, next_delay, rest
from dam.webhooks.posting import Answer, post
from dam.webhooks.signing import sign

logger = logging.getLogger(__name__)

Status = WebhookDelivery.Status

# More than a request may take, so that nobody else tries meanwhile.
LEASE = timedelta(seconds=60)

_CLAIM = """
    UPDATE dam_webhookdelivery
    SET attempts = attempts + 1,
        attempted_at = STATEMENT_TIMESTAMP(),
        tried_since = COALESCE(tried_since, STATEMENT_TIMESTAMP()),
        due_at = STATEMENT_TIMESTAMP() + %(lease)s
    WHERE id = (
        SELECT id FROM dam_webhookdelivery
        WHERE webhook_id = %(webhook_id)s AND status = 'waiting'
          AND due_at <= STATEMENT_TIMESTAMP()
          AND EXISTS (
              SELECT FROM dam_webhook AS webhook
              WHERE webhook.id = %(webhook_id)s AND webhook.status = 'active'
                AND (webhook.not_before IS NULL OR webhook.not_before <= STATEMENT_TIMESTAMP())
          )
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


def claim_next(webhook_id: int) -> WebhookDelivery | None:
    """Take the delivery of an active subscription that is due longest; None if there is none."""
    lease = LEASE + timedelta(seconds=settings.DAM_WEBHOOK_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"webhook_id": webhook_id, "lease": lease})
        row = cursor.fetchone()
    # It may have been deleted in between, with its subscription.
    deliveries = WebhookDelivery.objects.select_related("webhook")
    return deliveries.filter(pk=row[0]).first() if row else None


def has_due(webhook_id: int) -> bool:
    """Tell whether `claim_next` would find something."""
    return due_webhooks().filter(pk=webhook_id).exists()


def due_webhooks() -> QuerySet[Webhook]:
    """Return subscriptions that may be told of something that is due."""
    due = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), status=Status.WAITING, due_at__lte=Now()
    )
    may_be_asked = Q(not_before=None) | Q(not_before__lte=Now())
    found = Webhook.objects.filter(may_be_asked, Exists(due), status=Webhook.Status.ACTIVE)
    return found.order_by("pk")


def deliver(delivery: WebhookDelivery) -> Answer | None:
    """Make the attempt that was claimed, and record it; None where nothing is left to tell of."""
    body = write_body(delivery)
    if body is None:
        _held(delivery).update(status=Status.DROPPED, error="What it was to tell of is gone.")
        return None
    answer = send(delivery, body)
    if answer.is_taken:
        record_success(delivery, answer)
    else:
        record_failure(delivery, answer)
    return answer


def send(delivery: WebhookDelivery, body: bytes) -> Answer:
    """Sign a body and send it once; nothing is recorded."""
    webhook = delivery.webhook
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Facet",
        "Facet-Event": delivery.event,
        "Facet-Delivery": str(delivery.uid),
        "Facet-Signature": sign(body, keys=webhook.valid_secrets, at=int(time.time())),
    }
    return post(webhook.url, body, headers=headers)


def record_success(delivery: WebhookDelivery, answer: Answer) -> None:
    """Store that a receiver took a delivery: it is well again, whatever was before."""
    with transaction.atomic():
        if not _record(delivery, answer, status=Status.DELIVERED):
            return
        Webhook.objects.filter(pk=delivery.webhook_id).update(
            failures=0, failing_since=None, not_before=None, last_success_at=Now()
        )


def record_failure(delivery: WebhookDelivery, answer: Answer) -> None:
    """Store why an attempt failed and when the next one is, if there is one.

    A receiver that took nothing for PATIENCE is dead, and at once if it says that it is gone.
    """
    gone = answer.status == HTTPStatus.GONE
    delay = None if gone else next_delay(delivery.tried_for)
    with transaction.atomic():
        if delay is None:
            recorded = _record(delivery, answer, status=Status.FAILED)
        else:
            recorded = _record(delivery, answer, status=Status.WAITING, delay=delay)
        if recorded:
            _note_failure(delivery, answer, gone=gone)
    logger.warning(
        "webhook %s, delivery %s, attempt %s: %s",
        delivery.webhook_id,
        delivery.uid,
        delivery.attempts,
        answer.error,
    )


def record_ping(delivery: WebhookDelivery, answer: Answer) -> None:
    """Store what became of a ping, which is never tried again and tells nothing of its receiver."""
    _record(delivery, answer, status=Status.DELIVERED if answer.is_taken else Status.FAILED)


def _held(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, status=Status.WAITING
    )


def _record(
    delivery: WebhookDelivery, answer: Answer, *, status: str, delay: timedelta | None = None
) -> bool:
    """Store what became of an attempt; False where a newer one was made, or it is finished."""
    changes = {
        "status": status,
        "response_status": answer.status,
        "response_text": answer.text,
        "duration_ms": answer.duration_ms,
        "error": answer.error,
    }
    if delay is not None:
        changes["due_at"] = Now() + delay
    return bool(_held(delivery).update(**changes))


def _note_failure(delivery: WebhookDelivery, answer: Answer, *, gone: bool) -> None:
    webhooks = Webhook.objects.filter(pk=delivery.webhook_id)
    failures = webhooks.values_list("failures", flat=True).first() or 0
    dies = Q(status=Webhook.Status.ACTIVE)
    if not gone:
        dies &= Q(failing_since__lte=Now() - PATIENCE)
    webhooks.update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", Value(delivery.attempted_at)),
        last_error=answer.error,
        last_failure_at=Now(),
        not_before=Now() + rest(failures + 1),
        status=Case(When(dies, then=Value(Webhook.Status.DEAD.value)), default=F("status")),
    )
