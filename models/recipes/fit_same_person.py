"""Fits the probability that two faces are of one person, given the cosine of their embeddings.

    python models/recipes/fit_same_person.py FOLDER [--threads 0]

FOLDER holds `lfw_regions` and `lfw_attributes`, whose people are known by name. A logistic of the
cosine (Platt, "Probabilistic outputs for support vector machines", 1999) is fitted on all pairs of
half of the people and judged on all pairs of the others: nobody is in both. Pairs of one person and
of two weigh the same in total, so that the probability is that at even odds. Prints what goes
into `manifest.toml` under the embedder's [[net]], and how honest it is.
"""

from __future__ import annotations

import argparse
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from found_faces import central_face
from labelled_faces import Pictures, read_samples
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from analysis.manifest import load_manifest
from analysis.pipeline import load_pipeline

Values = NDArray[np.float64]
SETS = ("lfw_regions", "lfw_attributes")
BINS = 10
# What the interface calls likely, and very likely.
SHOWN = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of faces of some people."""

    cosines: Values
    same: NDArray[np.bool_]
    weights: Values
    """Half of the total for pairs of one person, half for pairs of two."""


def embed(folder: Path, *, threads: int) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    """Return n × 1024 embeddings of all different pictures of SETS, and the n people's names."""
    topics = load_manifest().topics
    pipeline = load_pipeline(threads=threads, topics_off=topics)
    embeddings, people, seen = [], [], set()
    for name in SETS:
        pictures = Pictures(folder, name)
        for sample in read_samples(folder, name):
            # Many pictures are in both sets.
            if sample.file in seen:
                continue
            seen.add(sample.file)
            image = pictures.read(sample)
            faces = pipeline.analyze(image)
            if faces:
                embeddings.append(central_face(image, faces).embedding)
                people.append(sample.person)
    return np.stack(embeddings), np.array(people)


def make_pairs(embeddings: NDArray[np.float32], people: NDArray[np.str_]) -> Pairs:
    """Return all pairs of the faces."""
    first, second = np.triu_indices(len(people), k=1)
    same = people[first] == people[second]
    cosines = np.sum(embeddings[first] * embeddings[second], axis=1, dtype=np.float64)
    weights = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum())
    return Pairs(cosines, same, weights)


def fit(pairs: Pairs) -> tuple[float, float]:
    """Return the slope and the offset under which the pairs are likeliest."""
    signs = np.where(pairs.same, 1.0, -1.0)

    def loss(line: Values) -> float:
        odds = signs * (line[0] * pairs.cosines + line[1])
        return float(pairs.weights @ np.logaddexp(0.0, -odds))

    slope, offset = minimize(loss, np.array([10.0, -3.0]), method="BFGS").x
    return float(slope), float(offset)


def calibration_error(pairs: Pairs, chances: Values) -> float:
    """Return the expected calibration error over BINS bins, 0 to 1."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, pairs.weights * (chances - pairs.same), minlength=BINS)
    return float(np.abs(gaps).sum())


def report(pairs: Pairs, chances: Values) -> None:
    """Print how honest probabilities are, and what thresholds of it accept."""
    print(f"{pairs.same.sum()} pairs of one person, {(~pairs.same).sum()} of two")
    print(f"calibration error {calibration_error(pairs, chances):.4f}")
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    for number in np.unique(bins):
        chosen = bins == number
        weight = pairs.weights[chosen]
        mean = weight @ chances[chosen] / weight.sum()
        share = weight @ pairs.same[chosen] / weight.sum()
        print(
            f"  said {mean:.3f}, true {share:.3f}: {pairs.same[chosen].sum()} pairs of one person"
        )
    for least in SHOWN:
        accepted = chances >= least
        print(
            f"  {least:.0%} and more: {accepted[pairs.same].mean():.3f} of the pairs of one person,"
            f" {accepted[~pairs.same].mean():.5f} of those of two"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=0, help="cores for the nets, 0 for all")
    options = parser.parse_args()
    embeddings, people = embed(options.folder, threads=options.threads)
    fitting = np.array([zlib.crc32(person.encode()) % 2 == 0 for person in people])
    slope, offset = fit(make_pairs(embeddings[fitting], people[fitting]))
    print(f"same_person = {{ slope = {slope:.3f}, offset = {offset:.3f} }}")
    judged = make_pairs(embeddings[~fitting], people[~fitting])
    report(judged, expit(slope * judged.cosines + offset))


if __name__ == "__main__":
    main()
