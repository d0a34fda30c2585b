"""Folds for cross-validation in which what belongs together stays together. No Django."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.custom_tags.logistic import Marks, Vectors

# Two pictures of one person in LFW are that alike in one pair of six; two crops of one photo,
# or the same photo in two sizes, nearly always.
NEARLY_IDENTICAL_COSINE = 0.85
MOST_FOLDS = 5


def group_examples(embeddings: Vectors, photos: Sequence[Hashable]) -> NDArray[np.intp]:
    """Return a group for each example: those of one photo, or nearly identical, share one.

    Embeddings have unit length. Groups are numbered from 0 in the order of their first example.
    """
    root = np.arange(len(photos))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = int(root[index])
        return index

    firsts: dict[Hashable, int] = {}
    for index, photo in enumerate(photos):
        alike = np.flatnonzero(embeddings[:index] @ embeddings[index] >= NEARLY_IDENTICAL_COSINE)
        for other in (firsts.setdefault(photo, index), *alike.tolist()):
            first, second = sorted((find(index), find(other)))
            root[second] = first
    _, groups = np.unique([find(index) for index in range(len(photos))], return_inverse=True)
    return groups


def count_groups(groups: NDArray[np.intp], marks: Marks) -> tuple[int, int]:
    """Return how many groups have a yes, and how many have a no."""
    return len(np.unique(groups[marks])), len(np.unique(groups[~marks]))


def assign_folds(groups: NDArray[np.intp], marks: Marks) -> NDArray[np.intp]:
    """Return the fold of each example: at most MOST_FOLDS, whole groups, yes and no spread evenly.

    The largest groups are placed first, each in the fold that lacks most of its kind, so the
    same examples always give the same folds.
    """
    number = min(MOST_FOLDS, *count_groups(groups, marks))
    members = np.stack(
        [np.bincount(groups, weights=marks), np.bincount(groups, weights=~marks)], axis=1
    )
    share = members / members.sum(axis=0)
    filled = np.zeros((number, 2))
    folds = np.zeros(len(share), np.intp)
    for group in np.argsort(-share.max(axis=1), kind="stable"):
        after = filled + share[group]
        # What unevenness a fold would add: only the kinds that the group has count.
        cost = (after**2 - filled**2).sum(axis=1)
        fold = int(np.argmin(cost))
        filled[fold] = after[fold]
        folds[group] = fold
    return folds[groups]
