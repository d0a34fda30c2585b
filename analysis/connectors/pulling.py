"""The second phase of a run: new and changed pictures come in."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.connectors.errors import ItemFailed
from analysis.connectors.interface import System
from analysis.connectors.listing import to_pull
from analysis.connectors.models import ConnectorItem, ConnectorNote, ConnectorRun
from analysis.connectors.notes import note_item_failure
from analysis.connectors.runs import Claim, held
from dam.errors import DamError
from dam.ingest import Outcome, try_ingest
from dam.models import Asset

Action = ConnectorNote.Action
Phase = ConnectorRun.Phase


def pull_items(claim: Claim, system: System) -> Iterator[None]:
    """Pull one picture after another, from where the run stopped; then the next phase has begun."""
    while item := _next_item(claim.run_id):
        outcome = _pull(system, item)
        with held(claim) as run:
            _note(run, item, outcome)
        yield
    with held(claim) as run:
        run.phase, run.last_item, run.phase_done, run.phase_total = Phase.WRITING, 0, 0, 0


def _next_item(run_id: int) -> ConnectorItem | None:
    run = ConnectorRun.objects.only("last_item").get(pk=run_id)
    return to_pull(run).filter(pk__gt=run.last_item).first()


def _pull(system: System, item: ConnectorItem) -> Outcome:
    """Bring a picture in; what is wrong with it is in the outcome. Done twice it is known."""
    try:
        with system.open(item.key, version=item.version) as picture:
            return try_ingest(
                picture.file,
                name=picture.name,
                source=Asset.Source.CONNECTOR,
                folder=picture.folder,
                sidecar=picture.sidecar,
            )
    except ItemFailed as error:
        # Where the whole system is gone, that says nothing of this picture.
        system.check()
        return Outcome(name=item.key, error=error)


def _note(run: ConnectorRun, item: ConnectorItem, outcome: Outcome) -> None:
    run.last_item = item.pk
    run.phase_done += 1
    if outcome.error is not None:
        action = Action.PULL_CHANGED if item.asset_id else Action.PULL_NEW
        note_item_failure(run, action, item.key, outcome.error)
        _keep_error(item, outcome.error)
    else:
        run.pulled += 1
        run.known += not outcome.created
        item.asset, item.tried_version = outcome.asset, item.version
        # Others may have changed what was written, or taken it away.
        item.written_digest = item.error_code = item.error_message = ""
    item.save()


def _keep_error(item: ConnectorItem, error: DamError) -> None:
    item.error_code, item.error_message = error.code, error.message
    is_about_its_bytes = not isinstance(error, ItemFailed) and error.code != "unreadable_file"
    # The same bytes are no better next time; all else may be.
    item.tried_version = item.version if is_about_its_bytes else ""
