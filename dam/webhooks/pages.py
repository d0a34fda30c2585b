"""What the pages of webhooks show."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.http import Http404, QueryDict

from dam.errors import DamError
from dam.webhooks.bodies import write_body
from dam.webhooks.events import SUBSCRIBABLE
from dam.webhooks.lists import find_webhook
from dam.webhooks.log import deliveries_of, find_delivery
from dam.webhooks.models import Webhook, WebhookDelivery

PAGE_SIZE = 50
# What each event tells, for who chooses.
ABOUT = {
    "analysis.finished": "The faces of a photo are stored, with their tags.",
    "analysis.failed": "A photo cannot be analyzed, or not after several attempts.",
    "tag.corrected": "A person or a program set a tag, or took that back.",
    "asset.deleted": "A photo was deleted with its faces.",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """An event that may be ticked."""

    name: str
    label: str
    about: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Form:
    """What is in the fields of a subscription, and what is wrong with it."""

    name: str = ""
    url: str = ""
    events: Collection[str] = ("analysis.finished",)
    errors: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, webhook: Webhook) -> Form:
        return cls(webhook.name, webhook.url, webhook.events)

    @classmethod
    def sent(cls, data: QueryDict, errors: Mapping[str, list[str]] | None = None) -> Form:
        url = data.get("url", "").strip()
        return cls(data.get("name", ""), url, data.getlist("events"), errors or {})

    @property
    def choices(self) -> list[Choice]:
        return [
            Choice(event.value, event.label, ABOUT[event.value], event.value in self.events)
            for event in SUBSCRIBABLE
        ]


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Some deliveries, the newest first, and the id after which older ones follow."""

    deliveries: list[WebhookDelivery]
    status: str
    after: int | None


def page_of_deliveries(webhook: Webhook, *, status: str, before: str) -> DeliveryPage:
    """Return a page of deliveries, those with ids below `before` where that is a number."""
    status = status if status in WebhookDelivery.Status.values else ""
    deliveries = deliveries_of(webhook, status=status)
    if before.isascii() and before.isdecimal() and len(before) < 19:
        deliveries = deliveries.filter(pk__lt=int(before))
    found = list(deliveries[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return DeliveryPage(shown, status, shown[-1].pk if len(found) > PAGE_SIZE else None)


def body_of(delivery: WebhookDelivery) -> str:
    """Return what would be sent now, for people; "" where what it was to tell of is gone."""
    body = write_body(delivery)
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else ""


def get_webhook(uid: UUID) -> Webhook:
    """Return a subscription. Raises Http404."""
    try:
        return find_webhook(uid)
    except DamError as error:
        raise Http404(error.message) from error


def get_delivery(uid: UUID, delivery_uid: UUID) -> WebhookDelivery:
    """Return a delivery. Raises Http404."""
    try:
        return find_delivery(get_webhook(uid), delivery_uid)
    except DamError as error:
        raise Http404(error.message) from error
