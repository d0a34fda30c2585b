"""How right is a tag that was taught by few examples? Draws them at random, judges by the rest.

    python bench/custom_tags.py [--examples 50] [--draws 10] [--embeddings FILE.npz]

Reads `lfw_attributes.zip` and `.csv` (columns file, person, glasses, hat, smile; 0 is no) from the
folder that FACET_DATA names, and skips where it is missing. Embeddings are by the shipped pipeline;
--embeddings keeps them in a file, so that the next run need not make them again.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _pictures import central_face
from numpy.typing import NDArray

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

NAME = "lfw_attributes"
TAGS = ("glasses", "hat", "smile")
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Labelled:
    """n × 1024 embeddings, the pictures they are of, and by tag 0, more than 0, or UNKNOWN."""

    embeddings: NDArray[np.float64]
    files: NDArray[np.str_]
    labels: dict[str, NDArray[np.int_]]


def read_labelled(folder: Path, *, most: int | None = None) -> Labelled:
    """Embed the central face of each picture that has one; of `most` pictures from everywhere."""
    from analysis.pipeline import load_pipeline

    pipeline = load_pipeline()
    with (folder / f"{NAME}.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    rows = rows[:: -(-len(rows) // most)] if most else rows
    embeddings, kept = [], []
    with zipfile.ZipFile(folder / f"{NAME}.zip") as bundle:
        for row in rows:
            face = central_face(pipeline, bundle.read(row["file"]))
            if face is None:
                continue
            # With the precision that the database keeps.
            embeddings.append(face.embedding.astype(np.float16).astype(np.float64))
            kept.append(row)
    return Labelled(
        np.stack(embeddings),
        np.array([row["file"] for row in kept]),
        {tag: np.array([int(row[tag] or UNKNOWN) for row in kept]) for tag in TAGS},
    )


def draw_and_judge(
    labelled: Labelled, tag: str, *, examples: int, draws: int
) -> NDArray[np.float64]:
    """Return the AUC on the rest for each draw of as many yes as no."""
    from analysis.custom_tags.figures import area_under_curve
    from analysis.custom_tags.learning import learn

    labels = labelled.labels[tag]
    known = np.flatnonzero(labels != UNKNOWN)
    marks = labels > 0
    areas = []
    for seed in range(draws):
        random = np.random.default_rng(seed)
        drawn = [
            random.choice(known[marks[known] == wanted], examples // 2, replace=False)
            for wanted in (True, False)
        ]
        taught = np.sort(np.concatenate(drawn))
        rest = np.setdiff1d(known, taught)
        learned = learn(
            labelled.embeddings[taught],
            marks[taught],
            photos=labelled.files[taught].tolist(),
            library=np.delete(labelled.embeddings, taught, axis=0),
        )
        scores = learned.head.score(labelled.embeddings[rest])
        areas.append(area_under_curve(scores, marks[rest], groups=(2, 2)).value)
    return np.array(areas)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=50, help="yes and no together")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--embeddings", type=Path, help="a file to keep embeddings in")
    options = parser.parse_args()
    folder = Path(os.environ.get("FACET_DATA", ""))
    kept: Path | None = options.embeddings
    if kept and kept.exists():
        with np.load(kept) as stored:
            labels = {tag: stored[tag] for tag in TAGS}
            labelled = Labelled(stored["embeddings"], stored["files"], labels)
    elif (folder / f"{NAME}.zip").exists():
        labelled = read_labelled(folder)
        if kept:
            np.savez(kept, embeddings=labelled.embeddings, files=labelled.files, **labelled.labels)
    else:
        print(f"custom tags: skipped, {NAME}.zip is not in the folder that FACET_DATA names")
        return
    print(f"custom tags on {NAME}: {options.examples} examples, {options.draws} draws")
    for tag in TAGS:
        areas = draw_and_judge(labelled, tag, examples=options.examples, draws=options.draws)
        print(f"  {tag:8s} AUC on the rest: mean {areas.mean():.4f}, least {areas.min():.4f}")


if __name__ == "__main__":
    main()
