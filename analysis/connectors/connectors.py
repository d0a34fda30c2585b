"""The one writer of Connector: makes, changes and deletes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from analysis.connectors.errors import InvalidOptions, RunInProgress
from analysis.connectors.interface import System
from analysis.connectors.models import Connector
from analysis.connectors.options import Options, read_options, system_class
from dam.audit import Actor, record
from dam.models import AuditEntry
from dam.names import NameTaken, name_key, read_name

# A year.
MOST_MINUTES = 525_600
_FLAGS = ("is_enabled", "writes_back", "interval_minutes")


def create_connector(
    *, name: str, kind: str, options: Mapping[str, Any], by: Actor, **flags: Any
) -> Connector:
    """Store a connector; it does nothing by itself. Raises InvalidName, NameTaken, InvalidOptions.

    `flags` are is_enabled, writes_back and interval_minutes, 0 to MOST_MINUTES.
    """
    read = read_options(kind, options)
    connector = Connector(
        kind=kind, options=dict(read.shown), secrets=dict(read.secrets), created_by=by.user
    )
    _rename(connector, name)
    _set_flags(connector, flags)
    _store(connector, f"added the connector “{connector.name}”", by=by)
    return connector


def change_connector(
    connector: Connector,
    *,
    by: Actor,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
    **flags: Any,
) -> Connector:
    """Change what is given of a connector; a secret that is left blank stays.

    What was written back is forgotten where the options change. Raises as `create_connector`
    does, and RunInProgress where options change during a run.
    """
    with transaction.atomic():
        connector = Connector.objects.select_for_update().get(pk=connector.pk)
        if name is not None:
            _rename(connector, name)
        if options is not None:
            _change_options(connector, options)
        _set_flags(connector, flags)
        _store(connector, f"changed the connector “{connector.name}”", by=by)
    return connector


def delete_connector(connector: Connector, *, by: Actor) -> None:
    """Delete a connector with what it remembers; pictures and what was written back stay."""
    with transaction.atomic():
        record(AuditEntry.Kind.CONNECTOR, f"deleted the connector “{connector.name}”", by=by)
        connector.delete()


def system_of(connector: Connector) -> System:
    """Return the system that a connector leads to. Raises InvalidOptions."""
    return system_class(connector.kind)({**connector.options, **connector.secrets})


def _change_options(connector: Connector, given: Mapping[str, Any]) -> None:
    kept = Options(connector.options, connector.secrets)
    read = read_options(connector.kind, given, kept=kept)
    if (dict(read.shown), dict(read.secrets)) == (connector.options, connector.secrets):
        return
    if connector.runs.filter(finished_at=None).exists():
        raise RunInProgress
    connector.options, connector.secrets = dict(read.shown), dict(read.secrets)
    connector.items.update(tried_version="", written_digest="")


def _rename(connector: Connector, name: str) -> None:
    connector.name = read_name(name)
    connector.name_key = name_key(connector.name)


def _set_flags(connector: Connector, flags: Mapping[str, Any]) -> None:
    for name in _FLAGS:
        if name in flags:
            setattr(connector, name, flags[name])
    if not 0 <= connector.interval_minutes <= MOST_MINUTES:
        raise InvalidOptions({"interval_minutes": [f"Must be from 0 to {MOST_MINUTES}."]})


def _store(connector: Connector, deed: str, *, by: Actor) -> None:
    try:
        with transaction.atomic():
            connector.save()
            record(AuditEntry.Kind.CONNECTOR, deed, by=by)
    except IntegrityError as error:
        raise NameTaken(connector.name) from error
