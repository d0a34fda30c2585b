"""Pictures to measure with: real faces from skimage and matplotlib, and those of labelled sets."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data
from numpy.typing import NDArray

if TYPE_CHECKING:
    from analysis.pipeline import FacePipeline
    from analysis.pipeline.types import FaceResult

Image = NDArray[np.uint8]


@cache
def portraits() -> tuple[tuple[Image, int], ...]:
    """Return pictures of one face each, with the width of the face in pixels."""
    astronaut = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    hopper = cv2.imread(str(path))
    return (astronaut[:220, 120:320], 88), (hopper[60:420], 182)


def group(count: int, *, width: int, height: int, face_px: int) -> Image:
    """Return a BGR picture of `count` faces in rows, each about `face_px` wide."""
    columns = min(count, 6)
    rows = -(-count // columns)
    canvas = np.full((height, width, 3), 90, dtype=np.uint8)
    for index in range(count):
        portrait, portrait_face_px = portraits()[index % 2]
        scale = face_px / portrait_face_px
        small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        left = index % columns * (width // columns) + 4
        top = index // columns * (height // rows) + 4
        small = small[: height - top, : width - left]
        canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


def jpeg(image: Image) -> bytes:
    """Return the picture as a JPEG file of quality 90."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise RuntimeError("OpenCV cannot write JPEG")
    return data.tobytes()


def central_face(pipeline: FacePipeline, encoded: bytes) -> FaceResult | None:
    """Return the face nearest to the middle of a picture, by the nose; None if there is no face."""
    image = cv2.imdecode(np.frombuffer(encoded, dtype=np.uint8), cv2.IMREAD_COLOR)
    middle = np.array(image.shape[1::-1]) / 2
    return min(
        pipeline.analyze(image),
        key=lambda face: np.linalg.norm(face.keypoints[2] - middle),
        default=None,
    )
