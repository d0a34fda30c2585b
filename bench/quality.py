"""Does the overall quality score say how fit a face is for recognition?

    python bench/quality.py [--people 100] [--threads 0]

Spoils one portrait of each person in many ways and prints how the score's rank goes with the drift
of the embedding (1 less the cosine to the embedding before), and how well pairs of one person are
recognised with both scores from 85 on, and with one below. Reads the labelled sets `lfw_regions`
and `lfw_attributes` from the folder that FACET_DATA names, and skips where they are missing.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "models" / "recipes")]
FIT = 85.0

if TYPE_CHECKING:
    from face_drifts import Drift

    from analysis.pipeline.types import FaceResult


def print_correlations(drifts: list[Drift]) -> None:
    """Print rank correlations, over all faults and within each kind."""
    found = [one for one in drifts if one.kind and one.face]
    kinds = np.array([one.kind for one in found])
    scores = np.array([one.face.quality.score for one in found if one.face])
    moved = np.array([one.drift for one in found])
    lost = np.array([one.kind for one in drifts if not one.face])
    print(f"{'fault':<10} {'faces':>6} {'lost':>5} {'drift':>6} {'score':>6} {'Spearman':>9}")
    for kind in ["all", *dict.fromkeys(kinds)]:
        chosen = (kinds == kind) | (kind == "all")
        gone = int(np.sum((lost == kind) | (kind == "all")))
        correlation = spearmanr(-scores[chosen], moved[chosen]).statistic
        print(
            f"{kind:<10} {chosen.sum():>6} {gone:>5} {np.median(moved[chosen]):>6.2f} "
            f"{np.median(scores[chosen]):>6.0f} {correlation:>9.3f}"
        )
    print("score      faces  median drift")
    for low in range(0, 100, 10):
        within = (scores >= low) & (scores < low + 10 + (low == 90))
        if within.any():
            print(f"{low:>3}–{low + 10:<5} {within.sum():>6} {np.median(moved[within]):>9.2f}")


def print_pairs(drifts: list[Drift], others: list[tuple[str, str, FaceResult]]) -> None:
    """Print how many pairs of one person, one of the two spoilt or not, are recognised."""
    embeddings = np.stack([face.embedding for _, _, face in others])
    people = np.array([person for person, _, _ in others])
    files = np.array([file for _, file, _ in others])
    fit = np.array([face.quality.score >= FIT for _, _, face in others])
    first, second = np.triu_indices(len(people), k=1)
    strangers = people[first] != people[second]
    cosines = np.sort((embeddings @ embeddings.T)[first, second][strangers])
    pairs: list[tuple[float, bool]] = []
    for one in drifts:
        if one.face:
            same = (people == one.person) & (files != one.file)
            near = embeddings[same] @ one.face.embedding
            both = fit[same] & (one.face.quality.score >= FIT)
            pairs.extend(zip(near.tolist(), both.tolist(), strict=True))
    near, both = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    for rate in (0.01, 0.001):
        threshold = cosines[int(len(cosines) * (1 - rate))]
        print(
            f"recognised at {rate:.1%} false alarms: {_share(near[both] > threshold)} of "
            f"{both.sum()} pairs with both scores from {FIT:.0f} on, "
            f"{_share(near[~both] > threshold)} of {np.sum(~both)} with one below"
        )


def _share(hits: NDArray[np.bool_]) -> str:
    return f"{hits.mean():.3f}" if hits.size else "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--threads", type=int, default=0, help="cores for the nets, 0 for all")
    options = parser.parse_args()
    folder = Path(os.environ.get("FACET_DATA", ""))
    if not all((folder / f"{name}.zip").exists() for name in ("lfw_regions", "lfw_attributes")):
        print("quality: skipped, lfw_regions.zip is not in the folder that FACET_DATA names")
        return
    from face_drifts import choose_people, measure_drifts
    from found_faces import central_face
    from labelled_faces import Pictures, read_samples

    from analysis.pipeline import load_pipeline

    pipeline = load_pipeline(threads=options.threads)
    people = choose_people(folder, options.people)
    drifts = list(measure_drifts(folder, people, pipeline))
    print_correlations(drifts)
    pictures = Pictures(folder, "lfw_regions")
    others = []
    for sample in read_samples(folder, "lfw_regions"):
        image = pictures.read(sample)
        faces = pipeline.analyze(image)
        if faces:
            face = central_face(image, faces)
            others.append((sample.person, sample.file, face))
    print_pairs(drifts, others)


if __name__ == "__main__":
    main()
