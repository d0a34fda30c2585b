"""What a receiver is sent: written when it is sent, from rows as they are then.

So the log of deliveries keeps no values of people, and what was erased is sent no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from dam.webhooks.events import Event
from dam.webhooks.models import WebhookDelivery

# From what an event is about to what its body says under `data`; None: that is gone.
Writer = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]

_writers: dict[Event, Writer] = {
    # These are about what they say themselves.
    Event.ASSET_DELETED: lambda about: about,
    Event.PING: lambda about: about,
}


def add_writer(event: Event, writer: Writer) -> None:
    """Let an app say what the events are about that it notes."""
    _writers[event] = writer


def write_body(delivery: WebhookDelivery) -> bytes | None:
    """Return the JSON to send, in UTF-8; None where there is nothing left to tell of."""
    event = Event(delivery.event)
    data = _writers[event](delivery.about)
    if data is None:
        return None
    body = {
        "id": delivery.uid,
        "event": event.value,
        "time": delivery.created_at,
        "data": data,
    }
    return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
