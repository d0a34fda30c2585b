"""The backbone's features of labelled faces, read once and kept on disk.

A folder for each set holds the faces found (`faces.npz`) and, for each copy of them, the pooled
features (float16, 1024) and the maps averaged to 7×7 (uint8: ReLU6 ends at 6). Reading goes on
where it was stopped. The folder's name covers all that the features depend on.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from face_copies import cut_copy
from found_faces import FaceFinder
from labelled_faces import Pictures, Sample, read_samples

from analysis.manifest import load_manifest
from analysis.pipeline.backbone import Backbone
from analysis.pipeline.crops import CROPS, Crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.session import OrtSession
from analysis.pipeline.types import Box, Image

GRID = 7
# Channels of the maps, in the order in which heads stack them.
MAPS = {"block5": 256, "block11": 512, "block13": 1024}
POOLED = 1024
# A stored step of the maps: 0 to 6 in 255 of them.
STEP = 6 / 255
_BATCH = 32
# Bump when copies or the choice of a face change.
_REVISION = 1

Bytes = NDArray[np.uint8]
# May paint on the picture before the face is cut out: picture, face, sample, number of the copy.
Alter = Callable[[Image, Detection, Sample, int], Image]


@dataclass(frozen=True, slots=True, eq=False)
class FaceFeatures:
    """Features of the n faces found of a set, in several copies: 0 is plain, 1 its mirror image."""

    samples: tuple[Sample, ...]
    pooled: list[NDArray[np.float16]]
    """For each copy n × 1024."""
    maps: dict[str, list[Bytes]]
    """For each copy n × channels × 7 × 7, in steps of `STEP`."""

    @property
    def copies(self) -> int:
        return len(self.pooled)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureStore:
    """Where features are kept, and what reads them."""

    folder: Path
    """The labelled sets."""
    work: Path
    threads: int = 0

    def load(
        self,
        archive: str,
        *,
        copies: int,
        samples: Sequence[Sample] | None = None,
        name: str = "",
        alter: Alter | None = None,
    ) -> FaceFeatures:
        """Return the features of a set, reading what is missing.

        `samples` picks pictures of the set and `alter` paints on them: what is read then is kept
        under `name`, which must then be given and be changed when they change.
        """
        chosen = tuple(samples) if samples is not None else read_samples(self.folder, archive)
        if (samples is not None or alter) and not name:
            raise ValueError("chosen or altered pictures need a name of their own")
        place = self.work / f"{name or archive}-{_digest()}"
        place.mkdir(parents=True, exist_ok=True)
        kept, faces = self._find(place, archive, chosen)
        for copy in range(copies):
            self._read_copy(place, archive, kept, faces, copy=copy, alter=alter)
        return _open(place, kept, copies)

    def _find(
        self, place: Path, archive: str, samples: tuple[Sample, ...]
    ) -> tuple[tuple[Sample, ...], list[Detection]]:
        path = place / "faces.npz"
        if not path.exists():
            self._find_all(path, archive, samples)
        with np.load(path) as stored:
            rows, boxes, points, scores = (
                stored[key] for key in ("rows", "boxes", "points", "scores")
            )
        faces = [
            Detection(box=Box(*map(float, box)), score=float(score), keypoints=point)
            for box, score, point in zip(boxes, scores, points, strict=True)
        ]
        return tuple(samples[row] for row in rows), faces

    def _find_all(self, path: Path, archive: str, samples: tuple[Sample, ...]) -> None:
        cv2.setNumThreads(1)
        finder, pictures = FaceFinder(threads=self.threads), Pictures(self.folder, archive)
        progress = Progress(f"{path.parent.name}: faces", len(samples))
        rows, faces = [], []
        for row, sample in enumerate(samples):
            face = finder.find(sample, pictures.read(sample))
            if face is not None:
                rows.append(row)
                faces.append(face)
            progress.show(row + 1)
        partial = path.with_suffix(".part.npz")
        np.savez(
            partial,
            rows=np.array(rows),
            boxes=np.array([[f.box.left, f.box.top, f.box.width, f.box.height] for f in faces]),
            points=np.array([face.keypoints for face in faces], dtype=np.float32),
            scores=np.array([face.score for face in faces]),
        )
        partial.rename(path)

    def _read_copy(
        self,
        place: Path,
        archive: str,
        samples: tuple[Sample, ...],
        faces: list[Detection],
        *,
        copy: int,
        alter: Alter | None,
    ) -> None:
        counter = place / f"copy{copy}.done"
        done = int(counter.read_text()) if counter.exists() else 0
        if done >= len(samples):
            return
        cv2.setNumThreads(1)
        files = _files(place, copy, len(samples), mode="r+" if done else "w+")
        backbone, pictures = _Backbone(threads=self.threads), Pictures(self.folder, archive)
        progress = Progress(f"{place.name}: copy {copy}", len(samples), done=done)
        for start in range(done, len(samples), _BATCH):
            stop = min(start + _BATCH, len(samples))
            crops = []
            for sample, face in zip(samples[start:stop], faces[start:stop], strict=True):
                image = pictures.read(sample)
                if alter:
                    image = alter(image, face, sample, copy)
                crops.append(backbone.cut(image, face, name=sample.file, copy=copy))
            for name, values in backbone.read(crops).items():
                files[name][start:stop] = values
            for stored in files.values():
                stored.flush()
            counter.write_text(str(stop))
            progress.show(stop)


class _Backbone:
    def __init__(self, *, threads: int) -> None:
        spec = load_manifest().net("backbone")
        if spec.input is None:
            raise SystemExit("the manifest's backbone takes no pixels")
        session = OrtSession(spec, threads=threads, wanted=("pooled", "maps"))
        self._net = Backbone(session, spec)
        self._input = spec.input

    def cut(self, image: Image, face: Detection, *, name: str, copy: int) -> Image:
        crop = CROPS[self._input.crop]
        return cut_copy(image, face, crop, size=self._input.size, name=name, copy=copy)

    def read(self, crops: list[Image]) -> dict[str, NDArray[np.float16] | Bytes]:
        unused = np.zeros((len(crops), 2, 3), dtype=np.float32)
        outputs = self._net.features(Crops(pixels=np.stack(crops), to_picture=unused))
        found: dict[str, NDArray[np.float16] | Bytes] = {
            "pooled": outputs["pooled"].astype(np.float16)
        }
        steps = np.round(outputs["maps"] / STEP).astype(np.uint8)
        first = 0
        for name, channels in MAPS.items():
            found[name] = steps[:, first : first + channels]
            first += channels
        return found


class Progress:
    """Prints how far something is, every ten seconds or so."""

    def __init__(self, title: str, total: int, *, done: int = 0) -> None:
        self._title, self._total = title, total
        self._begun = self._shown = time.monotonic()
        self._skipped = done

    def show(self, done: int) -> None:
        """Say that `done` of all are finished."""
        now = time.monotonic()
        if now - self._shown < 10 and done < self._total:
            return
        self._shown = now
        rate = (now - self._begun) / max(done - self._skipped, 1)
        left = rate * (self._total - done)
        print(
            f"{self._title} {done}/{self._total}, {1000 * rate:.1f} ms each, {left:.0f} s left",
            flush=True,
        )


def _digest() -> str:
    """Cover what the features depend on, but for the pictures."""
    nets = [load_manifest().net(role) for role in ("detector", "backbone")]
    parts = (_REVISION, [(net.sha256, net.input) for net in nets], CROPS)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


def _files(place: Path, copy: int, count: int, *, mode: str) -> dict[str, NDArray]:
    shapes = {name: (count, channels, GRID, GRID) for name, channels in MAPS.items()}
    files: dict[str, NDArray] = {
        name: np.lib.format.open_memmap(
            place / f"copy{copy}_{name}.npy",
            mode=mode,
            dtype=np.uint8 if mode == "w+" else None,
            shape=shape if mode == "w+" else None,
        )
        for name, shape in shapes.items()
    }
    files["pooled"] = np.lib.format.open_memmap(
        place / f"copy{copy}_pooled.npy",
        mode=mode,
        dtype=np.float16 if mode == "w+" else None,
        shape=(count, POOLED) if mode == "w+" else None,
    )
    return files


def _open(place: Path, samples: tuple[Sample, ...], copies: int) -> FaceFeatures:
    opened = [_files(place, copy, len(samples), mode="r") for copy in range(copies)]
    return FaceFeatures(
        samples=samples,
        pooled=[files["pooled"] for files in opened],
        maps={name: [files[name] for files in opened] for name in MAPS},
    )
