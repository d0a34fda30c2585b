from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from dam.deletion import delete_asset, delete_assets
from dam.webhooks.events import Event
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.outbox import note_events
from tests.dam.webhooks.receiving import make_webhook
from tests.factories import make_asset, make_bare_assets

pytestmark = pytest.mark.django_db

ABOUTS = [{"asset": {"name": f"{number}.jpg"}} for number in range(100)]


def note(*abouts: dict) -> int:
    """Note deletions, and return how many statements that took."""
    with CaptureQueriesContext(connection) as queries:
        note_events(Event.ASSET_DELETED, abouts)
    return len(queries)


def test_any_number_of_events_for_any_number_of_subscriptions_is_one_statement(webhook, receiver):
    make_webhook(receiver.url)

    assert note(*ABOUTS) == 1
    assert WebhookDelivery.objects.count() == 200


def test_nobody_is_told_of_what_they_did_not_subscribe_to(receiver):
    make_webhook(receiver.url, "tag.corrected")

    note(ABOUTS[0])

    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("status", ["paused", "dead"])
def test_what_happens_while_nothing_is_sent_is_kept(webhook, status):
    Webhook.objects.update(status=status)

    note(ABOUTS[0])

    assert WebhookDelivery.objects.get().status == "waiting"


def test_what_is_undone_is_not_told(webhook):
    with transaction.atomic():
        note(ABOUTS[0])
        transaction.set_rollback(True)

    assert not WebhookDelivery.objects.exists()


def test_workers_are_told_once_it_is_committed_and_not_again(
    webhook, sent_ids, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note(ABOUTS[0])
        note(ABOUTS[1])
        assert sent_ids == []

    assert sent_ids == [webhook.pk]


def test_a_broker_that_is_down_keeps_nothing_from_happening(
    webhook, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        note(ABOUTS[0])

    webhook.refresh_from_db()
    assert webhook.sent_at is None, "the sweeper sends it"


def test_a_deleted_photo_is_told_of_by_what_others_know_it_by(webhook):
    asset = make_asset(name="a.png")

    delete_asset(asset)

    (delivery,) = WebhookDelivery.objects.all()
    told = delivery.about["asset"]
    assert (told["uid"], told["name"], told["digest"]) == (str(asset.uid), "a.png", asset.digest)


def test_many_photos_that_are_deleted_cost_no_statement_each(webhook):
    def statements(ids: list[int]) -> int:
        with CaptureQueriesContext(connection) as queries:
            delete_assets(ids)
        return len(queries)

    few, many = statements(make_bare_assets(2)), statements(make_bare_assets(20))

    assert few == many
    assert WebhookDelivery.objects.count() == 22
