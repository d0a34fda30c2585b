"""Finds faces with CenterFace: boxes, five points and a probability.

Source of the decoding: Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as
Point", 2019, arXiv:1911.03599.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
class DetectorSettings:
    """Sizes are of the longer side, in pixels.

    A picture is shrunk to `share` of its size, but not under `min_side` nor over `max_side`. The
    net finds faces from about 15 px, so with these figures a face of 32 px is found in pictures up
    to 2,560 px, and one of 56 px in 4,096 px. Pictures under `enlarged_side` are enlarged to it.

    Pictures under `tight_side` may be crops that a face fills, which the net misses. One in which
    no face reaches `sure_score` is searched again with frames of its mean colour: each of `frames`
    is a frame's width as a multiple of the picture's side, and the side with the frame.
    """

    share: float = 0.5
    min_side: int = 640
    max_side: int = 1280
    enlarged_side: int = 192
    tight_side: int = 320
    frames: tuple[tuple[float, int], ...] = ((1.0, 192), (1.5, 224))
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
        longer = max(image.shape[:2])
        found = self._search(image, side=self._best_side(longer))
        frames = self._settings.frames if longer < self._settings.tight_side else ()
        for share, side in frames:
            if _best_score(found) >= self._settings.sure_score:
                break
            framed = self._search_framed(image, share=share, side=side)
            if len(framed) >= len(found) and _best_score(framed) > _best_score(found):
                found = framed
        return sorted(found, key=lambda face: (-face.box.area, face.box.left, face.box.top))

    def _best_side(self, longer: int) -> float:
        settings = self._settings
        shrunk = min(max(settings.share * longer, settings.min_side), settings.max_side, longer)
        return max(shrunk, settings.enlarged_side)

    def _search_framed(self, image: Image, *, share: float, side: int) -> list[Detection]:
        """Search with a frame round the picture; return faces whose centre is not in the frame."""
        height, width = image.shape[:2]
        border = round(share * max(height, width))
        mean = cv2.mean(image)[:3]
        framed = cv2.copyMakeBorder(
            image, border, border, border, border, cv2.BORDER_CONSTANT, value=mean
        )
        found = self._search(np.asarray(framed, dtype=np.uint8), side=float(side))
        moved = [_moved(face, by=-border) for face in found]
        return [face for face in moved if _is_centred_in(face.box, width, height)]

    def _search(self, image: Image, *, side: float) -> list[Detection]:
        """Search a picture that is scaled so that its longer side is `side`."""
        canvas, scale_x, scale_y = _fit(image, side=side)
        outputs = self._session.run({self._spec.tensor: to_batch(canvas[None], self._spec)})
        boxes, scores, points = self._decode(outputs)
        scaling = np.array([scale_x, scale_y], dtype=np.float32)
        boxes *= np.tile(scaling, 2)
        points *= scaling
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


def _fit(image: Image, *, side: float) -> tuple[Image, float, float]:
    """Scale a picture and pad it to multiples of 32; also return the scales back."""
    height, width = image.shape[:2]
    longer = max(height, width)
    columns = max(round(width * side / longer), 1)
    rows = max(round(height * side / longer), 1)
    scaled = image
    if side != longer:
        interpolation = cv2.INTER_AREA if side < longer else cv2.INTER_CUBIC
        resized = cv2.resize(image, (columns, rows), interpolation=interpolation)
        scaled = np.asarray(resized, dtype=np.uint8)
    padded = np.zeros((_round_up(rows), _round_up(columns), 3), dtype=np.uint8)
    padded[:rows, :columns] = scaled
    return padded, width / columns, height / rows


def _best_score(faces: list[Detection]) -> float:
    return max((face.score for face in faces), default=0.0)


def _moved(face: Detection, *, by: float) -> Detection:
    box = replace(face.box, left=face.box.left + by, top=face.box.top + by)
    return replace(face, box=box, keypoints=face.keypoints + np.float32(by))


def _is_centred_in(box: Box, width: int, height: int) -> bool:
    across, down = box.left + box.width / 2, box.top + box.height / 2
    return 0 <= across < width and 0 <= down < height


def _round_up(side: int) -> int:
    return -(-side // _MULTIPLE) * _MULTIPLE
