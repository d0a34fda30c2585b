from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dam.models import AuditEntry
from dam.webhooks.models import Webhook, WebhookDelivery
from tests.dam.webhooks.receiving import make_delivery, make_webhook

pytestmark = pytest.mark.django_db

LIST = "/api/v1/webhooks"
NOBODY = "0b9b9d5e-5a3f-4c55-9a53-6f6f1b1d7c11"


def url(webhook: Webhook, ending: str = "") -> str:
    return f"{LIST}/{webhook.uid}{ending}"


def queries_of(api, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(address).status_code == 200
    return len(queries)


def test_a_new_one_shows_its_secret_once(api):
    body = {"url": "https://dam.example.org/hook?token=abc", "events": ["tag.corrected"]}

    made = api.post(LIST, body).json()

    shown = api.get(f"{LIST}/{made['uid']}").json()
    assert (made["name"], made["status"]) == ("dam.example.org", "active")
    assert made["secret"].startswith("whsec_")
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert AuditEntry.objects.get(kind="webhook").text == (
        "made the webhook “dam.example.org” to dam.example.org"
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "ftp://example.org/", "events": ["tag.corrected"]}, "url"),
        ({"url": "http://10.0.0.1/", "events": ["tag.corrected"]}, "url"),
        ({"url": "http://localhost/", "events": ["tag.corrected"]}, "url"),
        ({"url": "https://example.org/", "events": []}, "events"),
        ({"url": "https://example.org/", "events": ["ping"]}, "events.0"),
        ({"url": "https://example.org/", "events": ["tag.corrected"], "name": "\x07"}, "name"),
    ],
)
def test_what_cannot_be_a_subscription_is_refused(api, settings, body, field):
    settings.DAM_WEBHOOK_NETWORKS = ()

    answer = api.post(LIST, body)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]
    assert not Webhook.objects.exists()


def test_it_is_changed_where_something_is_said(api, webhook):
    changed = api.patch(url(webhook), {"events": ["analysis.failed", "tag.corrected"]}).json()

    assert changed["events"] == ["analysis.failed", "tag.corrected"]
    assert changed["url"] == webhook.url


def test_it_is_paused_and_resumed_with_all_patience(api, webhook):
    waiting = make_delivery(webhook, tried_since=timezone.now() - timedelta(hours=20))
    assert api.patch(url(webhook), {"active": False}).json()["status"] == "paused"
    Webhook.objects.update(status="dead", failures=9, failing_since=timezone.now())

    resumed = api.patch(url(webhook), {"active": True}).json()

    waiting.refresh_from_db()
    assert (resumed["status"], resumed["failures"], resumed["failing_since"]) == ("active", 0, None)
    assert waiting.tried_since is None


def test_it_is_deleted_with_its_log(api, webhook):
    make_delivery(webhook)

    assert api.delete(url(webhook)).status_code == 204

    assert not WebhookDelivery.objects.exists()
    assert api.get(url(webhook)).status_code == 404


def test_a_ping_is_answered_by_what_the_receiver_says(api, webhook, receiver):
    taken = api.post(url(webhook, "/ping")).json()
    receiver.status = "401 Who"
    refused = api.post(url(webhook, "/ping")).json()

    webhook.refresh_from_db()
    assert (taken["status"], taken["response_status"]) == ("delivered", 204)
    assert (refused["status"], refused["response_status"]) == ("failed", 401)
    assert receiver.heard[0].said["data"] == {"webhook": str(webhook.uid), "name": webhook.name}
    assert webhook.failures == 0, "a trial says nothing of its state"


def test_a_new_secret_is_shown_and_the_old_one_signs_for_a_day(api, webhook):
    shown = api.post(url(webhook, "/secret")).json()

    old = webhook.secret
    webhook.refresh_from_db()
    assert shown["secret"] == webhook.secret != old
    assert webhook.valid_secrets == [shown["secret"], old]


def test_deliveries_are_listed_by_what_became_of_them(api, webhook):
    make_delivery(webhook, status="delivered", response_status=200, duration_ms=12, attempts=1)
    failed = make_delivery(webhook, status="failed", error="The address cannot be reached.")

    every = api.get(url(webhook, "/deliveries")).json()["results"]
    some = api.get(url(webhook, "/deliveries?status=failed")).json()["results"]

    assert [one["status"] for one in every] == ["failed", "delivered"]
    assert [one["uid"] for one in some] == [str(failed.uid)]
    assert every[1]["next_attempt_at"] is None
    assert api.get(url(webhook, "/deliveries?status=odd")).status_code == 400


def test_a_delivery_shows_what_it_says(api, webhook):
    delivery = make_delivery(webhook)

    shown = api.get(url(webhook, f"/deliveries/{delivery.uid}")).json()

    assert shown["body"]["data"] == {"asset": {"name": "a.jpg"}}
    assert api.get(url(webhook, f"/deliveries/{NOBODY}")).status_code == 404


def test_a_delivery_is_replayed_under_its_own_id(api, webhook, receiver, sent_ids):
    delivery = make_delivery(webhook, status="delivered", attempts=1)

    answer = api.post(url(webhook, f"/deliveries/{delivery.uid}/replay"))

    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["uid"]) == ("waiting", str(delivery.uid))


def test_all_that_failed_is_replayed_but_pings(api, webhook):
    failed = [make_delivery(webhook, status="failed") for _ in range(2)]
    ping = make_delivery(webhook, status="failed", event="ping")

    answer = api.post(url(webhook, "/replay"))

    assert answer.json() == {"replayed": 2}
    assert {one.refresh_from_db() or one.status for one in failed} == {"waiting"}
    assert api.post(url(webhook, f"/deliveries/{ping.uid}/replay")).status_code == 409


def test_lists_take_as_many_queries_for_much_as_for_little(api, webhook, receiver):
    make_delivery(webhook)
    addresses = [LIST, url(webhook, "/deliveries")]
    few = [queries_of(api, address) for address in addresses]

    for _ in range(5):
        make_delivery(webhook)
        make_delivery(make_webhook(receiver.url), status="failed")

    assert [queries_of(api, address) for address in addresses] == few
