"""A webhook, as an administrator meets it: made, tried, and sent again what it missed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dam.addresses import read_networks
from dam.webhooks.models import Webhook
from tests.browser.conftest import PHONE
from tests.dam.misbehaving import MisbehavingServer
from tests.dam.webhooks.receiving import Receiver, make_delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.DAM_WEBHOOK_NETWORKS = read_networks(["127.0.0.1"])
    server = MisbehavingServer()
    with server.running():
        yield Receiver(server)


def test_a_webhook_is_made_pinged_and_told_again_what_it_missed(sign_in, receiver):
    page = sign_in(viewport=PHONE)
    page.goto("/settings/webhooks/")
    page.get_by_role("link", name="New webhook").first.click()
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_role("checkbox", name="Photo deleted").check()
    page.get_by_role("button", name="Make the webhook").click()
    secret = page.get_by_label("The secret").input_value()
    made = Webhook.objects.get()
    missed = make_delivery(made, status="failed", error="The address cannot be reached.")

    page.get_by_role("button", name="Send a ping").click()
    page.get_by_text("The receiver took the ping: 204").wait_for()
    page.get_by_role("link", name="Failed", exact=True).click()
    width = page.evaluate("document.documentElement.scrollWidth")
    page.get_by_role("link", name="asset.deleted").click()
    page.get_by_role("button", name="Replay").click()
    page.get_by_text("It is tried again now.").wait_for()

    missed.refresh_from_db()
    assert (secret, missed.status) == (made.secret, "waiting")
    assert [heard.headers["Facet-Event"] for heard in receiver.heard] == ["ping"]
    assert width <= PHONE["width"]
