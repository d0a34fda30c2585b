"""Writes the test faces of labelled sets as folders that `manage.py evaluate_nets` takes.

    python models/recipes/export_test_faces.py FOLDER --work DIR --out FACES [--only utk …]

FACES gets a folder for each set, with its pictures and `labels.csv`. Pictures in which recipes find
no face are left out. They are other people's faces: commit none of them.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from face_groups import split_faces
from features import FeatureStore
from labelled_faces import Pictures, Sample

from analysis.manifest import load_manifest

# FER2013's own test set is not among the labelled sets.
ARCHIVES = ("utk", "lfw_attributes", "lfw_regions", "masks", "scut", "sunglasses")
_EDGES = ("left", "top", "width", "height")


def export(store: FeatureStore, archive: str, out: Path) -> int:
    """Write the test faces of one set; return how many there are."""
    faces = store.load(archive, copies=1)
    chosen = [
        sample
        for sample, part in zip(faces.samples, split_faces(faces), strict=True)
        if part == "test"
    ]
    readable = {reading.name for net in load_manifest().nets for reading in net.readings}
    given = {name for sample in chosen for name in sample.labels}
    readings = sorted(given & readable)
    boxed = any(sample.box for sample in chosen)
    out.mkdir(parents=True, exist_ok=True)
    pictures = Pictures(store.folder, archive)
    with (out / "labels.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["file", "source", *readings, *(_EDGES if boxed else ())])
        for sample in chosen:
            (out / sample.file).write_bytes(pictures.packed(sample))
            row = [sample.file, _source(sample)]
            row += [sample.labels.get(name, "") for name in readings]
            table.writerow([*row, *(_box(sample) if boxed else ())])
    return len(chosen)


def _source(sample: Sample) -> str:
    """Name the set, and for masks what kind of picture it is."""
    return f"{sample.archive} {sample.kind}" if sample.archive == "masks" else sample.archive


def _box(sample: Sample) -> list[str]:
    return [str(getattr(sample.box, edge)) if sample.box else "" for edge in _EDGES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds the labelled sets")
    parser.add_argument("--only", nargs="+", choices=ARCHIVES, default=ARCHIVES, help="some sets")
    parser.add_argument("--work", type=Path, required=True, help="where features are kept")
    parser.add_argument("--out", type=Path, required=True, help="where the folders are written")
    options = parser.parse_args()
    store = FeatureStore(options.folder, options.work)
    for archive in options.only:
        count = export(store, archive, options.out / archive)
        print(f"{archive}: {count} faces")


if __name__ == "__main__":
    main()
