"""The pages of webhooks: subscriptions, and the log of what each was told."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dam.audit import actor_of
from dam.errors import DamError
from dam.roles import Right, needs
from dam.webhooks import subscriptions
from dam.webhooks.lists import with_counts
from dam.webhooks.log import replay_all_failed, replay_one
from dam.webhooks.models import Webhook, WebhookDelivery
from dam.webhooks.pages import Form, body_of, get_delivery, get_webhook, page_of_deliveries
from dam.webhooks.pings import ping

# Where a secret is kept until the next page has shown it.
SHOWN_ONCE = "webhook_secret"


@needs(Right.ADMIN)
@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    """All subscriptions by name, with their state."""
    return render(request, "dam/webhooks/webhooks.html", {"webhooks": with_counts()})


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new subscription; a POST makes it and leads to its page."""
    form = Form()
    if request.method == "POST":
        form = Form.sent(request.POST)
        try:
            made = subscriptions.create_webhook(
                url=form.url, events=form.events, name=form.name, by=actor_of(request)
            )
        except DamError as error:
            form = Form.sent(request.POST, error.fields)
        else:
            _show_once(request, made)
            messages.success(request, f"The webhook “{made.name}” was made.")
            return redirect("webhook", uid=made.uid)
    status = 400 if form.errors else 200
    context = {"form": form, "seconds": settings.DAM_WEBHOOK_SECONDS}
    return render(request, "dam/webhooks/edit.html", context, status=status)


@needs(Right.ADMIN)
@require_GET
def webhook(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One subscription: its state, and its deliveries, those of a `status` where one is given."""
    shown = get_webhook(uid)
    status, before = request.GET.get("status", ""), request.GET.get("before", "")
    context = {
        "webhook": shown,
        "page": page_of_deliveries(shown, status=status, before=before),
        "before": before,
        "statuses": WebhookDelivery.Status.choices,
        "secret": _take_secret(request, shown),
    }
    return render(request, "dam/webhooks/webhook.html", context)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of a subscription that is there."""
    shown = get_webhook(uid)
    form = Form.of(shown)
    if request.method == "POST":
        form = Form.sent(request.POST)
        try:
            subscriptions.change_webhook(
                shown, url=form.url, events=form.events, name=form.name, by=actor_of(request)
            )
        except DamError as error:
            form = Form.sent(request.POST, error.fields)
        else:
            messages.success(request, f"The webhook “{shown.name}” was changed.")
            return redirect("webhook", uid=uid)
    status = 400 if form.errors else 200
    context = {"form": form, "webhook": shown, "seconds": settings.DAM_WEBHOOK_SECONDS}
    return render(request, "dam/webhooks/edit.html", context, status=status)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask whether a subscription is to be deleted, and delete it."""
    shown = get_webhook(uid)
    if request.method == "GET":
        return render(request, "dam/webhooks/delete.html", {"webhook": shown})
    subscriptions.delete_webhook(shown, by=actor_of(request))
    messages.success(request, f"The webhook “{shown.name}” was deleted.")
    return redirect("webhooks")


@needs(Right.ADMIN)
@require_POST
def send_ping(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send a ping, wait for the answer, and say what it was."""
    sent = ping(get_webhook(uid))
    if sent.status == WebhookDelivery.Status.DELIVERED:
        took = f"The receiver took the ping: {sent.response_status} after {sent.duration_ms} ms."
        messages.success(request, took)
    else:
        messages.error(request, f"The ping was not taken. {sent.error}")
    return redirect("webhook", uid=uid)


@needs(Right.ADMIN)
@require_POST
def pause(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send nothing to a subscription until it is resumed."""
    subscriptions.pause_webhook(get_webhook(uid), by=actor_of(request))
    messages.success(request, "It is paused. What happens from now on is sent when it is resumed.")
    return redirect("webhook", uid=uid)


@needs(Right.ADMIN)
@require_POST
def resume(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send again what waits for a subscription that was paused or dead."""
    subscriptions.resume_webhook(get_webhook(uid), by=actor_of(request))
    messages.success(request, "It is active again. What waits is sent now.")
    return redirect("webhook", uid=uid)


@needs(Right.ADMIN)
@require_POST
def secret(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Replace the secret, and show the new one once."""
    shown = get_webhook(uid)
    subscriptions.rotate_secret(shown, by=actor_of(request))
    _show_once(request, shown)
    return redirect("webhook", uid=uid)


@needs(Right.ADMIN)
@require_POST
def replay_failed(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Try all failed deliveries of a subscription again."""
    replayed = replay_all_failed(get_webhook(uid))
    messages.success(request, f"Deliveries that are tried again: {replayed}.")
    return redirect("webhook", uid=uid)


@needs(Right.ADMIN)
@require_GET
def delivery(request: HttpRequest, uid: UUID, delivery_uid: UUID) -> HttpResponse:
    """One delivery, with what it would say now and what was answered."""
    shown = get_delivery(uid, delivery_uid)
    context = {"delivery": shown, "webhook": shown.webhook, "body": body_of(shown)}
    return render(request, "dam/webhooks/delivery.html", context)


@needs(Right.ADMIN)
@require_POST
def replay(request: HttpRequest, uid: UUID, delivery_uid: UUID) -> HttpResponse:
    """Try one delivery again."""
    try:
        replay_one(get_delivery(uid, delivery_uid))
    except DamError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "It is tried again now.")
    return redirect("webhook-delivery", uid=uid, delivery_uid=delivery_uid)


def _show_once(request: HttpRequest, made: Webhook) -> None:
    # Not on the answer to the POST itself: to load that again would make another one.
    request.session[SHOWN_ONCE] = {"webhook": str(made.uid), "secret": made.secret}


def _take_secret(request: HttpRequest, shown: Webhook) -> str:
    """Return the secret that this page is to show, "" but on the first page after it was made."""
    kept = request.session.pop(SHOWN_ONCE, {})
    return kept.get("secret", "") if kept.get("webhook") == str(shown.uid) else ""
