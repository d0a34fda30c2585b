"""What a run says of single pictures, as it can be shown."""

from __future__ import annotations

from analysis.connectors.models import ConnectorNote, ConnectorRun
from dam.errors import DamError

# Of each kind; the numbers of the run count all.
MOST_NOTES = 1000
_MOST_LETTERS = 1000


def shown_key(key: str) -> str:
    """Return a key as a database stores it: names of files may hold bytes that are no text."""
    text = key.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    return text[:_MOST_LETTERS]


def plan(
    run: ConnectorRun, action: ConnectorNote.Action, key: str, *, count: int
) -> ConnectorNote | None:
    """Return what a dry run would do, the `count`th of its kind; None where enough are listed."""
    if not run.is_dry_run or count > MOST_NOTES:
        return None
    return ConnectorNote(run=run, action=action, key=shown_key(key))


def note_item_failure(
    run: ConnectorRun, action: ConnectorNote.Action, key: str, error: DamError
) -> None:
    """Count a failure and say why."""
    run.failed += 1
    if run.failed <= MOST_NOTES:
        ConnectorNote.objects.create(
            run=run,
            action=action,
            key=shown_key(key),
            error_code=error.code,
            error_message=error.message,
        )
