"""What is drawn over a picture for one face: shapes in pixels of the picture, ready for SVG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.face_crops import SIDE_PX as CROP_SIDE_PX
from analysis.face_crops import crop_region
from analysis.models import Face
from analysis.pipeline.landmarks import GROUPS
from analysis.pipeline.types import Box, Pose, Pupil
from dam.previews import PREVIEW_SIDE_PX

Points = NDArray[np.float64]

# Shares of the face's width.
DOT = 0.026
AXIS = 0.5
MARGIN_OF_CLOSE_UP = 0.8


@dataclass(frozen=True, slots=True)
class LandmarkPart:
    """A part of the face, and its landmarks with their numbers among the 105."""

    label: str
    points: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """An arm of the head's own axes as a path; x points to its side, y down, z to the viewer."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class FaceMarks:
    """All marks of one face."""

    box: Box
    dots: str
    dot_size: float
    parts: tuple[LandmarkPart, ...]
    pupils: tuple[Pupil, Pupil]
    axes: tuple[Axis, ...]
    label_size: float
    middle: float
    bottom: float
    """Where the name begins below the box, which it is centred under."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The part of a picture that is shown."""

    view: Box
    sharper: Box | None = None
    """Where the face's crop has more detail than the preview, which is made small for screens."""


def mark_face(face: Face) -> FaceMarks:
    """Return the marks of a face."""
    points = np.asarray(face.landmarks, dtype=np.float64).reshape(-1, 2)
    pose = Pose(yaw=face.yaw, pitch=face.pitch, roll=face.roll)
    return FaceMarks(
        box=face.box,
        dots="".join(f"M{x:.1f} {y:.1f}h0" for x, y in points),
        dot_size=face.width * DOT,
        parts=tuple(_part(name, members, points) for name, members in GROUPS.items()),
        pupils=(Pupil(*face.pupils[:3]), Pupil(*face.pupils[3:])),
        axes=_axes(
            pose, origin=points[list(GROUPS["nose"])].mean(axis=0), length=face.width * AXIS
        ),
        label_size=face.width * 0.16,
        middle=face.left + face.width / 2,
        bottom=face.top + face.height,
    )


def head_axes(pose: Pose) -> Points:
    """Return where the head's x, y and z axes point in the picture: 3×2, unit length in space.

    For a head that looks straight at the camera they are right, down, and none: towards the viewer.
    """
    yaw, pitch, roll = np.radians((pose.yaw, pose.pitch, pose.roll))
    nod = np.array(
        ((1, 0, 0), (0, np.cos(pitch), np.sin(pitch)), (0, -np.sin(pitch), np.cos(pitch)))
    )
    turn = np.array(((np.cos(yaw), 0, -np.sin(yaw)), (0, 1, 0), (np.sin(yaw), 0, np.cos(yaw))))
    lean = np.array(((np.cos(roll), -np.sin(roll), 0), (np.sin(roll), np.cos(roll), 0), (0, 0, 1)))
    rotation = lean @ turn @ nod
    # z of the rotation points away from the viewer, the nose towards them.
    axes: Points = (rotation @ np.diag((1, 1, -1))).T[:, :2]
    return axes


def whole_picture(*, width: int, height: int) -> Stage:
    """Show all of a picture."""
    return Stage(Box(0, 0, width, height))


def close_up(box: Box, *, width: int, height: int) -> Stage:
    """Show the part of a picture around a face, in the picture's shape."""
    scale = max(box.width / width, box.height / height) * (1 + 2 * MARGIN_OF_CLOSE_UP)
    scale = min(scale, 1.0)
    shown_width, shown_height = width * scale, height * scale
    left = box.left + box.width / 2 - shown_width / 2
    top = box.top + box.height / 2 - shown_height / 2
    shown = Box(
        left=min(max(left, 0.0), width - shown_width),
        top=min(max(top, 0.0), height - shown_height),
        width=shown_width,
        height=shown_height,
    )
    crop = crop_region(box, width=width, height=height)
    crop_scale = CROP_SIDE_PX / max(crop.width, crop.height)
    return Stage(shown, sharper=crop if crop_scale > PREVIEW_SIDE_PX / max(width, height) else None)


def _part(name: str, members: range, points: Points) -> LandmarkPart:
    return LandmarkPart(
        label=name.replace("_", " ").capitalize(),
        points=tuple((i, float(points[i][0]), float(points[i][1])) for i in members),
    )


def _axes(pose: Pose, *, origin: NDArray[np.float64], length: float) -> tuple[Axis, ...]:
    x, y = origin
    ends = origin + head_axes(pose) * length
    return tuple(
        Axis(name=name, path=f"M{x:.1f} {y:.1f}L{end[0]:.1f} {end[1]:.1f}")
        for name, end in zip("xyz", ends, strict=True)
    )
