"""The picture that Scaleflex' answer leads to: faces framed, and what was read written beside.

Making a PNG takes half as long as an analysis, and few clients look at it. So an answer waits for a
sketch only, a small JPEG with what is to be drawn, and the PNG is made when somebody asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from analysis.pipeline.types import Image

MOST_SIDE_PX = 1024
JPEG_QUALITY = 92
# Seen on skin, on hair and on most walls.
FRAME = (255, 214, 10)
INK = (20, 20, 20)
# Of the picture's longer side.
LINE_SHARE = 0.003
LETTER_SHARE = 0.018
SMALLEST_LETTER_PX = 11
PADDING_PX = 3

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Label:
    """A box in pixels of the sketch, as left, top, right and bottom, and what is written at it."""

    box: tuple[int, int, int, int]
    words: str


def sketch(image: Image, faces: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return a small copy of a picture and its rendered faces: a line of JSON, then a JPEG."""
    scale = min(1.0, MOST_SIDE_PX / max(image.shape[:2]))
    labels = [
        {"box": [round(edge * scale) for edge in face["box"]], "words": _words(name, face)}
        for name, face in faces.items()
    ]
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, encoded = cv2.imencode(".jpg", _shrunk(image, scale), quality)
    return json.dumps(labels).encode() + b"\n" + encoded.tobytes()


def draw(sketched: bytes) -> bytes:
    """Return a sketch as a PNG with its faces framed, MOST_SIDE_PX wide or high at most."""
    line, _, encoded = sketched.partition(b"\n")
    pixels = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    canvas = PillowImage.fromarray(np.asarray(pixels, np.uint8))
    pen = ImageDraw.Draw(canvas)
    longer = max(canvas.size)
    line_px = max(2, round(LINE_SHARE * longer))
    font = ImageFont.load_default(max(SMALLEST_LETTER_PX, LETTER_SHARE * longer))
    for one in json.loads(line):
        label = Label(tuple(one["box"]), one["words"])
        pen.rectangle(_frame(label), outline=FRAME, width=line_px)
        _write(pen, label, size=canvas.size, font=font)
    drawn = cv2.cvtColor(np.asarray(canvas, np.uint8), cv2.COLOR_RGB2BGR)
    # The lowest level that still compresses: a person waits for it.
    _, png = cv2.imencode(".png", drawn, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return png.tobytes()


def _shrunk(image: Image, scale: float) -> Image:
    if scale == 1:
        return image
    height, width = image.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _frame(label: Label) -> tuple[int, int, int, int]:
    """Return the corners of a frame that is one pixel wide at least."""
    left, top, right, bottom = label.box
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _words(name: str, face: Mapping[str, Any]) -> str:
    """Return a face's label, without what is switched off."""
    read = (face["gender"], face["age"] or "", face["dominant_emotion"])
    return ", ".join([name, *(str(word) for word in read if word)])


def _write(pen: ImageDraw.ImageDraw, label: Label, *, size: tuple[int, int], font: Font) -> None:
    """Write above a box, or in it where it begins at the picture's top."""
    _, _, width, height = (round(edge) for edge in pen.textbbox((0, 0), label.words, font=font))
    width, height = width + 2 * PADDING_PX, height + 2 * PADDING_PX
    left = max(0, min(label.box[0], size[0] - width))
    top = label.box[1] - height if label.box[1] >= height else max(0, label.box[1])
    pen.rectangle((left, top, left + width, top + height), fill=FRAME)
    pen.text((left + PADDING_PX, top + PADDING_PX), label.words, fill=INK, font=font)
