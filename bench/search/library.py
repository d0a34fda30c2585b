"""A made-up library: who is in which photo, where and when, and what each face shows.

Everything comes from a seed, and each block of photos from the seed and its number, so that the
same library can be made again, whole or in part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.manifest import Manifest
from bench.search.people import People, draw_embeddings
from bench.search.readings import FacetTags, draw_readings, tags_of
from bench.search.traits import EVENT_CAUSES, draw_traits

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

FACES_A_PHOTO = 2.2
MOST_FACES = 60
# Of a person's pictures: P(n) falls as n to this power, which gives half of all people one or two
# and a few thousands.
_CLUSTER_POWER = 1.9
_LARGEST_CLUSTER = 5000
# A library's largest person has at most this share of its faces.
_LARGEST_SHARE = 0.01
_PHOTOS_AN_EVENT = 25
_FACES_TOGETHER = 6
_FIRST_DAY = 1_577_836_800  # 2020-01-01
_SECONDS = 6 * 365 * 86_400
PHOTOS_A_BLOCK = 5_000
EMPTY_PHOTOS = 0.12
# People know the names of those who are in this share of the pictures of the most frequent one.
_KNOWN_SIZE = 0.08
_FIRST_NAMES = ("Anna", "Ben", "Chloé", "David", "Emre", "Fatima", "Grace", "Hugo", "Ines", "Jun")
_LAST_NAMES = ("Adams", "Brandt", "Costa", "Diallo", "Evans", "Fischer", "García", "Haddad", "Ito")


@dataclass(frozen=True, slots=True)
class Photos:
    """Some photos, in the order in which they came in. Arrays of one length."""

    numbers: Integers
    """From 0, over the whole library."""
    faces: Integers
    events: Integers
    stored: Integers
    """Seconds since 1970."""
    widths: Integers
    heights: Integers


@dataclass(frozen=True, slots=True)
class Faces:
    """All faces of some photos, photo by photo, the largest first. Arrays of one length."""

    numbers: Integers
    photos: Integers
    positions: Integers
    people: Integers
    boxes: Floats
    """n × 4: left, top, width, height in pixels."""
    scores: Floats
    landmarks: Floats
    """n × 210, in pixels."""
    pupils: Floats
    """n × 6: x, y and radius of both, in pixels."""
    poses: Floats
    """n × 3: yaw, pitch, roll in degrees."""
    qualities: Floats
    """n × 8, 0 to 100: the score, then its parts in the order of `Quality`."""
    readings: dict[str, NDArray[np.float64]]
    tags: list[FacetTags]
    embeddings: Floats


@dataclass(frozen=True, slots=True)
class Block:
    photos: Photos
    faces: Faces


class Library:
    """The plan of a library; `blocks` makes its rows."""

    def __init__(self, faces: int, *, seed: int, manifest: Manifest, people: People) -> None:
        self.seed = seed
        self.manifest = manifest
        self.statistics = people
        random = np.random.default_rng((seed, 0))
        self.counts = _faces_by_photo(random, faces)
        self.face_count = faces
        self.photo_count = len(self.counts)
        self.sizes = _cluster_sizes(random, faces)
        self.people = _seat(random, self.sizes)
        self._traits = {
            name: random.standard_normal(len(self.sizes), np.float32)
            for name in ("age_group", "gender", "ethnicity", "beauty")
        }
        axes = len(people.between)
        self._who = random.standard_normal((len(self.sizes), axes), np.float32).astype(np.float16)
        lengths = random.geometric(1 / _PHOTOS_AN_EVENT, self.photo_count)
        self.events = np.repeat(np.arange(len(lengths)), lengths)[: self.photo_count]
        self._moods = {
            cause: random.standard_normal(self.events[-1] + 1, np.float32) for cause in EVENT_CAUSES
        }

    @cached_property
    def starts(self) -> Integers:
        """The number of the first face of each photo."""
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]])

    def named_faces(self) -> Iterator[tuple[int, str]]:
        """Yield the number of a face and a name, for half of the faces of the largest people."""
        random = np.random.default_rng((self.seed, 3))
        known = np.flatnonzero(self.sizes >= max(3, self.sizes.max() * _KNOWN_SIZE))
        names = {int(person): _name(place) for place, person in enumerate(known)}
        for number in np.flatnonzero(np.isin(self.people, known)).tolist():
            if random.random() < 0.5:
                yield number, names[int(self.people[number])]

    def blocks(self) -> Iterator[Block]:
        """Make the library, PHOTOS_A_BLOCK photos at a time."""
        for first in range(0, self.photo_count, PHOTOS_A_BLOCK):
            yield self.block(first, min(first + PHOTOS_A_BLOCK, self.photo_count))

    def block(self, first: int, end: int) -> Block:
        """Make the photos from one number to before another; `first` decides what is drawn."""
        random = np.random.default_rng((self.seed, 1, first))
        photos = self._photos(random, first, end)
        return Block(photos, self._faces(random, photos))

    def _photos(self, random: np.random.Generator, first: int, end: int) -> Photos:
        numbers = np.arange(first, end)
        upright = random.random(end - first) < 0.35
        long_side = random.choice([3000, 4000, 4032, 6000], end - first)
        short_side = long_side * 3 // 4 - long_side * 3 // 4 % 2
        step = _SECONDS / self.photo_count
        return Photos(
            numbers=numbers,
            faces=self.counts[first:end],
            events=self.events[first:end],
            stored=(_FIRST_DAY + numbers * step).astype(np.int64),
            widths=np.where(upright, short_side, long_side),
            heights=np.where(upright, long_side, short_side),
        )

    def _faces(self, random: np.random.Generator, photos: Photos) -> Faces:
        start = int(self.starts[photos.numbers[0]])
        count = int(photos.faces.sum())
        numbers = np.arange(start, start + count)
        rows = np.repeat(np.arange(len(photos.numbers)), photos.faces)
        people = self.people[start : start + count]
        events = photos.events[rows]
        traits = draw_traits(
            random,
            {one.name: tuple(v.name for v in one.values) for one in self.manifest.facets},
            people={name: hidden[people] for name, hidden in self._traits.items()},
            events={cause: moods[events] for cause, moods in self._moods.items()},
        )
        readings = draw_readings(random, self.manifest, traits)
        tags = tags_of(self.manifest, traits, readings)
        boxes = _boxes(random, photos, rows)
        shapes = self.statistics.landmarks
        shapes = shapes[random.integers(0, len(shapes), count)]
        points = shapes[:, :210].reshape(count, -1, 2) * boxes[:, None, 2:] + boxes[:, None, :2]
        return Faces(
            numbers=numbers,
            photos=photos.numbers[rows],
            positions=numbers - self.starts[photos.numbers][rows],
            people=people,
            boxes=boxes,
            scores=(0.45 + 0.55 * random.beta(6, 1, count)).astype(np.float32),
            landmarks=points.reshape(count, -1).astype(np.float32),
            pupils=_pupils(shapes[:, 210:], boxes),
            poses=(random.standard_normal((count, 3)) * (22, 9, 8)).astype(np.float32),
            qualities=_qualities(random, boxes),
            readings=readings,
            tags=tags,
            embeddings=draw_embeddings(
                random,
                self.statistics,
                who=self._who[people],
                tags={tag.facet: (tag.names, tag.dominants) for tag in tags},
            ),
        )


def _faces_by_photo(random: np.random.Generator, faces: int) -> Integers:
    """Return how many faces each photo has: FACES_A_PHOTO in the mean, none in EMPTY_PHOTOS."""
    drawn: list[Integers] = []
    total = 0
    while total < faces:
        size = max(64, int((faces - total) / FACES_A_PHOTO))
        tail = np.minimum(1 + random.pareto(1.45, size), MOST_FACES).astype(np.int64)
        tail[random.random(size) < EMPTY_PHOTOS] = 0
        drawn.append(tail)
        total += int(tail.sum())
    counts = np.concatenate(drawn)
    ends = np.cumsum(counts)
    last = int(np.searchsorted(ends, faces))
    counts = counts[: last + 1]
    counts[last] -= int(ends[last]) - faces
    return counts


def _cluster_sizes(random: np.random.Generator, faces: int) -> Integers:
    """Return how many faces each person has; they sum to `faces`."""
    largest = max(5, min(_LARGEST_CLUSTER, int(faces * _LARGEST_SHARE)))
    sizes = np.arange(1, largest + 1)
    weights = sizes**-_CLUSTER_POWER
    drawn = random.choice(sizes, faces, p=weights / weights.sum())
    last = int(np.searchsorted(np.cumsum(drawn), faces))
    drawn = drawn[: last + 1]
    drawn[last] -= int(drawn.sum()) - faces
    return drawn


def _seat(random: np.random.Generator, sizes: Integers) -> Integers:
    """Return the person of each face, in order of time: who is there once is there some more."""
    people = np.repeat(np.arange(len(sizes)), sizes)
    nth = np.arange(len(people)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_first = nth % _FACES_TOGETHER == 0
    meeting = np.cumsum(is_first) - 1
    moments = random.random(int(is_first.sum()))[meeting]
    moments += random.random(len(people)) * (40 / len(people))
    return people[np.argsort(moments, kind="stable")]


def _boxes(random: np.random.Generator, photos: Photos, rows: Integers) -> Floats:
    """Return boxes that get smaller with the number of faces, the largest first in each photo."""
    sides = np.minimum(photos.widths, photos.heights)[rows]
    crowd = photos.faces[rows]
    widths = sides * np.clip(random.lognormal(-1.5, 0.5, len(rows)), 0.02, 0.6) / crowd**0.5
    order = np.lexsort((-widths, rows))
    widths = np.maximum(widths[order], 16)
    heights = widths * random.normal(1.28, 0.08, len(rows))
    left = random.random(len(rows)) * (photos.widths[rows] - widths)
    top = random.random(len(rows)) * np.maximum(photos.heights[rows] - heights, 0)
    return np.stack([left, top, widths, heights], axis=1).astype(np.float32)


def _pupils(shapes: Floats, boxes: Floats) -> Floats:
    """Return x, y and radius of both pupils; shapes have radii in widths of the box."""
    scale = boxes[:, [2, 3, 2, 2, 3, 2]]
    shift = boxes[:, [0, 1, 0, 0, 1, 0]].copy()
    shift[:, [2, 5]] = 0
    placed: Floats = shapes * scale + shift
    return placed


def _qualities(random: np.random.Generator, boxes: Floats) -> Floats:
    """Return scores that rise with the size of a face; the first is like the lowest of the rest."""
    count = len(boxes)
    size = np.clip(np.log2(boxes[:, 2] / 20) / 5, 0, 1)[:, None]
    parts = 100 * random.beta(9, 1.1, (count, 7)) * (0.55 + 0.45 * size)
    score = np.clip(np.sort(parts, axis=1)[:, :2].mean(axis=1) + 8, 0, 100)
    return np.hstack([score[:, None], parts]).astype(np.float32)


def _name(place: int) -> str:
    first = _FIRST_NAMES[place % len(_FIRST_NAMES)]
    last = _LAST_NAMES[place // len(_FIRST_NAMES) % len(_LAST_NAMES)]
    round_ = place // (len(_FIRST_NAMES) * len(_LAST_NAMES))
    return f"{first} {last}" if not round_ else f"{first} {last} {round_ + 1}"
