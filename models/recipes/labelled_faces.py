"""Reads the labelled sets that heads are trained on: a CSV and a zip of pictures each.

Labels have the manifest's names. A label that nobody gave is absent; classes joined by "|" mean one
of them, nobody said which.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image as PillowImage

from analysis.pipeline.types import Box, Image

# A grey tile of FER2013 is so large.
TILE_PX = 48
_GLASSES = {"0": "none", "1": "glasses", "2": "sunglasses"}
_HAT = {"0": "none", "1": "hat"}
_SMILE = {"0": "none", "1": "smile"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled picture."""

    archive: str
    """The set, which is also the name of its CSV and zip."""
    file: str
    """Unique within the set; for `fer` sheet, row and column joined by ":"."""
    labels: Mapping[str, str]
    """Reading → class, or a number as text: age in years, beauty 0–100."""
    person: str = ""
    """Person or source photo: pictures that share it must not be parted. Empty if unknown."""
    kind: str = ""
    """What the set says of the picture's origin: `masks`' source, `fer`'s split."""
    box: Box | None = field(default=None, repr=False)
    """The labelled face, where more than one may be in the picture."""


def read_samples(folder: Path, archive: str) -> tuple[Sample, ...]:
    """Return all pictures of a set, in the order of its CSV. Raises KeyError for unknown sets."""
    make = _MAKERS[archive]
    with (folder / f"{archive}.csv").open(newline="") as table:
        return tuple(make(row) for row in csv.DictReader(table))


class Pictures:
    """The pictures of one set's zip, decoded when asked for."""

    def __init__(self, folder: Path, archive: str) -> None:
        self._bundle = zipfile.ZipFile(folder / f"{archive}.zip")
        self._sheet = lru_cache(maxsize=2)(self._decode)

    def read(self, sample: Sample) -> Image:
        """Return a picture, uint8, height × width × 3, blue-green-red."""
        if sample.archive != "fer":
            return self._decode(sample.file)
        sheet, row, column = sample.file.split(":")
        top, left = int(row) * TILE_PX, int(column) * TILE_PX
        tile = self._sheet(sheet)[top : top + TILE_PX, left : left + TILE_PX]
        return np.ascontiguousarray(tile)

    def packed(self, sample: Sample) -> bytes:
        """Return a picture's file as it is in the zip; not for `fer`, whose pictures are tiles."""
        return self._bundle.read(sample.file)

    def _decode(self, name: str) -> Image:
        with PillowImage.open(io.BytesIO(self._bundle.read(name))) as picture:
            return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[..., ::-1])


def _labels(**given: str) -> Mapping[str, str]:
    return MappingProxyType({name: value for name, value in given.items() if value})


def _utk(row: dict[str, str]) -> Sample:
    race = row["race"]
    labels = _labels(
        age=row["age"],
        gender=row["gender"],
        # "other" of UTKFace: mostly Hispanic, Latino and Middle Eastern people.
        ethnicity="middle_eastern|latino_hispanic" if race == "other" else race,
        glasses=_GLASSES.get(row["glasses"], ""),
        hat=_HAT.get(row["hat"], ""),
        smile=_SMILE.get(row["smile"], ""),
        # Taken before people wore masks.
        mask="none",
    )
    return Sample(archive="utk", file=row["file"], labels=labels)


def _lfw_attributes(row: dict[str, str]) -> Sample:
    labels = _labels(
        glasses=_GLASSES.get(row["glasses"], ""),
        hat=_HAT.get(row["hat"], ""),
        smile=_SMILE.get(row["smile"], ""),
        mask="none",
    )
    return Sample(archive="lfw_attributes", file=row["file"], labels=labels, person=row["person"])


def _lfw_regions(row: dict[str, str]) -> Sample:
    labels = _labels(ethnicity=row["class"].replace(" ", "_"), mask="none")
    return Sample(
        archive="lfw_regions",
        file=row["file"],
        labels=labels,
        person=row["person"],
        kind=row["confidence"],
    )


def _fer(row: dict[str, str]) -> Sample:
    return Sample(
        archive="fer",
        file=f"{row['sheet']}:{row['row']}:{row['column']}",
        labels=_labels(emotion=row["emotion"]),
        kind=row["split"],
    )


def _masks(row: dict[str, str]) -> Sample:
    left, top, width, height = (float(row[edge]) for edge in ("left", "top", "width", "height"))
    photo, _, number = Path(row["file"]).stem.rpartition("_")
    return Sample(
        archive="masks",
        file=row["file"],
        labels=_labels(mask=row["mask"]),
        person=photo if number.isdigit() else "",
        kind=row["source"],
        box=Box(left=left, top=top, width=width, height=height),
    )


def _scut(row: dict[str, str]) -> Sample:
    beauty = (float(row["beauty_1_to_5"]) - 1) / 4 * 100
    return Sample(archive="scut", file=row["file"], labels=_labels(beauty=f"{beauty:.4f}"))


def _sunglasses(row: dict[str, str]) -> Sample:
    return Sample(
        archive="sunglasses", file=row["file"], labels=_labels(glasses=_GLASSES[row["glasses"]])
    )


_MAKERS: Mapping[str, Callable[[dict[str, str]], Sample]] = MappingProxyType(
    {
        "utk": _utk,
        "lfw_attributes": _lfw_attributes,
        "lfw_regions": _lfw_regions,
        "fer": _fer,
        "masks": _masks,
        "scut": _scut,
        "sunglasses": _sunglasses,
    }
)
ARCHIVES = tuple(_MAKERS)
