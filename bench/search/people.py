"""Embeddings of made-up people, spread as those of real ones are.

An embedding is the mean of all, plus what the face's tags do to it, plus who it is, plus what
changes between pictures of one person, plus noise; then scaled to unit length. `fit_people.py` took
these parts from labelled faces and keeps them in people.npz.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
FILE = Path(__file__).with_name("people.npz")
DIMENSIONS = 1024
# How pictures of a person differ in their distance to it: the spread of the logarithm.
_UNEVEN = 0.4


@dataclass(frozen=True, slots=True)
class People:
    """The statistics of real embeddings, as float32."""

    mean: Floats
    offsets: dict[str, Floats]
    """What "facet=value" adds to an embedding: 1024 each."""
    between: Floats
    """k × 1024: axes in which people differ, each as long as its standard deviation."""
    within: Floats
    """The same for pictures of one person."""
    noise: float
    """The standard deviation of each dimension's own noise."""
    landmarks: Floats
    """Shapes of real faces: 105 points and both pupils in widths and heights of the box."""
    same: Floats
    """Percentiles (PERCENTILES) of the cosines of two real pictures of one person."""
    other: Floats
    """The same of two people."""


PERCENTILES = (1, 5, 25, 50, 75, 95, 99, 99.9)


def load_people(path: Path = FILE) -> People:
    """Read what `fit_people.py` wrote."""
    with np.load(path) as kept:
        names = kept["offset_names"].tolist()
        offsets = kept["offsets"].astype(np.float32)
        return People(
            mean=kept["mean"].astype(np.float32),
            offsets=dict(zip(names, offsets, strict=True)),
            between=kept["between"].astype(np.float32),
            within=kept["within"].astype(np.float32),
            noise=float(kept["noise"]),
            landmarks=kept["landmarks"].astype(np.float32),
            same=kept["same"],
            other=kept["other"],
        )


def draw_embeddings(
    random: np.random.Generator,
    people: People,
    *,
    who: Floats,
    tags: Mapping[str, tuple[tuple[str, ...], NDArray[np.int8]]],
) -> Floats:
    """Return n × 1024 embeddings of unit length.

    `who` is n × k, each face's person's place on the axes in which people differ; `tags` has the
    values of each facet and each face's, as a number.
    """
    count = len(who)
    drawn = random.standard_normal((count, DIMENSIONS), np.float32)
    drawn *= np.float32(people.noise)
    drawn += people.mean
    for facet, (values, codes) in tags.items():
        known = [people.offsets.get(f"{facet}={value}") for value in values]
        if any(offset is not None for offset in known):
            none = np.zeros(DIMENSIONS, np.float32)
            drawn += np.stack([none if offset is None else offset for offset in known])[codes]
    drawn += who.astype(np.float32) @ people.between
    apart = random.standard_normal((count, len(people.within)), np.float32)
    # Some pictures are much like the others of a person, some hardly.
    apart *= random.lognormal(-(_UNEVEN**2), _UNEVEN, (count, 1)).astype(np.float32)
    drawn += apart @ people.within
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn
