"""What nets would have said of made-up faces, as JSON of one length, and the tags of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.facet_specs import FacetSpec
from analysis.manifest import Manifest, ReadingSpec
from bench.search.traits import Trait, ages_of, normal_share

_DIGITS = np.array([list(f"{number:04}".encode()) for number in range(10_000)], np.uint8)
_WHOLE = np.array([list(f"{number:2}".encode()) for number in range(100)], np.uint8)


@dataclass(frozen=True, slots=True)
class FacetTags:
    """The tags of one facet; `scores` is None for numbers."""

    facet: str
    names: tuple[str, ...]
    """The facet's values, then "unsure"."""
    values: NDArray[np.int8]
    dominants: NDArray[np.int8]
    scores: NDArray[np.float32] | None


def draw_readings(
    random: np.random.Generator, manifest: Manifest, traits: Mapping[str, Trait]
) -> dict[str, NDArray[np.float64]]:
    """Return n × labels probabilities, or n × 1 numbers, for every reading of the manifest."""
    by_reading = {facet.reading: facet for facet in manifest.facets}
    drawn: dict[str, NDArray[np.float64]] = {}
    for spec in _specs(manifest):
        facet = by_reading.get(spec.name)
        if facet is not None and not facet.is_number:
            drawn[spec.name] = _probabilities(random, traits[facet.name], facet)
        elif facet is not None:
            drawn[spec.name] = _in_bins(random, traits[facet.name], facet)
        else:
            drawn[spec.name] = _beside(random, spec, traits)
    return drawn


def tags_of(
    manifest: Manifest,
    traits: Mapping[str, Trait],
    readings: Mapping[str, NDArray[np.float64]],
) -> list[FacetTags]:
    """Return what `Facet.derive` makes of these readings, facet by facet."""
    tags = []
    for facet in manifest.facets:
        names = tuple(value.name for value in facet.values)
        codes = traits[facet.name].codes
        if facet.is_number:
            tags.append(FacetTags(facet.name, names, codes, codes, None))
            continue
        scores = readings[facet.reading].max(axis=1).astype(np.float32)
        unsure = scores < (facet.min_score or 0.0)
        values = np.where(unsure, len(names), codes).astype(np.int8)
        tags.append(FacetTags(facet.name, (*names, "unsure"), values, codes, scores))
    return tags


def as_json(manifest: Manifest, readings: Mapping[str, NDArray[np.float64]]) -> NDArray[np.uint8]:
    """Return readings as n × width bytes of JSON: 16 digits behind the point, as floats have."""
    count = len(next(iter(readings.values())))
    parts: list[NDArray[np.uint8]] = []

    def text(words: str) -> None:
        letters = np.frombuffer(words.encode(), np.uint8)
        parts.append(np.broadcast_to(letters, (count, len(letters))))

    for index, spec in enumerate(_specs(manifest)):
        values = readings[spec.name]
        text(f'{"," if index else "{"}"{spec.name}":')
        if not spec.labels:
            parts.append(_number(values[:, 0]))
            continue
        for place, label in enumerate(spec.labels):
            text(f'{"," if place else "{"}"{label}":')
            parts.append(_share(values[:, place]))
        text("}")
    text("}")
    return np.hstack(parts)


def _specs(manifest: Manifest) -> Sequence[ReadingSpec]:
    return [reading for net in manifest.nets for reading in net.readings]


def _probabilities(
    random: np.random.Generator, trait: Trait, facet: FacetSpec
) -> NDArray[np.float64]:
    """Return n × values probabilities of which the trait's is the largest."""
    count, size = len(trait.codes), len(facet.values)
    floor = facet.min_score or 0.5
    low = 1 / size + 0.02
    sure = floor + (1 - floor) * random.beta(5, 0.8, count)
    top = np.where(trait.sure, sure, low + (floor - low) * random.random(count) * 0.999)
    rest = random.random((count, size)) ** 3 + 1e-6
    rest[np.arange(count), trait.codes] = 0
    rest *= ((1 - top) / rest.sum(axis=1))[:, None]
    even = rest.max(axis=1) >= top
    rest[even] = ((1 - top[even]) / (size - 1))[:, None]
    rest[np.arange(count), trait.codes] = top
    return rest


def _in_bins(random: np.random.Generator, trait: Trait, facet: FacetSpec) -> NDArray[np.float64]:
    """Return n × 1 numbers that lie in the trait's bins."""
    ends = [0.0, *(value.below for value in facet.values if value.below is not None), 100.0]
    low, high = np.array(ends[:-1])[trait.codes], np.array(ends[1:])[trait.codes]
    return (low + (high - low) * random.random(len(low)) * 0.9999)[:, None]


def _beside(
    random: np.random.Generator, spec: ReadingSpec, traits: Mapping[str, Trait]
) -> NDArray[np.float64]:
    """Return a reading that no facet is made of."""
    hidden = next(iter(traits.values())).hidden
    if spec.topic == "age" and "age_group" in traits:
        ages = ages_of(traits["age_group"].hidden).astype(np.float64)
        if not spec.labels:
            return ages[:, None]
        middles = np.linspace(2.5, 102.5, len(spec.labels))
        near = np.exp(-(((ages[:, None] - middles) / 7) ** 2)) + 1e-5
        return near / near.sum(axis=1, keepdims=True)
    if not spec.labels:
        return 100 * normal_share(random.standard_normal(len(hidden), np.float32))[:, None]
    weights = random.exponential(size=(len(hidden), len(spec.labels)))
    return weights / weights.sum(axis=1, keepdims=True)


def _share(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return probabilities as "0." and 16 digits."""
    whole = np.clip(values * 1e16, 0, 9_999_999_999_999_999).astype(np.int64)
    return np.hstack([_repeat("0.", len(values)), *_four_by_four(whole, 4)])


def _number(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return numbers of 0 to 99 with as many characters as `_share` has."""
    held = np.clip(values, 0, 99.99)
    whole = held.astype(np.int64)
    digits = ((held - whole) * 1e12).astype(np.int64)
    head = [_WHOLE[whole], _repeat(".", len(values))]
    return np.hstack([*head, *_four_by_four(digits, 3), _repeat("001", len(values))])


def _four_by_four(whole: NDArray[np.int64], groups: int) -> list[NDArray[np.uint8]]:
    return [_DIGITS[whole // 10_000**power % 10_000] for power in reversed(range(groups))]


def _repeat(words: str, count: int) -> NDArray[np.uint8]:
    letters = np.frombuffer(words.encode(), np.uint8)
    return np.broadcast_to(letters, (count, len(letters)))
