"""Are the embeddings what they should be? Same person's pictures against other people's.

    python bench/embeddings.py [--faces lfw_regions]

Reads labelled faces (`NAME.zip` with `NAME.csv`, columns file and person) from the folder that
FACET_DATA names, ../shared/data beside the project by default, and skips where it is missing.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
from _pictures import central_face
from numpy.typing import NDArray

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))
DATA = Path(os.environ.get("FACET_DATA", PROJECT.parent / "shared" / "data"))


def embed(archive: Path, labels: Path) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
    """Return n × 1024 embeddings of the central face of each picture, and n names."""
    from analysis.pipeline import load_pipeline

    pipeline = load_pipeline()
    embeddings, people = [], []
    with zipfile.ZipFile(archive) as bundle, labels.open(newline="") as table:
        for row in csv.DictReader(table):
            face = central_face(pipeline, bundle.read(row["file"]))
            if face is None:
                continue
            embeddings.append(face.embedding)
            people.append(row["person"])
    return np.stack(embeddings), np.array(people)


def area_under_curve(same: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the probability that a pair of one person is closer than a pair of two."""
    order = np.sort(other)
    below = np.searchsorted(order, same, side="left") + np.searchsorted(order, same, side="right")
    return float(below.mean() / 2 / len(order))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", default="lfw_regions", help="name of the labelled set")
    name = parser.parse_args().faces
    archive, labels = DATA / f"{name}.zip", DATA / f"{name}.csv"
    if not archive.exists():
        print(f"embeddings: skipped, {archive.name} is not in the folder that FACET_DATA names")
        return
    embeddings, people = embed(archive, labels)
    first, second = np.triu_indices(len(people), k=1)
    similarity = (embeddings @ embeddings.T)[first, second]
    same = people[first] == people[second]
    others = np.sort(similarity[~same])
    print(
        f"embeddings on {name}: {len(people)} faces, {same.sum()} pairs of one person, "
        f"{(~same).sum()} of two\n  AUC {area_under_curve(similarity[same], others):.4f}"
    )
    for rate in (0.01, 0.001):
        threshold = others[int(len(others) * (1 - rate))]
        accepted = np.mean(similarity[same] > threshold)
        print(f"  TAR {accepted:.4f} at FAR {rate:.1%} (cosine > {threshold:.3f})")


if __name__ == "__main__":
    main()
