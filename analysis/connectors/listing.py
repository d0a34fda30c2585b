"""The first phase of a run: what is there, and which of it is new or changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import F, QuerySet

from analysis.connectors.errors import ItemFailed, SystemRefused
from analysis.connectors.interface import Found, System
from analysis.connectors.models import ConnectorItem, ConnectorNote, ConnectorRun
from analysis.connectors.notes import note_item_failure, plan
from analysis.connectors.runs import Claim, held

Action = ConnectorNote.Action
Phase = ConnectorRun.Phase

# An index holds keys, and no row of one may be longer than a third of a page.
MOST_KEY_BYTES = 2000


def list_items(claim: Claim, system: System, *, cursor: str) -> Iterator[None]:
    """Note page after page, from where the run stopped; then the next phase has begun."""
    try:
        for page in system.list_pages(cursor):
            with held(claim) as run:
                _note_page(run, page.items)
                run.cursor = page.cursor
            yield
    except ItemFailed as error:
        raise SystemRefused(f"The list cannot be had: {error.message}") from error
    with held(claim) as run:
        run.phase = Phase.WRITING if run.is_dry_run else Phase.PULLING
        run.last_item = run.phase_done = 0
        run.phase_total = 0 if run.is_dry_run else to_pull(run).count()


def to_pull(run: ConnectorRun) -> QuerySet[ConnectorItem]:
    """Return what a run saw and has not pulled in that version."""
    found: QuerySet[ConnectorItem] = ConnectorItem.objects.filter(seen_by=run)
    return found.exclude(tried_version=F("version")).order_by("pk")


def _note_page(run: ConnectorRun, items: Sequence[Found]) -> None:
    found = {item.key: item for item in items}
    run.listed += len(found)
    for item in list(found.values()):
        if not _can_be_stored(item.key):
            note_item_failure(run, Action.PULL_NEW, item.key, _unstorable())
            del found[item.key]
    stored = ConnectorItem.objects.filter(connector=run.connector, key__in=list(found))
    known = {item.key: item for item in stored}
    if not run.is_scheduled:
        for row in known.values():
            if row.error_code:
                # Somebody may have mended what kept it out, such as a limit of size.
                row.tried_version = ""
    notes = [_count(run, item, known.get(item.key)) for item in found.values()]
    ConnectorNote.objects.bulk_create([note for note in notes if note is not None])
    if not run.is_dry_run:
        _remember(run, found.values(), known)


def _count(run: ConnectorRun, item: Found, known: ConnectorItem | None) -> ConnectorNote | None:
    """Count a picture as new, changed or unchanged; return what a dry run says of it."""
    if known is None or not (known.asset_id or known.tried_version):
        run.new += 1
        return plan(run, Action.PULL_NEW, item.label or item.key, count=run.new)
    if known.seen_by_id == run.pk:
        # The list moved on meanwhile, so it was listed twice.
        run.listed -= 1
    elif known.tried_version != item.version:
        run.changed += 1
        return plan(run, Action.PULL_CHANGED, item.label or item.key, count=run.changed)
    else:
        run.unchanged += 1
    return None


def _remember(run: ConnectorRun, found: Iterable[Found], known: dict[str, ConnectorItem]) -> None:
    new, old = [], []
    for item in found:
        row = known.get(item.key)
        if row is None:
            new.append(
                ConnectorItem(
                    connector=run.connector, key=item.key, version=item.version, seen_by=run
                )
            )
            continue
        row.version, row.seen_by = item.version, run
        old.append(row)
    ConnectorItem.objects.bulk_create(new)
    ConnectorItem.objects.bulk_update(old, ["version", "seen_by", "tried_version"])


def _can_be_stored(key: str) -> bool:
    try:
        return 0 < len(key.encode()) <= MOST_KEY_BYTES and "\0" not in key
    except UnicodeEncodeError:
        return False


def _unstorable() -> ItemFailed:
    return ItemFailed("Its name is too long, or no text.", code="bad_name")
