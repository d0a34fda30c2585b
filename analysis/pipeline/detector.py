"""Finds faces with CenterFace: boxes, five points and a probability.

Source of the decoding: Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as
Point", 2019, arXiv:1911.03599.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from analysis.manifest import InputSpec
from analysis.pipeline.feeding import to_batch
from analysis.pipeline.session import Session
from analysis.pipeline.types import Box, Floats, Image

_STRIDE = 4
_MULTIPLE = 32


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A face: its box, the detector's probability and 5×2 points in pixels of the picture.

    The points are left eye, right eye, nose tip, left and right mouth corner, where left is the
    picture's left. Box and points may reach over the picture's edge.
    """

    box: Box
    score: float
    keypoints: Floats


@dataclass(frozen=True, slots=True)
class Frame:
    """Puts a picture, scaled to `picture_side`, in the middle of a square of `side`."""

    picture_side: int
    side: int


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """Sizes are of the longer side, in pixels.

    A picture is shrunk to `share` of its size, but not under `min_side` nor over `max_side`. The
    net finds faces from about 15 px, so with these figures a face of 32 px is found in pictures up
    to 2,560 px, and one of 56 px in 4,096 px. Pictures under `enlarged_side` are enlarged to it.

    The net misses faces that fill the picture. So a picture in which no face reaches `sure_score`
    is searched again in each of `frames` of its mean colour, until one does.
    """

    share: float = 0.5
    min_side: int = 640
    max_side: int = 1280
    enlarged_side: int = 192
    frames: tuple[Frame, ...] = (Frame(64, 192), Frame(56, 224))
    sure_score: float = 0.5
    min_score: float = 0.35
    max_overlap: float = 0.3


class Detector:
    """CenterFace over one picture."""

    def __init__(
        self, session: Session, spec: InputSpec, settings: DetectorSettings | None = None
    ) -> None:
        self._session = session
        self._spec = spec
        self._settings = settings or DetectorSettings()

    def detect(self, image: Image) -> list[Detection]:
        """Return the faces of a picture, largest box first."""
        scaled = _scale(image, side=self._best_side(max(image.shape[:2])))
        found = self._search(scaled)
        for frame in self._settings.frames:
            if _best_score(found) >= self._settings.sure_score:
                break
            framed = self._search_framed(scaled, frame)
            if len(framed) >= len(found) and _best_score(framed) > _best_score(found):
                found = framed
        faces = [_move(face, by=(0, 0), scales=_scales(scaled, image)) for face in found]
        return sorted(faces, key=lambda face: (-face.box.area, face.box.left, face.box.top))

    def _best_side(self, longer: int) -> float:
        settings = self._settings
        shrunk = min(max(settings.share * longer, settings.min_side), settings.max_side, longer)
        return max(shrunk, settings.enlarged_side)

    def _search_framed(self, image: Image, frame: Frame) -> list[Detection]:
        """Search a picture in a frame; return the faces whose centre is not in the frame."""
        small = _scale(image, side=frame.picture_side)
        height, width = small.shape[:2]
        left, top = (frame.side - width) // 2, (frame.side - height) // 2
        canvas = np.empty((frame.side, frame.side, 3), dtype=np.uint8)
        canvas[:] = np.round(small.mean(axis=(0, 1)))
        canvas[top : top + height, left : left + width] = small
        moved = [
            _move(face, by=(-left, -top), scales=_scales(small, image))
            for face in self._search(canvas)
        ]
        return [face for face in moved if _is_centred_in(image, face.box)]

    def _search(self, image: Image) -> list[Detection]:
        """Search a picture as large as it is, padded to multiples of 32."""
        height, width = image.shape[:2]
        padded = np.zeros((_round_up(height), _round_up(width), 3), dtype=np.uint8)
        padded[:height, :width] = image
        outputs = self._session.run({self._spec.tensor: to_batch(padded[None], self._spec)})
        boxes, scores, points = self._decode(outputs)
        return [
            Detection(
                box=Box(*(float(value) for value in boxes[index])),
                score=float(scores[index]),
                keypoints=points[index],
            )
            for index in self._suppress(boxes, scores)
        ]

    def _decode(self, outputs: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
        heatmap = outputs["heatmap"][0, 0]
        rows, columns = np.nonzero(heatmap >= self._settings.min_score)
        scores = heatmap[rows, columns]
        heights, widths = np.exp(outputs["scale"][0][:, rows, columns]) * _STRIDE
        offset_y, offset_x = outputs["offset"][0][:, rows, columns]
        left = (columns + offset_x + 0.5) * _STRIDE - widths / 2
        top = (rows + offset_y + 0.5) * _STRIDE - heights / 2
        boxes = np.stack([left, top, widths, heights], axis=1).astype(np.float32)
        relative = outputs["points"][0][:, rows, columns].T.reshape(-1, 5, 2)[:, :, ::-1]
        points = relative * boxes[:, None, 2:] + boxes[:, None, :2]
        return boxes, scores, np.asarray(points, dtype=np.float32)

    def _suppress(self, boxes: Floats, scores: Floats) -> list[int]:
        kept = cv2.dnn.NMSBoxes(
            boxes.tolist(), scores.tolist(), self._settings.min_score, self._settings.max_overlap
        )
        return [int(index) for index in kept]


def _scale(image: Image, *, side: float) -> Image:
    """Scale a picture so that its longer side is `side`."""
    height, width = image.shape[:2]
    longer = max(height, width)
    if side == longer:
        return image
    columns, rows = max(round(width * side / longer), 1), max(round(height * side / longer), 1)
    interpolation = cv2.INTER_AREA if side < longer else cv2.INTER_CUBIC
    resized = cv2.resize(image, (columns, rows), interpolation=interpolation)
    return np.asarray(resized, dtype=np.uint8)


def _scales(small: Image, image: Image) -> tuple[float, float]:
    """Return how many pixels of `image` a pixel of `small` is wide and high."""
    return image.shape[1] / small.shape[1], image.shape[0] / small.shape[0]


def _move(face: Detection, *, by: tuple[int, int], scales: tuple[float, float]) -> Detection:
    """Move a face, then scale it."""
    box, (across, down) = face.box, scales
    moved = Box(
        left=(box.left + by[0]) * across,
        top=(box.top + by[1]) * down,
        width=box.width * across,
        height=box.height * down,
    )
    keypoints = (face.keypoints + np.array(by)) * np.array(scales)
    return Detection(box=moved, score=face.score, keypoints=np.asarray(keypoints, np.float32))


def _best_score(faces: list[Detection]) -> float:
    return max((face.score for face in faces), default=0.0)


def _is_centred_in(image: Image, box: Box) -> bool:
    across, down = box.left + box.width / 2, box.top + box.height / 2
    return bool(0 <= across < image.shape[1] and 0 <= down < image.shape[0])


def _round_up(side: int) -> int:
    return -(-side // _MULTIPLE) * _MULTIPLE
