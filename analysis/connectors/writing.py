"""The third phase of a run: what is said of pictures goes back where it is not what was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils import timezone

from analysis.connectors.errors import ItemFailed
from analysis.connectors.interface import System, Written
from analysis.connectors.models import ConnectorItem, ConnectorNote, ConnectorRun
from analysis.connectors.notes import note_item_failure, plan
from analysis.connectors.runs import Claim, finish_run, held
from analysis.facets import facets
from analysis.models import AnalysisRun
from analysis.photo_tags import PhotoTags, faces_with_tags, photo_tags

Action = ConnectorNote.Action

PIECE_SIZE = 100


@dataclass(slots=True)
class _Passed:
    """Pictures behind us of which nothing was to be written."""

    items: int = 0
    unready: int = 0


@dataclass(frozen=True, slots=True)
class _Due:
    """What is said of a picture now, and was not written yet."""

    tags: PhotoTags
    digest: str


def write_items(claim: Claim, system: System) -> Iterator[None]:
    """Write back what changed, from where the run stopped; then the run is finished."""
    with held(claim) as run:
        if not run.connector.writes_back:
            finish_run(run)
            return
        if not run.last_item:
            run.phase_total = _candidates(run).count()
    while piece := _next_piece(claim.run_id):
        yield from _write_piece(claim, system, piece)
    with held(claim) as run:
        finish_run(run)


def _candidates(run: ConnectorRun) -> QuerySet[ConnectorItem]:
    """Return the pictures that are here in the version that the system has."""
    items = ConnectorItem.objects.filter(connector=run.connector_id, asset__isnull=False)
    if not run.is_dry_run:
        items = items.filter(seen_by=run)
    here: QuerySet[ConnectorItem] = items.filter(tried_version=F("version"), error_code="")
    return here.order_by("pk")


def _next_piece(run_id: int) -> list[ConnectorItem]:
    run = ConnectorRun.objects.only("last_item", "connector_id", "is_dry_run").get(pk=run_id)
    left = _candidates(run).filter(pk__gt=run.last_item)
    return list(left.select_related("asset")[:PIECE_SIZE])


def _write_piece(claim: Claim, system: System, piece: Sequence[ConnectorItem]) -> Iterator[None]:
    passed = _Passed()
    for item, due in _due_of(piece, passed):
        if due is None:
            passed.items += 1
            continue
        if ConnectorRun.objects.filter(pk=claim.run_id, is_dry_run=True).exists():
            written: Written | ItemFailed | None = None
        else:
            written = _write(system, item, due)
        with held(claim) as run:
            _note(run, item, due, written)
            _pass(run, passed, upto=item)
        yield
    with held(claim) as run:
        _pass(run, passed, upto=piece[-1])
        run.phase_done = min(run.phase_done, run.phase_total)
    yield


def _due_of(
    piece: Sequence[ConnectorItem], passed: _Passed
) -> Iterator[tuple[ConnectorItem, _Due | None]]:
    ids = [item.asset_id for item in piece]
    ready, faces, known = _analyzed(ids), faces_with_tags(ids), facets()
    for item in piece:
        if item.asset_id not in ready:
            passed.unready += 1
            yield item, None
            continue
        tags = photo_tags(item.asset, faces.get(item.asset_id, []), known=known)
        digest = tags.digest()
        is_written = digest == item.written_digest or (tags.is_empty and not item.written_digest)
        yield item, None if is_written else _Due(tags, digest)


def _analyzed(asset_ids: Sequence[int]) -> frozenset[int]:
    """Return those assets whose newest analysis came to its end."""
    runs = AnalysisRun.objects.filter(asset__in=asset_ids).order_by("asset_id", "-id")
    newest = runs.distinct("asset_id").values_list("asset_id", "status")
    return frozenset(asset for asset, status in newest if status == AnalysisRun.Status.SUCCEEDED)


def _write(system: System, item: ConnectorItem, due: _Due) -> Written | ItemFailed:
    try:
        return system.write_back(item.key, version=item.version, tags=due.tags)
    except ItemFailed as error:
        system.check()
        return error


def _note(
    run: ConnectorRun, item: ConnectorItem, due: _Due, written: Written | ItemFailed | None
) -> None:
    run.phase_done += 1
    if written is None:
        run.written += 1
        if note := plan(run, Action.WRITE_BACK, item.key, count=run.written):
            note.save()
        return
    if isinstance(written, ItemFailed):
        note_item_failure(run, Action.WRITE_BACK, item.key, written)
        return
    run.written += written.is_changed
    # What we wrote is no change of theirs.
    item.version = item.tried_version = written.version
    item.written_digest, item.written_at = due.digest, timezone.now()
    item.save()


def _pass(run: ConnectorRun, passed: _Passed, *, upto: ConnectorItem) -> None:
    run.last_item = upto.pk
    run.phase_done += passed.items
    run.unready += passed.unready
    passed.items = passed.unready = 0
