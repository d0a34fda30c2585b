from __future__ import annotations

import hashlib
import hmac
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from dam.webhooks.delivering import claim_next, deliver, record_success
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.posting import Answer
from tests.dam.misbehaving import redirect
from tests.dam.webhooks.receiving import deliver_next, make_delivery, make_webhook

pytestmark = pytest.mark.django_db

DAY = timedelta(hours=24)
TIMES = ("failing_since", "not_before", "last_failure_at", "last_success_at")


def ago(duration: timedelta):
    return timezone.now() - duration


def let_time_pass(delivery: WebhookDelivery, duration: timedelta = timedelta(hours=1)) -> None:
    """Move all that a delivery and its subscription remember into the past."""
    row = WebhookDelivery.objects.select_related("webhook").get(pk=delivery.pk)
    for kept, names in ((row, ("due_at", "tried_since", "attempted_at")), (row.webhook, TIMES)):
        for name in names:
            if (moment := getattr(kept, name)) is not None:
                setattr(kept, name, moment - duration)
        kept.save()


def digest(secret: str, told_at: str, body: bytes) -> str:
    """Return what docs/webhooks.md tells receivers to compute."""
    return hmac.new(secret.encode(), told_at.encode() + b"." + body, hashlib.sha256).hexdigest()


def test_a_receiver_can_tell_that_it_was_us_and_what_happened(webhook, receiver):
    delivery = make_delivery(webhook)

    deliver_next(webhook)

    (heard,) = receiver.heard
    told_at, v1 = (part.partition("=")[2] for part in heard.headers["Facet-Signature"].split(","))
    assert v1 == digest(webhook.secret, told_at, heard.body)
    assert abs(int(told_at) - time.time()) < 60
    assert heard.headers["Facet-Event"] == heard.said["event"] == "asset.deleted"
    assert heard.headers["Facet-Delivery"] == heard.said["id"] == str(delivery.uid)
    assert heard.said["data"] == {"asset": {"name": "a.jpg"}}


def test_what_a_receiver_takes_is_delivered(webhook, receiver):
    make_delivery(webhook)

    delivery = deliver_next(webhook)

    assert (delivery.status, delivery.response_status, delivery.error) == ("delivered", 204, "")
    assert webhook.last_success_at is not None
    assert claim_next(webhook.pk) is None


def test_what_a_receiver_does_not_take_is_told_again_under_the_same_id(webhook, receiver):
    make_delivery(webhook)
    receiver.status = "500 Oops"
    failed = deliver_next(webhook)
    assert claim_next(webhook.pk) is None, "it is left alone for a while"

    receiver.status = "200 OK"
    let_time_pass(failed)
    delivered = deliver_next(webhook)

    assert (failed.status, failed.response_status, failed.response_text) == (
        "waiting",
        500,
        "no room",
    )
    assert (delivered.status, delivered.attempts) == ("delivered", 2)
    first, second = (heard.headers["Facet-Delivery"] for heard in receiver.heard)
    assert first == second


def test_a_failure_says_why_and_a_success_makes_well(webhook, receiver):
    make_delivery(webhook)
    receiver.status = "503 Busy"
    failed = deliver_next(webhook)
    told = (webhook.failures, webhook.last_error, webhook.status)

    receiver.status = "200 OK"
    let_time_pass(failed)
    deliver_next(webhook)

    assert told == (1, "The receiver answers 503 Service Unavailable.", "active")
    assert (webhook.failures, webhook.failing_since, webhook.not_before) == (0, None, None)


def test_a_receiver_that_takes_nothing_for_a_day_is_dead(webhook, receiver):
    make_delivery(webhook)
    receiver.status = "500 Oops"
    failed = deliver_next(webhook)

    let_time_pass(failed, DAY)
    failed = deliver_next(webhook)

    assert (failed.status, failed.attempts) == ("failed", 2)
    assert (webhook.status, webhook.failures) == ("dead", 2)
    make_delivery(webhook)
    assert claim_next(webhook.pk) is None, "nothing is sent to it any more"


def test_one_delivery_that_is_never_taken_does_not_kill_a_receiver_that_takes_others(
    webhook, receiver
):
    poison = make_delivery(webhook, tried_since=ago(DAY), attempts=9)
    Webhook.objects.update(failures=3, failing_since=ago(timedelta(minutes=1)))
    receiver.status = "422 No"

    poison = deliver_next(webhook)

    assert (poison.status, webhook.status) == ("failed", "active")


def test_a_receiver_that_says_that_it_is_gone_is_dead_at_once(webhook, receiver):
    make_delivery(webhook)
    receiver.status = "410 Gone"

    delivery = deliver_next(webhook)

    assert (delivery.status, webhook.status) == ("failed", "dead")


def test_redirects_are_not_followed(webhook, receiver):
    make_delivery(webhook)
    receiver.answer_with(redirect("/elsewhere"))

    delivery = deliver_next(webhook)

    assert (delivery.status, delivery.response_status) == ("waiting", 302)
    assert len(receiver.server.requests) == 1


def test_addresses_that_are_not_public_are_refused_unless_they_are_named(
    webhook, receiver, settings
):
    settings.DAM_WEBHOOK_NETWORKS = ()
    make_delivery(webhook)

    delivery = deliver_next(webhook)

    assert receiver.server.requests == []
    assert delivery.response_status is None
    assert "DAM_WEBHOOK_NETWORKS" in delivery.error


def test_a_silent_receiver_is_left(webhook, receiver, settings):
    settings.DAM_WEBHOOK_SECONDS = 0.2
    make_delivery(webhook)
    receiver.answer_with(lambda _client, _text: receiver.server.wait(30))

    delivery = deliver_next(webhook)

    assert delivery.error == "The address takes too long to answer."


def test_an_answer_that_no_database_stores_is_kept_in_part(webhook, receiver):
    make_delivery(webhook)
    raw = b"HTTP/1.1 500 No\r\nContent-Length: 3000\r\n\r\n\0\xff" + b"a" * 2998
    receiver.answer_with(lambda client, _text: client.sendall(raw))

    delivery = deliver_next(webhook)

    assert delivery.response_text == "\ufffd\ufffd" + "a" * 298


def test_the_one_that_is_due_longest_comes_first(webhook, receiver):
    second, first = make_delivery(webhook), make_delivery(webhook, due_at=ago(DAY))

    claimed = [claim_next(webhook.pk), claim_next(webhook.pk), claim_next(webhook.pk)]

    assert claimed == [first, second, None]


@pytest.mark.parametrize("status", ["paused", "dead"])
def test_nothing_is_sent_where_it_is_not_active(webhook, status):
    make_delivery(webhook)
    Webhook.objects.update(status=status)

    assert claim_next(webhook.pk) is None


def test_another_worker_tries_what_the_first_one_never_finished(webhook, receiver):
    make_delivery(webhook)
    lost = claim_next(webhook.pk)
    assert lost is not None
    let_time_pass(lost)

    delivered = deliver_next(webhook)
    record_success(lost, Answer(1, "", 200, "too late"))

    delivered.refresh_from_db()
    assert (delivered.attempts, delivered.response_text) == (2, "")


def test_where_nothing_is_left_to_tell_of_nothing_is_sent(webhook, receiver):
    make_delivery(webhook, event="analysis.failed", about={"asset": 0, "run": {}})

    delivery = deliver_next(webhook)

    assert delivery.status == "dropped"
    assert receiver.heard == []


def test_both_secrets_sign_while_one_replaces_the_other(webhook, receiver):
    make_delivery(webhook)
    Webhook.objects.update(secret="new", old_secret="old", old_secret_until=timezone.now() + DAY)
    webhook.refresh_from_db()

    deliver_next(webhook)

    (heard,) = receiver.heard
    t, *v1s = (part.partition("=")[2] for part in heard.headers["Facet-Signature"].split(","))
    assert v1s == [digest(secret, t, heard.body) for secret in ("new", "old")]


def test_subscriptions_do_not_wait_for_each_other(webhook, receiver):
    other = make_webhook(receiver.url)
    make_delivery(webhook)
    Webhook.objects.filter(pk=webhook.pk).update(not_before=timezone.now() + DAY)
    mine = make_delivery(other)

    assert claim_next(other.pk) == mine
    assert deliver(mine) is not None
