"""Forgets what was to be told long ago."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from dam.webhooks.models import WebhookDelivery

FORGET_AT_ONCE = 10_000


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
