"""Writes the test faces of labelled sets as folders that `manage.py evaluate_nets` takes.

    python models/recipes/export_test_faces.py FOLDER --work DIR --out FACES [--only utk …]

FACES gets a folder for each set, with its pictures and `labels.csv`. Pictures in which recipes find
no face are left out. They are other people's faces: commit none of them.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import cv2
from face_groups import split_faces
from features import FeatureStore
from labelled_faces import Pictures, Sample, read_samples

from analysis.manifest import load_manifest

ARCHIVES = ("utk", "lfw_attributes", "lfw_regions", "fer", "masks", "scut", "sunglasses")
_EDGES = ("left", "top", "width", "height")


def export(store: FeatureStore, archive: str, out: Path) -> int:
    """Write the test faces of one set; return how many there are."""
    chosen = choose_samples(store, archive)
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
            file = _write_picture(pictures, sample, out)
            row = [file, _source(sample)]
            row += [sample.labels.get(name, "") for name in readings]
            table.writerow([*row, *(_box(sample) if boxed else ())])
    return len(chosen)


def choose_samples(store: FeatureStore, archive: str) -> list[Sample]:
    """Return the test faces of a set: for `fer` its validation part, which nothing learns from."""
    if archive == "fer":
        return [one for one in read_samples(store.folder, archive) if one.kind == "validation"]
    faces = store.load(archive, copies=1)
    parts = split_faces(faces)
    return [sample for sample, part in zip(faces.samples, parts, strict=True) if part == "test"]


def _write_picture(pictures: Pictures, sample: Sample, out: Path) -> str:
    """Write the picture as it came, or a tile as PNG; return the file's name."""
    if sample.archive != "fer":
        (out / sample.file).write_bytes(pictures.packed(sample))
        return sample.file
    file = f"{sample.file.replace('.jpg', '').replace(':', '_')}.png"
    cv2.imwrite(str(out / file), pictures.read(sample))
    return file


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
