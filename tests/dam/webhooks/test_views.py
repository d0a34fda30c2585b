from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from dam.webhooks.models import Webhook
from tests.dam.webhooks.receiving import make_delivery

pytestmark = pytest.mark.django_db

LIST = reverse("webhooks")
NEW = reverse("webhook-new")


def page(browser, name: str, *args: object) -> str:
    answer = browser.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def do(browser, name: str, *args: object) -> str:
    """Press a button, and return the page that it leads to."""
    return browser.post(reverse(name, args=args), follow=True).content.decode()


def test_the_first_use_is_explained(browser):
    assert b"No webhooks yet" in browser.get(LIST).content


def test_a_secret_is_shown_on_the_first_page_and_never_again(browser):
    form = {"url": " https://example.org/hook ", "events": ["tag.corrected"], "name": "<b>Shop"}

    first = browser.post(NEW, form, follow=True).content.decode()

    made = Webhook.objects.get()
    assert made.url == "https://example.org/hook"
    assert made.secret in first
    assert "&lt;b&gt;Shop" in first
    assert made.secret not in page(browser, "webhook", made.uid)


def test_a_form_with_mistakes_says_which_and_keeps_the_rest(browser):
    answer = browser.post(NEW, {"url": "gopher://example.org/", "name": "Shop"})

    html = answer.content.decode()
    assert answer.status_code == 400
    assert "Only addresses that begin with http" in html
    assert "Choose at least one event." in html
    assert 'value="Shop"' in html


def test_the_list_tells_who_is_dead_and_why(browser, webhook):
    Webhook.objects.update(
        status="dead",
        failures=40,
        failing_since=timezone.now(),
        last_error="The address cannot be reached.",
    )
    make_delivery(webhook, status="failed")

    html = page(browser, "webhooks")

    assert "Dead" in html
    assert "The address cannot be reached." in html
    assert "It is dead." in page(browser, "webhook", webhook.uid)


def test_the_log_tells_status_answer_and_time_of_each_delivery(browser, webhook):
    make_delivery(webhook, status="delivered", response_status=202, duration_ms=37, attempts=3)
    make_delivery(webhook, status="failed", error="The address takes too long to answer.")

    html = page(browser, "webhook", webhook.uid)
    failed = browser.get(reverse("webhook", args=[webhook.uid]), {"status": "failed"})

    assert "202" in html
    assert "37 ms" in html
    assert b"37 ms" not in failed.content
    assert b"takes too long" in failed.content


def test_older_deliveries_are_on_further_pages(browser, webhook):
    for _ in range(51):
        make_delivery(webhook, status="delivered")

    first = browser.get(reverse("webhook", args=[webhook.uid]))
    after = first.context["page"].after
    second = browser.get(reverse("webhook", args=[webhook.uid]), {"before": after})

    assert f"?before={after}".encode() in first.content
    assert len(second.context["page"].deliveries) == 1


def test_a_delivery_shows_its_body_and_is_replayed(browser, webhook):
    delivery = make_delivery(webhook, status="failed", response_text="<no room>", attempts=1)

    html = page(browser, "webhook-delivery", webhook.uid, delivery.uid)
    after = do(browser, "webhook-delivery-replay", webhook.uid, delivery.uid)

    assert "a.jpg" in html
    assert "&lt;no room&gt;" in html
    assert "It is tried again now." in after


def test_a_ping_says_what_was_answered(browser, webhook, receiver):
    assert "The receiver took the ping: 204" in do(browser, "webhook-ping", webhook.uid)

    receiver.status = "404 Nowhere"
    assert "The receiver answers 404 Not Found." in do(browser, "webhook-ping", webhook.uid)


def test_it_is_paused_resumed_changed_and_deleted(browser, webhook):
    assert "It is paused." in do(browser, "webhook-pause", webhook.uid)
    assert "It is active again." in do(browser, "webhook-resume", webhook.uid)
    form = {"url": "https://example.org/", "events": ["tag.corrected"], "name": "Shop"}
    browser.post(reverse("webhook-edit", args=[webhook.uid]), form)
    assert "Shop" in page(browser, "webhook-delete", webhook.uid)
    assert "was deleted" in do(browser, "webhook-delete", webhook.uid)
    assert not Webhook.objects.exists()


def test_failed_deliveries_are_replayed_together_and_a_new_secret_is_shown(browser, webhook):
    make_delivery(webhook, status="failed")

    assert "tried again: 1." in do(browser, "webhook-replay", webhook.uid)
    html = do(browser, "webhook-secret", webhook.uid)
    webhook.refresh_from_db()
    assert webhook.secret in html
