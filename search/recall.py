"""How many of the truly nearest faces a search finds, measured on this library."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from statistics import median

import numpy as np
from django.utils import timezone

from analysis.models import Face
from search.index import current_snapshot
from search.models import RecallCheck
from search.query import FaceQuery
from search.share_filters import filters_by_share
from search.similar import find_candidates
from search.similarity.examples import Examples
from search.similarity.planning import Method, find_nearest
from search.similarity.ranking import Ranked

PROMISE = 0.99
"""Of the ten nearest faces this share is found, on average."""
SHARES = (1.0, 0.2, 0.04, 0.003)
"""Of the library, that filters keep."""
AGAIN_AFTER = timedelta(days=7)
_FEW, _MANY = 10, 100
# Half precision, summed in another order.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Figures:
    """Recall with one filter."""

    asked_share: float
    filter: str
    """In words; empty for none."""
    faces: int
    """How many faces it keeps."""
    method: str
    probes: int
    """How many searches were compared with exact ones."""
    recall_at_10: float
    recall_at_100: float
    milliseconds: float
    """A search of ten faces takes, in the middle, without reading their rows."""

    @property
    def is_exact(self) -> bool:
        return self.method == Method.EXACT

    @property
    def keeps_promise(self) -> bool:
        return self.recall_at_10 >= PROMISE


def measure_recall(*, probes: int, seconds: float | None = None) -> Iterator[Figures]:
    """Yield figures for each of SHARES for which the library's facets have a filter.

    Looks for faces like `probes` stored ones, drawn by chance, with and without the index.
    Stops drawing after that many seconds, shared by all filters, but for one face each.
    """
    random = np.random.default_rng()
    queries = dict(filters_by_share(SHARES))
    budget = None if seconds is None else seconds / max(len(queries), 1)
    for share, query in queries.items():
        faces = _draw(probes, random)
        if faces:
            yield _measure(share, query, faces, seconds=budget)


def check_recall(*, probes: int, seconds: float | None = None) -> RecallCheck | None:
    """Measure and store it; None where the library has no faces."""
    figures = list(measure_recall(probes=probes, seconds=seconds))
    return store_recall(figures) if figures else None


def store_recall(figures: Sequence[Figures]) -> RecallCheck:
    """Keep what was measured for the status page, and nothing older than it."""
    check = RecallCheck.objects.create(
        face_count=current_snapshot().count, figures=[asdict(one) for one in figures]
    )
    RecallCheck.objects.filter(pk__lt=check.pk).delete()
    return check


def newest_recall() -> tuple[RecallCheck, tuple[Figures, ...]] | None:
    """Return what was measured last."""
    check = RecallCheck.objects.first()
    return check and (check, tuple(Figures(**one) for one in check.figures))


def recall_is_due() -> bool:
    """Tell whether the last measurement is old, or of a much smaller library."""
    check = RecallCheck.objects.first()
    if check is None:
        return True
    grown = current_snapshot().count > 2 * check.face_count
    return grown or check.checked_at < timezone.now() - AGAIN_AFTER


def _measure(
    share: float, query: FaceQuery, faces: Sequence[Face], *, seconds: float | None
) -> Figures:
    few, many, times, method = [], [], [], Method.EXACT
    kept = 0
    begun = time.perf_counter()
    for face in faces:
        target = Examples(wanted=(face,)).target()
        started = time.perf_counter()
        candidates = find_candidates(query, embedding_net=face.embedding_net, leave_out=[face.pk])
        found = find_nearest(candidates, target, limit=_FEW)
        times.append((time.perf_counter() - started) * 1000)
        kept, method = max(kept, candidates.count), found.method
        more = find_nearest(candidates, target, limit=_MANY)
        truth = more
        if not (found.exact and more.exact):
            truth = find_nearest(candidates, target, limit=_MANY, exact=True)
        few.append(_share_found(found.ranked, truth.ranked, _FEW))
        many.append(_share_found(more.ranked, truth.ranked, _MANY))
        if seconds is not None and time.perf_counter() - begun > seconds:
            break
    return Figures(
        asked_share=share,
        filter=", ".join(f"{one.label}: {one.text}" for one in query.describe()),
        faces=kept,
        method=str(method),
        probes=len(few),
        recall_at_10=float(np.mean(few)),
        recall_at_100=float(np.mean(many)),
        milliseconds=median(times),
    )


def _share_found(found: Ranked, truth: Ranked, count: int) -> float:
    """Return how many of the `count` nearest were found; equally near ones stand for each other."""
    expected = truth.similarities[:count]
    if not len(expected):
        return 1.0
    good = np.count_nonzero(found.similarities[:count] >= expected[-1] - _ROUNDING)
    return min(1.0, good / len(expected))


def _draw(count: int, random: np.random.Generator) -> list[Face]:
    ids = np.concatenate(
        [segment.ids[segment.present_mask()] for segment in current_snapshot().segments]
        or [np.empty(0, np.int64)]
    )
    drawn = random.permutation(ids)[:count]
    faces = Face.objects.present().only("embedding", "embedding_net")
    return list(faces.filter(pk__in=drawn.tolist()))
