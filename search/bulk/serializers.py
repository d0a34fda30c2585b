"""The REST shapes of bulk jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from search.bulk.actions import Action, Unit
from search.bulk.asking import Choice, choose_by_query, choose_by_uid, read_action
from search.bulk.errors import InvalidArguments
from search.bulk.state import JobState
from search.models import BulkJob
from search.query import FaceQuery, InvalidQuery

MOST_UIDS = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks for, understood."""

    action: Action
    query: FaceQuery | None
    faces: tuple[UUID, ...]
    assets: tuple[UUID, ...]
    is_dry_run: bool
    expected: int | None

    def choose(self) -> Choice:
        """Return the faces or photos that it is about. Raises UnknownUids."""
        if self.query is not None:
            return choose_by_query(self.query, self.action.unit)
        return choose_by_uid(faces=self.faces, assets=self.assets, unit=self.action.unit)


@extend_schema_field(
    {
        "oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": True}],
        "description": "The parameters of GET faces, as a query string or an object.",
        "example": "emotion=happy&min_quality=60",
    }
)
class QueryField(serializers.Field):
    """A FaceQuery as a query string, or as an object of values and lists of values."""

    def to_internal_value(self, data: object) -> FaceQuery:
        try:
            return FaceQuery.from_params(_params(data))
        except InvalidQuery as error:
            raise serializers.ValidationError(error.errors) from error

    def to_representation(self, value: Any) -> Any:
        return value


class NewJobSerializer(serializers.Serializer):
    """What to do, and to which faces or photos: by `query`, or by `faces` and `assets`."""

    action = serializers.ChoiceField(choices=BulkJob.Action.choices)
    arguments = serializers.DictField(
        default=dict,
        help_text="`facet` and `value`, `facet`, or a `collection`'s uid; see the action.",
    )
    query = QueryField(required=False)
    faces = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_UIDS, allow_empty=False
    )
    assets = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_UIDS, allow_empty=False
    )
    dry_run = serializers.BooleanField(default=False, help_text="Only say how many there are.")
    expected = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="Do it only if as many are found, as a dry run said.",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the values; raise ValidationError with all that is wrong at once."""
        problems: dict[str, Any] = {}
        values: dict[str, Any] = {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            problems = dict(error.detail)
        if isinstance(data, Mapping):
            problems |= self._problems_of_names(data)
            if not {"action", "arguments"} & {*problems}:
                problems |= _problems_of_action(data)
        if problems:
            raise serializers.ValidationError(problems)
        return values

    def wish(self) -> Wish:
        """Return what valid data ask for."""
        values = self.validated_data
        return Wish(
            action=read_action(values["action"], values["arguments"]),
            query=values.get("query"),
            faces=tuple(values.get("faces", ())),
            assets=tuple(values.get("assets", ())),
            is_dry_run=values["dry_run"],
            expected=values.get("expected"),
        )

    def _problems_of_names(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        problems = {
            str(name): ["There is no such field."] for name in data if name not in self.fields
        }
        named = "faces" in data or "assets" in data
        if named == ("query" in data):
            said = "Give either query, or faces and assets."
            problems["query"] = [said if named else f"{said} An empty query is everything."]
        return problems


class DryRunSerializer(serializers.Serializer):
    """What a job would do."""

    title = serializers.CharField()
    chosen = serializers.CharField()
    unit = serializers.ChoiceField(choices=[unit.value for unit in Unit])
    total = serializers.IntegerField()
    can_undo = serializers.BooleanField(help_text="Whether it could be undone afterwards.")


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    pieces = serializers.IntegerField()


class JobErrorSerializer(serializers.Serializer):
    code = serializers.CharField(source="error_code")
    message = serializers.CharField(source="error_message")


class JobSerializer(serializers.Serializer):
    """A bulk job, and how far it is. All numbers are of its unit: faces, or photos."""

    uid = serializers.UUIDField(source="job.uid")
    action = serializers.ChoiceField(source="job.action", choices=BulkJob.Action.choices)
    arguments = serializers.DictField(source="job.arguments")
    title = serializers.CharField(source="job.title", help_text="The action in words.")
    chosen = serializers.CharField(source="job.chosen", help_text="What was chosen, in words.")
    query = serializers.CharField(
        source="job.query", help_text="The query string; empty for everything, and for uids."
    )
    unit = serializers.ChoiceField(choices=[unit.value for unit in Unit])
    status = serializers.ChoiceField(source="job.status", choices=BulkJob.Status.choices)
    total = serializers.IntegerField(source="job.total", help_text="Chosen when it was made.")
    done = serializers.IntegerField(source="job.done", help_text="Seen so far.")
    changed = serializers.IntegerField(source="job.changed", help_text="Of those, changed.")
    skipped = serializers.IntegerField(
        source="job.skipped", help_text="Of those, gone since, or so already."
    )
    failed = serializers.IntegerField(source="job.failed", help_text="Of those, see problems.")
    restored = serializers.IntegerField(
        source="job.restored", help_text="Of the changed ones, given back what was before."
    )
    left_alone = serializers.IntegerField(
        source="job.left_alone", help_text="Of the changed ones, changed by somebody else since."
    )
    seconds_left = serializers.IntegerField(
        allow_null=True, help_text="At its pace until now; null where nothing tells."
    )
    can_cancel = serializers.BooleanField()
    can_undo = serializers.BooleanField()
    created_by = serializers.CharField(
        source="job.created_by.username", default=None, allow_null=True
    )
    created_at = serializers.DateTimeField(source="job.created_at")
    started_at = serializers.DateTimeField(source="job.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="job.finished_at", allow_null=True)
    error = serializers.SerializerMethodField(help_text="Why it waits; it is tried again.")
    problems = ProblemSerializer(many=True, help_text="Why pieces failed. Empty in the list.")

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, state: JobState) -> dict[str, Any] | None:
        return JobErrorSerializer(state.job).data if state.job.error_code else None


def _problems_of_action(data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        read_action(str(data["action"]), data.get("arguments", {}))
    except InvalidArguments as error:
        return {"arguments": error.fields}
    return {}


def _params(data: object) -> QueryDict:
    """Return a query string, or an object, as parameters."""
    if isinstance(data, str):
        return QueryDict(data)
    if not isinstance(data, Mapping):
        raise serializers.ValidationError("Must be a query string or an object.")
    params = QueryDict(mutable=True)
    for name, value in data.items():
        values = value if isinstance(value, list) else [value]
        if any(isinstance(one, (Mapping, list, bool)) or one is None for one in values):
            raise serializers.ValidationError({str(name): ["Must be a value, or a list of them."]})
        params.setlist(str(name), [str(one) for one in values])
    return params
