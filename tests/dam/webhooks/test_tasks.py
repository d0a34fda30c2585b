from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.tasks import LOCKS, deliver_webhook, forget_deliveries, sweep_webhooks
from tests.dam.webhooks.receiving import make_delivery

pytestmark = pytest.mark.django_db


def test_a_turn_sends_all_that_is_due_in_order(webhook, receiver):
    for number in range(3):
        make_delivery(webhook, about={"number": number})

    deliver_webhook(webhook.pk)

    assert [heard.said["data"]["number"] for heard in receiver.heard] == [0, 1, 2]


def test_a_receiver_that_fails_is_not_asked_for_the_rest(webhook, receiver):
    make_delivery(webhook)
    make_delivery(webhook)
    receiver.status = "500 Oops"

    deliver_webhook(webhook.pk)

    assert len(receiver.heard) == 1


def test_what_cannot_be_written_does_not_keep_others_from_being_sent(webhook, receiver, caplog):
    broken = make_delivery(webhook, event="tag.corrected", about={})
    good = make_delivery(webhook)

    deliver_webhook(webhook.pk)
    Webhook.objects.update(not_before=None)
    deliver_webhook(webhook.pk)

    broken.refresh_from_db()
    assert (broken.status, broken.error[:24]) == ("waiting", "The body could not be wr")
    assert [heard.said["id"] for heard in receiver.heard] == [str(good.uid)]


def test_one_worker_at_a_time_tells_a_subscription(webhook, receiver):
    make_delivery(webhook)
    settings = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: settings[name] for name in names if name in settings}) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, webhook.pk])
        deliver_webhook(webhook.pk)
        told_meanwhile = len(receiver.heard)

    deliver_webhook(webhook.pk)

    assert (told_meanwhile, len(receiver.heard)) == (0, 1)


def test_the_sweeper_sends_what_is_due_and_what_was_lost(webhook, sent_ids):
    make_delivery(webhook)

    sweep_webhooks()
    sweep_webhooks()
    Webhook.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    sweep_webhooks()

    assert sent_ids == [webhook.pk, webhook.pk]


@pytest.mark.parametrize(
    "state", [{"status": "dead"}, {"not_before": timezone.now() + timedelta(days=1)}]
)
def test_the_sweeper_leaves_alone_who_is_not_to_be_told(webhook, sent_ids, state):
    make_delivery(webhook)
    Webhook.objects.update(**state)

    sweep_webhooks()

    assert sent_ids == []


def test_old_deliveries_are_forgotten(webhook, settings):
    settings.DAM_WEBHOOK_LOG_DAYS = 30
    young = make_delivery(webhook, created_at=timezone.now() - timedelta(days=29))
    make_delivery(webhook, created_at=timezone.now() - timedelta(days=31))

    forget_deliveries()

    assert list(WebhookDelivery.objects.all()) == [young]
