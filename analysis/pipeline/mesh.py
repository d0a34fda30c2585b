"""Lays a mesh of 478 points over each face (MediaPipe's attention mesh).

Source: Grishchenko et al., "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time",
2020, arXiv:2006.10962. The lists below say which of the 468 points the net's finer outputs
replace; they are part of the net's definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from analysis.manifest import InputSpec
from analysis.pipeline.crops import Crops
from analysis.pipeline.feeding import to_batch
from analysis.pipeline.session import Session
from analysis.pipeline.types import Floats, Pupil

# "left" is the picture's left throughout.
# fmt: off
REFINED: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "lips": (
            61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270,
            409, 78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311,
            310, 415, 76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302,
            303, 304, 408, 62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12,
            268, 271, 272, 407,
        ),
        "left_eye": (
            33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25,
            110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229, 230,
            231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35, 124, 46, 53, 52, 65, 143,
            111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
        ),
        "right_eye": (
            263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359,
            255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261,
            448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413, 265, 353, 276,
            283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296,
            336, 285, 417,
        ),
    }
)
# fmt: on
# The outline of the face as points of the mesh, in order.
# fmt: off
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)
# fmt: on
BASE_POINTS = 468
LEFT_IRIS, RIGHT_IRIS = slice(468, 473), slice(473, 478)
_LEFT_EYE_CORNERS, _RIGHT_EYE_CORNERS = (33, 133), (263, 362)


@dataclass(frozen=True, slots=True, eq=False)
class Meshes:
    """The meshes of n faces.

    `points` is float32, n × 478 × 3: x and y in pixels of the picture, z in the same scale and
    smaller when nearer. `face_flags` is n logits, high where the crop shows a face.
    """

    points: Floats
    face_flags: Floats

    @classmethod
    def none(cls) -> Meshes:
        """Return the meshes of no face."""
        return cls(
            points=np.empty((0, RIGHT_IRIS.stop, 3), dtype=np.float32),
            face_flags=np.empty(0, dtype=np.float32),
        )

    def select(self, indices: Sequence[int]) -> Meshes:
        """Return the meshes of some of the faces."""
        chosen = np.array(indices, dtype=np.intp)
        return Meshes(points=self.points[chosen], face_flags=self.face_flags[chosen])

    def pupils(self, index: int) -> tuple[Pupil, Pupil]:
        """Return the left and the right pupil of one face."""
        left, right = (_pupil(self.points[index, part, :2]) for part in (LEFT_IRIS, RIGHT_IRIS))
        return left, right


class MeshNet:
    """The mesh net over a batch of crops."""

    def __init__(self, session: Session, spec: InputSpec) -> None:
        self._session = session
        self._spec = spec

    def lay(self, crops: Crops) -> Meshes:
        """Return one mesh for each crop."""
        outputs = self._session.run({self._spec.tensor: to_batch(crops.pixels, self._spec)})
        count = len(crops.pixels)
        points = np.empty((count, RIGHT_IRIS.stop, 3), dtype=np.float32)
        points[:, :BASE_POINTS] = outputs["points"].reshape(count, BASE_POINTS, 3)
        for name, indices in REFINED.items():
            points[:, indices, :2] = outputs[name].reshape(count, len(indices), 2)
        for part, name, corners in (
            (LEFT_IRIS, "left_iris", _LEFT_EYE_CORNERS),
            (RIGHT_IRIS, "right_iris", _RIGHT_EYE_CORNERS),
        ):
            points[:, part, :2] = outputs[name].reshape(count, 5, 2)
            # The net gives irises no depth: they lie about as deep as the corners of the eye.
            points[:, part, 2] = points[:, corners, 2].mean(axis=1, keepdims=True)
        points[..., :2] = crops.map_to_picture(points[..., :2])
        points[..., 2] *= crops.scales()[:, None]
        return Meshes(points=points, face_flags=outputs["face_flag"].reshape(count))


def _pupil(iris: Floats) -> Pupil:
    """Take an iris' centre and the mean distance of the four points on its rim."""
    center, rim = iris[0], iris[1:]
    radius = float(np.linalg.norm(rim - center, axis=1).mean())
    return Pupil(x=float(center[0]), y=float(center[1]), radius=radius)
