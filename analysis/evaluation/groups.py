"""Figures of a reading by gender, age group, ethnicity, and all of them at once. Numpy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analysis.evaluation import figures
from analysis.evaluation.figures import Estimate, Values

DIMENSIONS = ("gender", "age_group", "ethnicity")
# Of fewer faces a figure says next to nothing.
FEW = 10


@dataclass(frozen=True, slots=True)
class Group:
    """The faces of one group: `values` has one value for each dimension of its grouping."""

    values: tuple[str, ...]
    n: int
    few: bool
    """Fewer than FEW faces: the figures are to be read as anecdotes."""
    accuracy: Estimate | None = None
    """Of a reading of probabilities."""
    mae: Estimate | None = None
    """Of a reading that is a number, as `bias`."""
    bias: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """All groups that occur along one or more dimensions, and how many faces have no such label."""

    by: tuple[str, ...]
    groups: tuple[Group, ...]
    unlabelled: int


def group_faces(
    members: Sequence[Mapping[str, str]],
    *,
    order: Mapping[str, Sequence[str]],
    right: NDArray[np.bool_] | None = None,
    errors: Values | None = None,
) -> tuple[Grouping, ...]:
    """Return the figures by each dimension, then by all that have labels, if those are several.

    `members` has what is known of each face by dimension; `order` the values of a dimension in the
    order of the tables. Exactly one of `right` and `errors` (said less true) is given, one for each
    face.
    """
    known = [name for name in DIMENSIONS if any(name in member for member in members)]
    crosses: list[tuple[str, ...]] = [(name,) for name in DIMENSIONS]
    if len(known) > 1:
        crosses.append(tuple(known))
    return tuple(_group_by(by, members, order=order, right=right, errors=errors) for by in crosses)


def _group_by(
    by: tuple[str, ...],
    members: Sequence[Mapping[str, str]],
    *,
    order: Mapping[str, Sequence[str]],
    right: NDArray[np.bool_] | None,
    errors: Values | None,
) -> Grouping:
    places: dict[tuple[str, ...], list[int]] = {}
    unlabelled = 0
    for place, member in enumerate(members):
        if all(name in member for name in by):
            places.setdefault(tuple(member[name] for name in by), []).append(place)
        else:
            unlabelled += 1
    values = [_in_order(name, [key[i] for key in places], order) for i, name in enumerate(by)]
    groups = [
        _measure(key, places[key], right=right, errors=errors)
        for key in product(*values)
        if key in places
    ]
    return Grouping(by, tuple(groups), unlabelled)


def _in_order(name: str, found: Sequence[str], order: Mapping[str, Sequence[str]]) -> list[str]:
    listed = [value for value in order.get(name, ()) if value in found]
    return listed + sorted(set(found) - set(listed))


def _measure(
    key: tuple[str, ...],
    places: Sequence[int],
    *,
    right: NDArray[np.bool_] | None,
    errors: Values | None,
) -> Group:
    n = len(places)
    rows = np.array(places, np.intp)
    if right is not None:
        hits = int(right[rows].sum())
        return Group(key, n, n < FEW, accuracy=figures.share(hits, n))
    if errors is None:
        raise ValueError("a group needs either right or errors")
    off = errors[rows]
    return Group(key, n, n < FEW, mae=figures.mean(np.abs(off)), bias=figures.mean(off))
