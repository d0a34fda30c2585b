"""The REST shapes of connectors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from analysis.connectors.connectors import MOST_MINUTES
from analysis.connectors.models import ConnectorNote, ConnectorRun
from analysis.connectors.systems import SYSTEMS
from dam.names import MOST_LETTERS

KINDS = [(kind, system.label) for kind, system in SYSTEMS.items()]


class FieldSerializer(serializers.Serializer):
    """One of the options of a kind."""

    name = serializers.CharField()
    label = serializers.CharField()
    help = serializers.CharField()
    default = serializers.CharField()
    is_required = serializers.BooleanField()
    is_secret = serializers.BooleanField(help_text="It is never shown again.")


class KindSerializer(serializers.Serializer):
    """A kind of system."""

    kind = serializers.ChoiceField(choices=KINDS)
    label = serializers.CharField()
    about = serializers.CharField()
    options = FieldSerializer(source="fields", many=True)


@extend_schema_serializer(component_name="ConnectorRunError")
class RunErrorSerializer(serializers.Serializer):
    """Why a run does not go on at the moment, or failed."""

    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error_message")


@extend_schema_serializer(component_name="ConnectorRun")
class RunSerializer(serializers.Serializer):
    """A pass over the pictures of a connector."""

    uid = serializers.UUIDField()
    is_dry_run = serializers.BooleanField(help_text="It only tells what it would do.")
    is_scheduled = serializers.BooleanField(help_text="The clock began it.")
    status = serializers.ChoiceField(choices=ConnectorRun.Status.choices)
    phase = serializers.ChoiceField(choices=ConnectorRun.Phase.choices)
    phase_total = serializers.IntegerField(
        help_text="Pictures of the phase; 0 while listing, when nobody knows."
    )
    phase_done = serializers.IntegerField(help_text="Of those, behind us.")
    listed = serializers.IntegerField(help_text="Pictures that the system has.")
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    pulled = serializers.IntegerField(help_text="Of the new and changed ones, those that came in.")
    known = serializers.IntegerField(help_text="Of the pulled ones, those that were here before.")
    written = serializers.IntegerField(help_text="Pictures whose tags were written back.")
    unready = serializers.IntegerField(
        help_text="Pictures whose analysis is not over; a later run writes their tags."
    )
    failed = serializers.IntegerField(help_text="See notes.")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.SerializerMethodField(help_text="While it is not finished, it goes on.")

    @extend_schema_field(RunErrorSerializer(allow_null=True))
    def get_error(self, run: ConnectorRun) -> dict[str, Any] | None:
        return RunErrorSerializer(run).data if run.error_code else None


class ConnectorSerializer(serializers.Serializer):
    """A connector. Secrets are never in it."""

    uid = serializers.UUIDField(source="connector.uid")
    name = serializers.CharField(source="connector.name")
    kind = serializers.ChoiceField(source="connector.kind", choices=KINDS)
    place = serializers.CharField(help_text="Where the pictures are; empty: see problem.")
    problem = serializers.CharField(help_text="Why it cannot be used as it is; empty if it can.")
    options = serializers.DictField(source="connector.options", child=serializers.CharField())
    kept_secrets = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the secret options that are set."
    )
    is_enabled = serializers.BooleanField(source="connector.is_enabled")
    writes_back = serializers.BooleanField(source="connector.writes_back")
    interval_minutes = serializers.IntegerField(source="connector.interval_minutes")
    created_by = serializers.CharField(
        source="connector.created_by.username", default=None, allow_null=True
    )
    created_at = serializers.DateTimeField(source="connector.created_at")
    last_run = RunSerializer(allow_null=True)


class ConnectorChangeSerializer(serializers.Serializer):
    """What is to be changed; what is left out stays, and so does a secret that is blank."""

    name = serializers.CharField(required=False, help_text=f"1 to {MOST_LETTERS} letters.")
    options = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        help_text="Those of its kind: `GET connectors/kinds`.",
    )
    is_enabled = serializers.BooleanField(required=False)
    writes_back = serializers.BooleanField(
        required=False, help_text="false: pictures are pulled only."
    )
    interval_minutes = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
        help_text="Between the beginnings of two runs; 0: only when somebody starts one.",
    )


class NewConnectorSerializer(ConnectorChangeSerializer):
    """A connector to make. It does nothing before it is started, or has an interval."""

    name = serializers.CharField(help_text=f"1 to {MOST_LETTERS} letters.")
    kind = serializers.ChoiceField(choices=KINDS)
    options = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        help_text="Those of the kind: `GET connectors/kinds`.",
    )


class NewRunSerializer(serializers.Serializer):
    """A run to start."""

    dry_run = serializers.BooleanField(default=False, help_text="Only tell what it would do.")


class NoteSerializer(serializers.Serializer):
    """What a run says of one picture."""

    action = serializers.ChoiceField(choices=ConnectorNote.Action.choices)
    key = serializers.CharField(help_text="What the system calls the picture.")
    error_code = serializers.CharField(help_text="Empty: what a dry run would do.")
    error_message = serializers.CharField()
