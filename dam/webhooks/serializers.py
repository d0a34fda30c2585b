"""The REST shapes of webhooks."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dam.names import MOST_LETTERS
from dam.webhooks.bodies import write_body
from dam.webhooks.events import SUBSCRIBABLE_CHOICES, Event
from dam.webhooks.models import Webhook, WebhookDelivery


class WebhookSerializer(serializers.Serializer):
    """A subscription. `created_by` is null where a program made it, or the person is gone."""

    uid = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=SUBSCRIBABLE_CHOICES))
    status = serializers.ChoiceField(
        choices=Webhook.Status.choices,
        help_text="Dead after a day of failures. What happens is kept while it is not active.",
    )
    waiting_count = serializers.IntegerField(help_text="Deliveries that are to be tried (again).")
    failed_count = serializers.IntegerField(help_text="Deliveries that are tried no more.")
    failures = serializers.IntegerField(help_text="Attempts that failed since one succeeded.")
    failing_since = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()
    last_failure_at = serializers.DateTimeField(allow_null=True)
    last_success_at = serializers.DateTimeField(allow_null=True)
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)
    created_at = serializers.DateTimeField()
    deliveries_url = serializers.HyperlinkedIdentityField(
        "api:webhook-deliveries", lookup_field="uid", help_text="Its deliveries, the newest first."
    )


class MadeWebhookSerializer(WebhookSerializer):
    """A new subscription with its secret, which is never shown again."""

    secret = serializers.CharField()


class SecretSerializer(serializers.Serializer):
    """A new secret, which is never shown again."""

    secret = serializers.CharField()
    old_secret_until = serializers.DateTimeField(
        help_text="Until then everything is signed with the old secret, too."
    )


class NewWebhookSerializer(serializers.Serializer):
    """A subscription to make."""

    url = serializers.CharField(help_text="Where to send events: http or https.")
    events = serializers.ListField(child=serializers.ChoiceField(choices=SUBSCRIBABLE_CHOICES))
    name = serializers.CharField(
        default="",
        allow_blank=True,
        help_text=f"1 to {MOST_LETTERS} letters; the host where it is left out.",
    )


class WebhookChangeSerializer(serializers.Serializer):
    """What is to be changed; what is left out stays."""

    url = serializers.CharField(required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=SUBSCRIBABLE_CHOICES), required=False
    )
    name = serializers.CharField(required=False)
    active = serializers.BooleanField(
        required=False, help_text="`false` pauses it; `true` resumes it, also when it is dead."
    )


class DeliverySerializer(serializers.Serializer):
    """One event for one subscription, and what became of the last attempt to tell it."""

    uid = serializers.UUIDField(help_text="As in `Facet-Delivery`; the same for all attempts.")
    event = serializers.ChoiceField(choices=Event.choices)
    status = serializers.ChoiceField(choices=WebhookDelivery.Status.choices)
    created_at = serializers.DateTimeField(help_text="When it happened.")
    attempts = serializers.IntegerField()
    attempted_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    response_status = serializers.IntegerField(
        allow_null=True, help_text="null: there was no answer."
    )
    response_text = serializers.CharField(help_text="The beginning of what was answered.")
    duration_ms = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()


class DeliveryDetailSerializer(DeliverySerializer):
    """A delivery with what it would say now."""

    body = serializers.SerializerMethodField(
        help_text="As it would be sent now; null: what it was to tell of is gone."
    )

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_body(self, delivery: WebhookDelivery) -> dict[str, Any] | None:
        body = write_body(delivery)
        return json.loads(body) if body is not None else None


class DeliveryParams(serializers.Serializer):
    """What may be asked of a list of deliveries."""

    status = serializers.ChoiceField(
        choices=WebhookDelivery.Status.choices, required=False, help_text="Only those."
    )


class ReplayedSerializer(serializers.Serializer):
    """How many deliveries are tried again."""

    replayed = serializers.IntegerField()
