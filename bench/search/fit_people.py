"""Takes the statistics of real embeddings that made-up people are drawn from, into people.npz.

    python -m bench.search.fit_people DATA [--out bench/search/people.npz]

DATA is a folder of labelled sets (`NAME.zip` with `NAME.csv`, see models/recipes/README.md). The
shipped pipeline analyzes about 4,500 of their faces, which takes ten minutes of one core. No
picture and no embedding of a person is kept: means, axes of spread, and shapes of landmarks.
"""

from __future__ import annotations

import argparse
import csv
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.manifest import load_manifest
from analysis.pipeline import load_pipeline
from analysis.pipeline.types import FaceResult
from bench._pictures import central_face
from bench.search.people import FILE, PERCENTILES

Floats = NDArray[np.float32]

# Each set, and every how many-th of its pictures is taken. The first has people's names.
SETS = {"lfw_regions": 1, "lfw_attributes": 1, "utk": 5, "masks": 9}
NAMED = "lfw_regions"
# More axes than that hold less than the noise of what they were fitted on.
BETWEEN_AXES = 320
WITHIN_AXES = 96
SHAPES = 96
# Values that few faces have are pulled towards no effect.
_RIDGE = 20.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled face."""

    source: str
    person: str
    result: FaceResult


def read_samples(data: Path) -> Iterator[Sample]:
    """Yield the central face of every picture that is taken."""
    pipeline = load_pipeline()
    for source, step in SETS.items():
        labels = data / f"{source}.csv"
        with zipfile.ZipFile(data / f"{source}.zip") as bundle, labels.open(newline="") as table:
            for row in list(csv.DictReader(table))[::step]:
                face = central_face(pipeline, bundle.read(row["file"]))
                if face is not None:
                    yield Sample(source, row.get("person") or row["file"], face)


def fit(samples: Iterable[Sample]) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of people.npz."""
    taken = list(samples)
    embeddings = np.stack([one.result.embedding for one in taken]).astype(np.float64)
    names, marks = _marks(taken)
    sources = np.array([one.source for one in taken])
    # What is due to the set, not to the face, is fitted beside the tags and left out.
    extra = np.stack([sources == name for name in sorted(set(sources) - {NAMED})], axis=1)
    design = np.hstack([np.ones((len(taken), 1)), marks, extra])
    penalty = np.diag([0.0] + [_RIDGE] * marks.shape[1] + [1.0] * extra.shape[1])
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ embeddings)
    rest = embeddings - design @ weights

    named = sources == NAMED
    people = np.array([one.person for one in taken])
    inside = _covariance_within(rest[named], people[named])
    whole = rest[named].T @ rest[named] / named.sum()
    between_values, between = _axes(whole - inside, BETWEEN_AXES)
    within_values, within = _axes(inside, WITHIN_AXES)
    # What the axes leave out is the same in all directions; people's rest counts as pictures'.
    left = np.trace(whole) - between_values.sum() - within_values.sum()
    cosines = embeddings[named] @ embeddings[named].T
    first, second = np.triu_indices(int(named.sum()), k=1)
    is_same = people[named][first] == people[named][second]
    products = cosines[first, second]
    return {
        "mean": weights[0].astype(np.float16),
        "offset_names": np.array(names),
        "offsets": weights[1 : 1 + len(names)].astype(np.float16),
        "between": (between * np.sqrt(between_values)[:, None]).astype(np.float16),
        "within": (within * np.sqrt(within_values)[:, None]).astype(np.float16),
        "noise": np.sqrt(max(left, 0.0) / embeddings.shape[1]),
        "landmarks": _shapes(taken).astype(np.float16),
        "same": np.percentile(products[is_same], PERCENTILES).astype(np.float32),
        "other": np.percentile(products[~is_same], PERCENTILES).astype(np.float32),
        "embedding_net": np.array(load_manifest().embedding_net),
    }


def _marks(samples: list[Sample]) -> tuple[list[str], Floats]:
    """Return "facet=value" for every value of every facet, and n × m: 1 where a face has it."""
    names: list[str] = []
    columns: list[list[bool]] = []
    for facet in load_manifest().facets:
        if facet.is_number:
            ends = [value.below for value in facet.values if value.below is not None]
            numbers = [float(one.result.readings[facet.reading]) for one in samples]  # type: ignore[arg-type]
            shown = [
                facet.values[int(np.searchsorted(ends, number, side="right"))].name
                for number in numbers
            ]
        else:
            shown = [
                max(one.result.readings[facet.reading].items(), key=lambda pair: pair[1])[0]  # type: ignore[union-attr]
                for one in samples
            ]
        for value in facet.values:
            names.append(f"{facet.name}={value.name}")
            columns.append([one == value.name for one in shown])
    return names, np.array(columns, dtype=np.float64).T


def _covariance_within(rest: NDArray[np.float64], people: NDArray[np.str_]) -> NDArray[np.float64]:
    """Return the covariance of pictures of one person, each person counted by what it tells."""
    total = np.zeros((rest.shape[1], rest.shape[1]))
    freedom = 0
    for person in np.unique(people):
        own = rest[people == person]
        if len(own) > 1:
            own = own - own.mean(axis=0)
            total += own.T @ own
            freedom += len(own) - 1
    return total / freedom


def _axes(
    covariance: NDArray[np.float64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest variances, falling, and their directions as rows."""
    values, vectors = np.linalg.eigh(covariance)
    return np.maximum(values[::-1][:count], 0.0), vectors.T[::-1][:count]


def _shapes(samples: list[Sample]) -> Floats:
    """Return some faces' landmarks and pupils in widths and heights of their boxes."""
    chosen = [one.result for one in samples[:: max(1, len(samples) // SHAPES)]][:SHAPES]
    rows = []
    for face in chosen:
        corner = np.array([face.box.left, face.box.top])
        size = np.array([face.box.width, face.box.height])
        points = (face.landmarks - corner) / size
        pupils = [
            number
            for pupil in face.pupils
            for number in (
                (pupil.x - corner[0]) / size[0],
                (pupil.y - corner[1]) / size[1],
                pupil.radius / size[0],
            )
        ]
        rows.append([*points.reshape(-1), *pupils])
    return np.array(rows, dtype=np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=FILE)
    arguments = parser.parse_args()
    arrays = fit(read_samples(arguments.data))
    np.savez_compressed(arguments.out, **arrays)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
