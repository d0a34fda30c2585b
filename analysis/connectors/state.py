"""How a connector is, and how far a run is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from analysis.connectors.connectors import system_of
from analysis.connectors.errors import InvalidOptions
from analysis.connectors.interface import System
from analysis.connectors.models import Connector, ConnectorNote, ConnectorRun
from analysis.connectors.systems import SYSTEMS

Status = ConnectorRun.Status
Phase = ConnectorRun.Phase


@dataclass(frozen=True, slots=True)
class ConnectorState:
    """A connector, and what follows from its row."""

    connector: Connector
    last_run: ConnectorRun | None = None

    @property
    def kind_label(self) -> str:
        kind = SYSTEMS.get(self.connector.kind)
        return kind.label if kind else self.connector.kind

    @property
    def place(self) -> str:
        """Where the pictures are; "" where the options cannot be used any more."""
        system = self._system()
        return system.place() if system else ""

    @property
    def problem(self) -> str:
        """Why the connector cannot be used as it is, "" if it can."""
        try:
            system_of(self.connector)
        except InvalidOptions as error:
            return " ".join(text for texts in error.fields.values() for text in texts)
        return ""

    @property
    def kept_secrets(self) -> list[str]:
        """The names of the secrets that are there."""
        return sorted(name for name, text in self.connector.secrets.items() if text)

    def _system(self) -> System | None:
        try:
            return system_of(self.connector)
        except InvalidOptions:
            return None


@dataclass(frozen=True, slots=True)
class RunState:
    """A run, and what follows from its row."""

    run: ConnectorRun

    @property
    def is_working(self) -> bool:
        """Whether the numbers may change by themselves."""
        return self.run.finished_at is None

    @property
    def has_total(self) -> bool:
        return self.run.phase != Phase.LISTING and self.run.phase_total > 0

    @property
    def seconds_left(self) -> int | None:
        """How long pulling or writing takes still at its pace; None where nothing tells."""
        run = self.run
        started = run.started_at
        if (
            run.status != Status.RUNNING
            or started is None
            or not (self.has_total and run.phase_done)
        ):
            return None
        seconds = (timezone.now() - started).total_seconds()
        return round(seconds * (run.phase_total - run.phase_done) / run.phase_done)

    @property
    def shown(self) -> str:
        """What changes whenever the page of the run does."""
        run = self.run
        numbers = (run.listed, run.phase_done, run.pulled, run.written, run.failed, run.unready)
        return "-".join(map(str, (run.status, run.phase, *numbers, run.error_code or "ok")))


def find_connector(uid: UUID) -> Connector:
    """Return a connector; raises Http404."""
    connector: Connector = get_object_or_404(
        Connector.objects.select_related("created_by"), uid=uid
    )
    return connector


def find_run(uid: UUID, run_uid: UUID) -> ConnectorRun:
    """Return a run of a connector; raises Http404."""
    runs = ConnectorRun.objects.select_related("connector", "created_by")
    run: ConnectorRun = get_object_or_404(runs, connector__uid=uid, uid=run_uid)
    return run


def describe_connector(connector: Connector) -> ConnectorState:
    """Return a connector with its newest run."""
    return ConnectorState(connector, connector.runs.first())


def describe_connectors() -> list[ConnectorState]:
    """Return all connectors by name, with their newest runs."""
    connectors = list(Connector.objects.select_related("created_by"))
    runs = ConnectorRun.objects.order_by("connector_id", "-id").distinct("connector_id")
    newest = {run.connector_id: run for run in runs}
    return [ConnectorState(one, newest.get(one.pk)) for one in connectors]


def count_items(connector: Connector) -> dict[str, int]:
    """Return how many pictures a connector knows, has here, wrote to, and could not pull."""
    counts: dict[str, int] = connector.items.aggregate(
        known=Count("pk"),
        here=Count("pk", filter=Q(asset__isnull=False)),
        written=Count("pk", filter=Q(written_at__isnull=False)),
        failed=Count("pk", filter=~Q(error_code="")),
    )
    return counts


def failures_of(run: ConnectorRun) -> QuerySet[ConnectorNote]:
    """Return what a run says of pictures that failed, in their order."""
    failures: QuerySet[ConnectorNote] = run.notes.exclude(error_code="")
    return failures


def plans_of(run: ConnectorRun) -> QuerySet[ConnectorNote]:
    """Return what a dry run would do, in the order of the pictures."""
    plans: QuerySet[ConnectorNote] = run.notes.filter(error_code="")
    return plans
