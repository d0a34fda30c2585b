"""How many of the truly nearest faces a search finds, measured on this library."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from statistics import median

import numpy as np
from django.utils import timezone

from analysis.models import Face
from search.index import current_snapshot
from search.models import RecallCheck
from search.query import FaceQuery
from search.recall.share_filters import filters_by_share
from search.similar import find_candidates
from search.similarity.candidates import Candidates
from search.similarity.examples import Examples
from search.similarity.planning import Found, Method, find_nearest
from search.similarity.ranking import Ranked, rank_above
from search.similarity.target import Target

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


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A search for the faces most like one, with a filter."""

    share: float
    query: FaceQuery
    target: Target
    candidates: Candidates
    found: Found
    more: Found
    milliseconds: float

    @property
    def is_exact(self) -> bool:
        return self.found.exact and self.more.exact


def measure_recall(*, probes: int) -> list[Figures]:
    """Return figures for each of SHARES for which the library's facets have a filter.

    Looks for faces like `probes` stored ones, drawn by chance, and compares what is found with one
    exact scan of all faces. None where there are no faces.
    """
    faces = _draw(probes, np.random.default_rng())
    queries = dict(filters_by_share(SHARES)) if faces else {}
    targets = {face.pk: Examples(wanted=(face,)).target() for face in faces}
    trials = [
        _try(share, query, face_id, target)
        for share, query in queries.items()
        for face_id, target in targets.items()
    ]
    truths = _find_truths([trial for trial in trials if not trial.is_exact])
    return [
        _figures(query, [trial for trial in trials if trial.share == share], truths)
        for share, query in queries.items()
    ]


def check_recall(*, probes: int) -> RecallCheck | None:
    """Measure and store it; None where the library has no faces."""
    figures = measure_recall(probes=probes)
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


def _try(share: float, query: FaceQuery, face_id: int, target: Target) -> _Trial:
    started = time.perf_counter()
    candidates = find_candidates(query, embedding_net=target.embedding_net, leave_out=[face_id])
    found = find_nearest(candidates, target, limit=_FEW)
    milliseconds = (time.perf_counter() - started) * 1000
    more = find_nearest(candidates, target, limit=_MANY)
    return _Trial(share, query, target, candidates, found, more, milliseconds)


def _find_truths(trials: Sequence[_Trial]) -> Mapping[Target, Ranked]:
    """Return for each target all faces that could be among the true nearest of one of its trials.

    The last of _MANY faces that a search found is no nearer than the true last one.
    """
    least: dict[Target, float] = {}
    for trial in trials:
        found = trial.more.ranked
        last = float(found.similarities[-1]) if len(found) == _MANY else -1.0
        least[trial.target] = min(last, least.get(trial.target, 1.0))
    truths: dict[Target, Ranked] = {}
    for net in {target.embedding_net for target in least}:
        targets = [target for target in least if target.embedding_net == net]
        near = rank_above(targets, [least[target] - _ROUNDING for target in targets])
        truths.update(zip(targets, near, strict=True))
    return truths


def _figures(
    query: FaceQuery, trials: Sequence[_Trial], truths: Mapping[Target, Ranked]
) -> Figures:
    few, many = [], []
    for trial in trials:
        truth = trial.more.ranked
        if not trial.is_exact:
            near = truths[trial.target]
            truth = near.choose(trial.candidates.contain(near.ids))
        few.append(_share_found(trial.found.ranked, truth, _FEW))
        many.append(_share_found(trial.more.ranked, truth, _MANY))
    return Figures(
        asked_share=trials[0].share,
        filter=", ".join(f"{one.label}: {one.text}" for one in query.describe()),
        faces=max(trial.candidates.count for trial in trials),
        method=str(trials[0].found.method),
        probes=len(trials),
        recall_at_10=float(np.mean(few)),
        recall_at_100=float(np.mean(many)),
        milliseconds=median(trial.milliseconds for trial in trials),
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
