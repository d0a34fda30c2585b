"""Draws the 105 landmarks and the pupils with their numbers on a face, for docs/nets.md.

    python models/recipes/draw_landmarks.py docs/images/landmarks.jpg

The face is skimage's astronaut (Eileen Collins, NASA, public domain).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import skimage.data

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis.pipeline import load_pipeline
from analysis.pipeline.landmarks import GROUPS
from analysis.pipeline.types import Image

SIDE_PX = 1100
COLORS = {
    "left_brow": (60, 180, 255),
    "right_brow": (60, 180, 255),
    "left_eye": (255, 200, 60),
    "right_eye": (255, 200, 60),
    "nose": (120, 255, 120),
    "mouth": (120, 120, 255),
    "contour": (255, 255, 255),
}


def draw_landmarks(image: Image) -> Image:
    """Return the first face of a BGR picture, enlarged, with its numbered landmarks."""
    face = load_pipeline().analyze(image)[0]
    box = face.box
    left, top = int(box.left - box.width * 0.16), int(box.top - box.height * 0.02)
    side = int(max(box.width, box.height) * 1.1)
    scale = SIDE_PX / side
    canvas = cv2.resize(
        image[top : top + side, left : left + side],
        (SIDE_PX, SIDE_PX),
        interpolation=cv2.INTER_CUBIC,
    )
    canvas = np.asarray(canvas * 0.7, dtype=np.uint8)

    def place(point: tuple[float, float]) -> tuple[int, int]:
        return round((point[0] - left) * scale), round((point[1] - top) * scale)

    for name, group in GROUPS.items():
        for index in group:
            x, y = place((face.landmarks[index, 0], face.landmarks[index, 1]))
            cv2.circle(canvas, (x, y), 4, COLORS[name], cv2.FILLED, cv2.LINE_AA)
            cv2.putText(
                canvas,
                str(index),
                (x + 5, y - 4),
                cv2.FONT_HERSHEY_SIMPLEX,
                0.36,
                COLORS[name],
                1,
                cv2.LINE_AA,
            )
    for pupil in face.pupils:
        cv2.circle(
            canvas,
            place((pupil.x, pupil.y)),
            round(pupil.radius * scale),
            (255, 0, 255),
            2,
            cv2.LINE_AA,
        )
    return np.asarray(canvas, dtype=np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path)
    path = parser.parse_args().picture
    path.parent.mkdir(parents=True, exist_ok=True)
    astronaut = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    cv2.imwrite(str(path), draw_landmarks(astronaut), [cv2.IMWRITE_JPEG_QUALITY, 88])
    print(path)


if __name__ == "__main__":
    main()
