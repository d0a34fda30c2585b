from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import after_task_publish

from dam.addresses import read_networks
from dam.celery import app
from dam.webhooks.models import Webhook
from tests.conftest import use_broker
from tests.dam.misbehaving import MisbehavingServer
from tests.dam.webhooks.receiving import Receiver, make_webhook


@pytest.fixture(autouse=True)
def _loopback_may_be_told(settings):
    settings.DAM_WEBHOOK_NETWORKS = read_networks(["127.0.0.1"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = MisbehavingServer()
    with server.running():
        yield Receiver(server)


@pytest.fixture
def webhook(db: None, receiver: Receiver) -> Webhook:
    """A subscription to deleted photos."""
    return make_webhook(receiver.url)


@pytest.fixture
def sent_ids() -> Iterator[list[int]]:
    """Send to a broker in memory; the ids of the subscriptions that it was given."""
    ids: list[int] = []

    def note(sender: str, body: Any, **_: object) -> None:
        if sender == "dam.deliver_webhook":
            ids.extend(body[0])

    usual = app.conf.broker_url
    use_broker("memory://")
    after_task_publish.connect(note)
    yield ids
    after_task_publish.disconnect(note)
    use_broker(usual)
