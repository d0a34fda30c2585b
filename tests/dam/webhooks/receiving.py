"""A receiver on loopback that remembers what it was told."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import Any

from dam.audit import COMMAND_LINE
from dam.webhooks.delivering import claim_next, deliver
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.subscriptions import create_webhook
from tests.dam.misbehaving import Answer, MisbehavingServer, answer

PATH = "/hook?of=facet"


@dataclass(frozen=True, slots=True)
class Heard:
    """One request that was received whole."""

    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        return json.loads(self.body)


class Receiver:
    """Takes everything, or answers with `status`; `heard` is what it was told."""

    def __init__(self, server: MisbehavingServer) -> None:
        self.heard: list[Heard] = []
        self.status = "204 No Content"
        self.server = server
        server.answers[PATH] = self._take

    @property
    def url(self) -> str:
        return self.server.url(PATH)

    def answer_with(self, given: Answer) -> None:
        """Answer in a way of its own, without remembering."""
        self.server.answers[PATH] = given

    def _take(self, client: socket.socket, text: str) -> None:
        head, _, start = text.partition("\r\n\r\n")
        headers = dict(re.findall(r"(?m)^([\w-]+): (.*?)\r?$", head))
        body = start.encode("latin-1")
        while len(body) < int(headers["Content-Length"]):
            body += client.recv(2**16)
        self.heard.append(Heard(headers, body))
        answer(b"" if self.status.startswith("2") else b"no room", status=self.status)(client, text)


def make_webhook(url: str, *events: str) -> Webhook:
    """Subscribe to some events, to deleted photos if none is named."""
    return create_webhook(url=url, events=events or ["asset.deleted"], by=COMMAND_LINE)


def make_delivery(webhook: Webhook, **fields: object) -> WebhookDelivery:
    """Store that a photo was deleted, for one subscription."""
    values = {"event": "asset.deleted", "about": {"asset": {"name": "a.jpg"}}, **fields}
    delivery = WebhookDelivery.objects.create(webhook=webhook, **values)
    delivery.refresh_from_db()
    return delivery


def deliver_next(webhook: Webhook) -> WebhookDelivery:
    """Make the attempt that is due, as a worker does, and return the delivery."""
    claimed = claim_next(webhook.pk)
    assert claimed is not None
    deliver(claimed)
    claimed.refresh_from_db()
    webhook.refresh_from_db()
    return claimed
