"""What made-up faces show: values of every declared facet, with shares and ties as in life.

Each facet has a hidden number of normal distribution, a sum of causes (who it is, where it was)
and chance; its values take shares of that distribution in the order given here. So shares come out
as declared whatever the ties between facets are (a Gaussian copula).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Shares of a mixed library of families, events and the press; the order is that of the hidden
# number. Facets that are not listed get falling shares and no ties.
SHARES: Mapping[str, Mapping[str, float]] = {
    "emotion": {
        "happy": 0.42,
        "surprise": 0.04,
        "neutral": 0.36,
        "sad": 0.09,
        "fear": 0.03,
        "angry": 0.05,
        "disgust": 0.01,
    },
    "age_group": {
        "child": 0.13,
        "teen": 0.07,
        "young_adult": 0.36,
        "adult": 0.31,
        "senior": 0.13,
    },
    "gender": {"female": 0.49, "male": 0.51},
    "ethnicity": {
        "white": 0.56,
        "latino_hispanic": 0.09,
        "middle_eastern": 0.06,
        "indian": 0.07,
        "asian": 0.12,
        "black": 0.10,
    },
    "smile": {"none": 0.55, "smile": 0.45},
    "glasses": {"glasses": 0.16, "none": 0.79, "sunglasses": 0.05},
    "mask": {"none": 0.94, "incorrect": 0.01, "worn": 0.05},
    "hat": {"none": 0.88, "hat": 0.12},
    "beauty": {"under_40": 0.26, "from_40": 0.53, "from_60": 0.20, "from_80": 0.01},
}
# Cause → its weight; what is missing to 1 (of squares) is chance. A facet listed earlier is a
# cause, too.
TIES: Mapping[str, Mapping[str, float]] = {
    "age_group": {"person": 0.97},
    "gender": {"person": 1.0},
    "ethnicity": {"person": 0.92, "place": 0.39},
    "smile": {"joy": 0.5, "gender": -0.2},
    "emotion": {"smile": -0.8},
    "glasses": {"age_group": -0.35, "outdoors": 0.45},
    "mask": {"masks": 0.8, "glasses": -0.2},
    "hat": {"outdoors": 0.5, "age_group": -0.2, "gender": 0.2},
    "beauty": {"age_group": -0.4, "gender": -0.3, "person": 0.6},
}
EVENT_CAUSES = ("joy", "outdoors", "masks", "place")
# The share of faces of which a head is not sure, by facet; 0.06 for others.
UNSURE = {"emotion": 0.17, "age_group": 0.14, "ethnicity": 0.15, "gender": 0.02, "mask": 0.01}
_OTHER_UNSURE = 0.06
# The ages at the borders of age groups.
AGES = (0.0, 13.0, 20.0, 35.0, 55.0, 92.0)


@dataclass(frozen=True, slots=True)
class Trait:
    """A facet of some faces."""

    codes: NDArray[np.int8]
    """The likeliest value of each face, in the facet's order of values."""
    sure: NDArray[np.bool_]
    hidden: Floats


def shares_of(facet: str, values: tuple[str, ...]) -> dict[str, float]:
    """Return the share of each value of a facet, in the order of the hidden number."""
    declared = SHARES.get(facet, {})
    if set(declared) == set(values):
        return dict(declared)
    falling = 0.5 ** np.arange(len(values))
    return dict(zip(values, (falling / falling.sum()).tolist(), strict=True))


def draw_traits(
    random: np.random.Generator,
    facets: Mapping[str, tuple[str, ...]],
    *,
    people: Mapping[str, Floats],
    events: Mapping[str, Floats],
) -> dict[str, Trait]:
    """Return a trait for each facet. `people` and `events` have each face's causes.

    `people` has a hidden number for each facet that is tied to the person, `events` for each of
    EVENT_CAUSES.
    """
    count = len(events[EVENT_CAUSES[0]])
    order = sorted(facets, key=lambda name: [*TIES, name].index(name))
    traits: dict[str, Trait] = {}
    for name in order:
        hidden = np.zeros(count, np.float32)
        left = 1.0
        for cause, weight in TIES.get(name, {}).items():
            if cause == "person":
                source = people[name]
            elif cause in events:
                source = events[cause]
            elif cause in traits:
                source = traits[cause].hidden
            else:
                continue
            hidden += np.float32(weight) * source
            left -= weight * weight
        hidden += np.float32(math.sqrt(max(left, 0.0))) * random.standard_normal(count, np.float32)
        shares = shares_of(name, facets[name])
        ends = np.cumsum(list(shares.values()))[:-1]
        ranks = np.searchsorted(ends, normal_share(hidden), side="right")
        places = np.array([facets[name].index(value) for value in shares], np.int8)
        sure = random.random(count) >= UNSURE.get(name, _OTHER_UNSURE)
        traits[name] = Trait(places[ranks], sure, hidden)
    return traits


def ages_of(hidden: Floats) -> Floats:
    """Return years, 0 to 92, for hidden numbers of the age group."""
    ends = np.concatenate([[0.0], np.cumsum(list(SHARES["age_group"].values()))])
    return np.interp(normal_share(hidden), ends, AGES).astype(np.float32)


def normal_share(hidden: Floats) -> NDArray[np.float64]:
    """Return the share of a normal distribution below each number.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: right to 1.5e-7.
    """
    size = np.abs(hidden, dtype=np.float64) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * size)
    terms = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    series = np.zeros_like(t)
    for term in reversed(terms):
        series = (series + term) * t
    error = 1 - series * np.exp(-size * size)
    return np.where(hidden < 0, 1 - error, 1 + error) / 2
