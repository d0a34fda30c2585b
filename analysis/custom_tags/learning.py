"""From examples to a calibrated head with cross-validated figures. No Django.

Examples are few and embeddings long, so the library helps twice: it spans the space (see there),
and its faces of which nobody said anything stand in for the value that most faces have. A few
wrong ones among them do little harm, as they weigh little.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.custom_tags.figures import Rate, area_under_curve, balanced_accuracy
from analysis.custom_tags.folds import (
    NEARLY_IDENTICAL_COSINE,
    assign_folds,
    count_groups,
    group_examples,
)
from analysis.custom_tags.logistic import (
    Head,
    Marks,
    Vectors,
    balanced_weights,
    fit_calibration,
    fit_head,
    log_losses,
    probability,
)
from analysis.custom_tags.space import Space, span_space

# A change of anything that heads depend on: then the same examples make another version.
METHOD = 1
# The first is best as a rule: another one has to be better by more than chance.
PENALTIES = (2e-4, 2e-3, 2e-2)
MOST_STAND_INS = 1500
# Faces stand in for yes only where clearly most have it: a head of few examples is often wrong, and
# no does less harm to a tag that half of them have than yes to a rare one.
MOST_FACES = 0.7
# All stand-ins together weigh as many examples as this beside 0 examples, and less beside many.
STAND_INS_WEIGH = 25.0


class AllAlike(Exception):
    """All examples of a value, which is the message, are of one group: nothing can be held out."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A head whose logistic is the probability of yes where half of the faces are, and figures."""

    head: Head
    balanced_accuracy: Rate
    auc: Rate


@dataclass(frozen=True, slots=True)
class _StandIns:
    """Coordinates of faces that nobody marked, and the value that they stand in for."""

    places: Vectors
    value: bool


def learn(
    embeddings: Vectors, marks: Marks, *, photos: Sequence[Hashable], library: Vectors
) -> Learned:
    """Learn n × d embeddings of examples; `library` are m × d of faces that are not marked.

    The figures are of examples held out in turn; those of one photo, or nearly identical, are held
    out together. The same arguments give the same result. Raises AllAlike.
    """
    groups = group_examples(embeddings, photos)
    counts = count_groups(groups, marks)
    for count, value in zip(counts, ("yes", "no"), strict=True):
        if count < 2:
            raise AllAlike(value)
    space = span_space(np.concatenate([embeddings, library]))
    places = space.place(embeddings)
    stand_ins = _choose_stand_ins(embeddings, marks, library, space)
    folds = assign_folds(groups, marks)
    tried = [_score_held_out(places, marks, folds, stand_ins, penalty) for penalty in PENALTIES]
    best = _choose_penalty(tried, marks)
    penalty, scores = PENALTIES[best], tried[best]
    calibration = fit_calibration(scores, marks)
    head = _fit(places, marks, stand_ins, penalty)
    calibrated = calibration.score(scores[:, None])
    return Learned(
        head=space.lift(head).rescaled(
            slope=float(calibration.weights[0]), offset=calibration.offset
        ),
        balanced_accuracy=balanced_accuracy(calibrated, marks, groups=counts),
        auc=area_under_curve(calibrated, marks, groups=counts),
    )


def _choose_stand_ins(
    embeddings: Vectors, marks: Marks, library: Vectors, space: Space
) -> _StandIns:
    """Return faces of the library that resemble no example, for the value that most faces have."""
    step = max(1, -(-len(library) // MOST_STAND_INS))
    some = library[::step]
    alike = (some @ embeddings.T).max(axis=1, initial=-1.0) >= NEARLY_IDENTICAL_COSINE
    places = space.place(some[~alike])
    none = _StandIns(places[:0], value=False)
    first = _fit(space.place(embeddings), marks, none, PENALTIES[0])
    said_yes = int((first.score(places) > 0).sum())
    return _StandIns(places, value=said_yes > MOST_FACES * len(places))


def _score_held_out(
    places: Vectors, marks: Marks, folds: NDArray[np.intp], stand_ins: _StandIns, penalty: float
) -> Vectors:
    """Return the score of each example by a head that was fitted without its fold."""
    scores = np.zeros(len(marks))
    for fold in range(int(folds.max()) + 1):
        held_out = folds == fold
        head = _fit(places[~held_out], marks[~held_out], stand_ins, penalty)
        scores[held_out] = head.score(places[held_out])
    return scores


def _fit(places: Vectors, marks: Marks, stand_ins: _StandIns, penalty: float) -> Head:
    weights = balanced_weights(marks)
    count = len(stand_ins.places)
    if count:
        marked = int((marks == stand_ins.value).sum())
        # None weighs more than a tenth of an example, however small the library is.
        each = 0.5 * min(STAND_INS_WEIGH / (STAND_INS_WEIGH + marked) / count, 0.1 / marked)
        weights = np.concatenate([weights, np.full(count, each)])
    return fit_head(
        np.concatenate([places, stand_ins.places]),
        np.concatenate([marks, np.full(count, stand_ins.value)]).astype(np.float64),
        weights=weights,
        penalty=penalty,
    )


def _choose_penalty(tried: Sequence[Vectors], marks: Marks) -> int:
    """Return the index of the held-out scores that lose least, or 0 if that may be chance.

    It may be where the mean difference of the examples' losses is under its standard error.
    """
    first, *others = [
        log_losses(probability(fit_calibration(scores, marks).score(scores[:, None])), marks)
        for scores in tried
    ]
    best, least = 0, 0.0
    for index, losses in enumerate(others, start=1):
        gains = first - losses
        sure = float(gains.mean() - gains.std() / np.sqrt(len(gains)))
        if sure > least:
            best, least = index, sure
    return best
