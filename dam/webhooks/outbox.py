"""Writes down what subscriptions are to be told of, in the transaction in which it happens."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction

from dam.webhooks.events import Event
from dam.webhooks.models import Webhook
from dam.webhooks.tasks import send_webhooks

# The reference to a subscription locks it anyhow; so one that is being deleted is left out.
# Also for those that are paused or dead: what they are told of waits until somebody resumes them.
_NOTE = """
    INSERT INTO dam_webhookdelivery (webhook_id, event, about)
    SELECT webhook.id, %(event)s, about
    FROM dam_webhook AS webhook CROSS JOIN unnest(%(abouts)s::jsonb[]) AS about
    WHERE %(event)s = ANY (webhook.events)
    FOR KEY SHARE OF webhook
    RETURNING webhook_id
"""


def is_wanted(event: Event) -> bool:
    """Tell whether anybody subscribed, where it costs something to say what an event is about."""
    return Webhook.objects.filter(events__contains=[event.value]).exists()


def note_events(event: Event, abouts: Sequence[Mapping[str, Any]]) -> None:
    """Store one delivery a subscription for each event, in one statement for any number of them.

    `abouts` say what each is about as JSON, from which `dam.webhooks.bodies` writes what is sent:
    ids of rows rather than what is in them. Runs in the caller's transaction; workers are told once
    it has committed.
    """
    if not abouts:
        return
    values = {"event": event.value, "abouts": [json.dumps(about) for about in abouts]}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, values)
        told = {webhook_id for (webhook_id,) in cursor.fetchall()}
    if told:
        transaction.on_commit(partial(send_webhooks, sorted(told)), robust=True)
