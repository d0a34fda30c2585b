"""Runs pictures through the pipeline, once each: what was seen is kept in a file. No Django."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from analysis.evaluation.labels import LabelledFace
from analysis.pipeline.types import Box, FaceResult, Image, Reading
from dam.formats import UnreadableImage
from dam.imaging import decode

# Boxes of data sets are drawn by other rules than the detector's.
MIN_OVERLAP = 0.3


class Pipeline(Protocol):
    """What finds and reads faces."""

    version: str

    def analyze(self, image: Image) -> list[FaceResult]: ...


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face that the pipeline found."""

    box: Box
    readings: Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the pipeline saw in a picture; `problem` says why it could not be read."""

    width: int
    height: int
    faces: tuple[SeenFace, ...]
    problem: str = ""

    def find(self, label: LabelledFace) -> SeenFace | None:
        """Return the labelled face: by its box, else the most central one."""
        if not self.faces:
            return None
        if label.box is None:
            return min(self.faces, key=self._distance_from_centre)
        box = label.box
        best = max(self.faces, key=lambda face: face.box.overlap(box))
        return best if best.box.overlap(box) >= MIN_OVERLAP else None

    def _distance_from_centre(self, face: SeenFace) -> float:
        x = face.box.left + face.box.width / 2 - self.width / 2
        y = face.box.top + face.box.height / 2 - self.height / 2
        return x * x + y * y


class Sightings:
    """Looks at pictures and remembers them over an interruption, by their bytes.

    The file has a line of JSON for each picture and is of one pipeline version only.
    """

    def __init__(self, pipeline: Pipeline, *, folder: Path, max_pixels: int) -> None:
        self._pipeline = pipeline
        self._max_pixels = max_pixels
        self._path = folder / f"sightings-{pipeline.version}.jsonl"
        self._known = _read(self._path)

    def look(self, path: Path) -> Sighting:
        """Return what is seen in a picture."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest not in self._known:
            self._known[digest] = self._analyze(path)
            with self._path.open("a") as stream:
                stream.write(_line(digest, self._known[digest]))
        return self._known[digest]

    def _analyze(self, path: Path) -> Sighting:
        try:
            with path.open("rb") as stream:
                image = decode(stream, max_pixels=self._max_pixels)
        except UnreadableImage as error:
            return Sighting(0, 0, (), problem=error.message)
        faces = tuple(SeenFace(face.box, face.readings) for face in self._pipeline.analyze(image))
        return Sighting(width=image.shape[1], height=image.shape[0], faces=faces)


def _line(digest: str, sighting: Sighting) -> str:
    faces = [
        {
            "box": [face.box.left, face.box.top, face.box.width, face.box.height],
            "readings": face.readings,
        }
        for face in sighting.faces
    ]
    size = [sighting.width, sighting.height]
    values = {"digest": digest, "size": size, "problem": sighting.problem, "faces": faces}
    return json.dumps(values, default=float) + "\n"


def _read(path: Path) -> dict[str, Sighting]:
    """Return what is known, without a last line that an interruption cut.

    Pictures that could not be read are tried again: a limit may be another one now.
    """
    known: dict[str, Sighting] = {}
    if not path.exists():
        return known
    lines = path.read_text().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    for values in map(json.loads, whole):
        faces = tuple(SeenFace(Box(*face["box"]), face["readings"]) for face in values["faces"])
        width, height = values["size"]
        if not values["problem"]:
            known[values["digest"]] = Sighting(width, height, faces)
    if len(whole) < len(lines):
        path.write_text("".join(whole))
    return known
