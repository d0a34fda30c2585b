"""The one writer of subscriptions: makes, changes, pauses, resumes and deletes them."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dam.addresses import may_be_asked
from dam.audit import Actor, Kind, record
from dam.connections import RequestFailed, bad_url, read_url
from dam.names import MOST_LETTERS, InvalidName, read_name
from dam.webhooks.errors import InvalidWebhook
from dam.webhooks.events import SUBSCRIBABLE
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.posting import reach
from dam.webhooks.signing import new_secret
from dam.webhooks.tasks import send_webhooks

Status = Webhook.Status

# How long the secret before a new one signs, too: time enough to tell receivers.
OLD_SECRET_SIGNS = timedelta(hours=24)


def create_webhook(*, url: str, events: Collection[str], name: str = "", by: Actor) -> Webhook:
    """Make an active subscription; its `secret` is to be shown now and never again.

    Without a name it has that of its host. Raises InvalidWebhook.
    """
    values = _read(url=url, events=events, name=name)
    with transaction.atomic():
        webhook = Webhook.objects.create(secret=new_secret(), created_by=by.user, **values)
        record(Kind.WEBHOOK, f"made {_titled(webhook)}", by=by)
    return webhook


def change_webhook(
    webhook: Webhook,
    *,
    url: str | None = None,
    events: Collection[str] | None = None,
    name: str | None = None,
    by: Actor,
) -> None:
    """Change what is given; None stays. Raises InvalidWebhook."""
    values = _read(
        url=webhook.url if url is None else url,
        events=webhook.events if events is None else events,
        name=webhook.name if name is None else name,
    )
    for field, value in values.items():
        setattr(webhook, field, value)
    with transaction.atomic():
        webhook.save(update_fields=list(values))
        record(Kind.WEBHOOK, f"changed {_titled(webhook)}", by=by)


def delete_webhook(webhook: Webhook, *, by: Actor) -> None:
    """Delete a subscription with its log; what waits is not sent."""
    with transaction.atomic():
        record(Kind.WEBHOOK, f"deleted {_titled(webhook)}", by=by)
        # Deliveries before their subscription, as who delivers takes them.
        WebhookDelivery.objects.filter(webhook=webhook).delete()
        # Who notes an event holds the row, too, so that none comes in between.
        Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
        webhook.delete()


def pause_webhook(webhook: Webhook, *, by: Actor) -> None:
    """Send nothing until it is resumed; what happens meanwhile is kept."""
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(status=Status.PAUSED)
        record(Kind.WEBHOOK, f"paused {_titled(webhook)}", by=by)
    webhook.refresh_from_db()


def resume_webhook(webhook: Webhook, *, by: Actor) -> None:
    """Send again, at once and with all patience, what waits, whether it was paused or dead."""
    with transaction.atomic():
        waiting = webhook.deliveries.filter(status=WebhookDelivery.Status.WAITING)
        waiting.update(due_at=Now(), tried_since=None)
        Webhook.objects.filter(pk=webhook.pk).update(
            status=Status.ACTIVE, failures=0, failing_since=None, not_before=None, sent_at=None
        )
        record(Kind.WEBHOOK, f"resumed {_titled(webhook)}", by=by)
        transaction.on_commit(partial(send_webhooks, [webhook.pk]))
    webhook.refresh_from_db()


def rotate_secret(webhook: Webhook, *, by: Actor) -> str:
    """Return a new secret, to be shown now and never again; the old one signs, too, for a day."""
    with transaction.atomic():
        secret = new_secret()
        Webhook.objects.filter(pk=webhook.pk).update(
            secret=secret, old_secret=F("secret"), old_secret_until=Now() + OLD_SECRET_SIGNS
        )
        record(Kind.WEBHOOK, f"replaced the secret of {_titled(webhook)}", by=by)
    webhook.refresh_from_db()
    return secret


def _read(*, url: str, events: Collection[str], name: str) -> dict[str, Any]:
    """Return the values as they are stored. Raises InvalidWebhook with all that is wrong."""
    problems: dict[str, list[str]] = {}
    host = ""
    try:
        host = _read_host(url)
    except RequestFailed as error:
        problems["url"] = [error.message]
    try:
        name = read_name(name or host[:MOST_LETTERS] or "webhook")
    except InvalidName as error:
        problems |= error.fields
    unknown = sorted(set(events).difference(SUBSCRIBABLE))
    if unknown:
        problems["events"] = [f"There is no event {event}." for event in unknown]
    elif not events:
        problems["events"] = ["Choose at least one event."]
    if problems:
        raise InvalidWebhook(problems)
    return {"url": url, "events": [e for e in SUBSCRIBABLE if e in events], "name": name}


def _read_host(url: str) -> str:
    """Return the host of an address that may be told. Raises RequestFailed.

    What a name leads to is looked at each time it is told, for that may change.
    """
    host = read_url(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        is_refused = host == "localhost" and not reach().networks
    else:
        is_refused = not may_be_asked(address, networks=reach().networks)
    if is_refused:
        raise bad_url("This is no public address. The setting DAM_WEBHOOK_NETWORKS allows others.")
    return host


def _titled(webhook: Webhook) -> str:
    """Return what the audit log calls it. Addresses may hold secrets, so only the host is told."""
    return f"the webhook “{webhook.name}” to {urlsplit(webhook.url).hostname}"
