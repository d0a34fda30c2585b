"""The picture that Scaleflex' answer leads to: faces framed, and what was read written beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from analysis.pipeline.types import Image

MOST_SIDE_PX = 1024
# Seen on skin, on hair and on most walls.
FRAME = (255, 214, 10)
INK = (20, 20, 20)
# Of the picture's longer side.
LINE_SHARE = 0.003
LETTER_SHARE = 0.018
SMALLEST_LETTER_PX = 11
PADDING_PX = 3


def draw_faces(image: Image, faces: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return a PNG of a picture, MOST_SIDE_PX wide or high at most, with its rendered faces."""
    scale = min(1.0, MOST_SIDE_PX / max(image.shape[:2]))
    canvas = PillowImage.fromarray(cv2.cvtColor(_shrunk(image, scale), cv2.COLOR_BGR2RGB))
    pen = ImageDraw.Draw(canvas)
    longer = max(canvas.size)
    line_px = max(2, round(LINE_SHARE * longer))
    font = ImageFont.load_default(max(SMALLEST_LETTER_PX, LETTER_SHARE * longer))
    for name, face in faces.items():
        box = [round(edge * scale) for edge in face["box"]]
        pen.rectangle(_ordered(box), outline=FRAME, width=line_px)
        _write(pen, _words(name, face), box=box, size=canvas.size, font=font)
    # The lowest level that still compresses: a person waits for it.
    pixels = cv2.cvtColor(np.asarray(canvas, np.uint8), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return encoded.tobytes()


def _shrunk(image: Image, scale: float) -> Image:
    if scale == 1:
        return image
    height, width = image.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _ordered(box: list[int]) -> tuple[int, int, int, int]:
    """Return the corners of a frame that is one pixel wide at least."""
    left, top, right, bottom = box
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _words(name: str, face: Mapping[str, Any]) -> str:
    """Return a face's label, without what is switched off."""
    read = (face["gender"], face["age"] or "", face["dominant_emotion"])
    return ", ".join([name, *(str(word) for word in read if word)])


def _write(
    pen: ImageDraw.ImageDraw,
    words: str,
    *,
    box: list[int],
    size: tuple[int, int],
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
) -> None:
    """Write above a box, or in it where it begins at the picture's top."""
    _, _, width, height = (round(edge) for edge in pen.textbbox((0, 0), words, font=font))
    width, height = width + 2 * PADDING_PX, height + 2 * PADDING_PX
    left = max(0, min(box[0], size[0] - width))
    top = box[1] - height if box[1] >= height else max(0, box[1])
    pen.rectangle((left, top, left + width, top + height), fill=FRAME)
    pen.text((left + PADDING_PX, top + PADDING_PX), words, fill=INK, font=font)
