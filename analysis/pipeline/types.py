"""What the pipeline takes and gives: plain values, no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# An upright picture: uint8, height × width × 3, channels in the order blue, green, red.
Image: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]

# A number (age in years), or the probability of each label.
Reading: TypeAlias = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the picture. It may reach over the picture's edge."""

    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    def overlap(self, other: Box) -> float:
        """Return intersection over union, 0 to 1."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)


@dataclass(frozen=True, slots=True)
class Pupil:
    """An iris' centre and radius in pixels of the picture."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Pose:
    """Head pose in degrees, seen from the camera.

    yaw is positive when the face turns to the picture's right (−90…90), pitch when it looks up
    (−90…90), roll when the head leans clockwise in the picture (−180…180).
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How fit a face is for recognition: eight scores, 0–100, higher is better, always.

    85 and more is good enough. `fnf` is "face or no face", `glass` and `mask` say how little
    glasses and masks (or other things) cover the upper and the lower face.
    """

    score: float
    noise: float
    blur: float
    fnf: float
    glass: float
    mask: float
    illumination: float
    pose: float


@dataclass(frozen=True, slots=True, eq=False)
class FaceResult:
    """Everything that is known of one face. All coordinates are pixels of the picture."""

    box: Box
    score: float
    """The detector's probability, 0–1."""
    keypoints: Floats
    """5×2: left eye, right eye, nose tip, left and right mouth corner; picture's left."""
    mesh: Floats
    """478×3: x and y in pixels, z in the same scale, smaller is nearer; 468 on are the irises."""
    landmarks: Floats
    """105×2 in the order of `landmarks.GROUPS`."""
    pupils: tuple[Pupil, Pupil]
    """The one on the picture's left, then the one on its right."""
    pose: Pose
    readings: Mapping[str, Reading]
    quality: Quality
    embedding: Floats
    """1024, unit length."""
