"""Spoils pictures of faces by known amounts, so that quality scores can be fitted and judged."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

sys.path.append(str(Path(__file__).resolve().parents[2]))

from drawn_eyewear import Eyewear, draw_eyewear
from drawn_masks import draw_mask
from face_chart import Chart

from analysis.pipeline.mesh import BASE_POINTS, FACE_OVAL
from analysis.pipeline.types import Floats, Image

# Pixels that lie so far outside the face's outline, as a multiple of it, stay when it turns.
_TURNED_REACH = 2.2


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A picture with a fault of a kind; `amount` has the unit of the function that made it."""

    kind: str
    amount: str
    image: Image


def noisy(image: Image, sigma: float, random: np.random.Generator) -> Image:
    """Add noise of `sigma` grey levels."""
    return _levels(image + random.normal(0, sigma, image.shape))


def blurred(image: Image, sigma: float) -> Image:
    """Blur with a radius of `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8)


def exposed(image: Image, gain: float) -> Image:
    """Darken by a gain under 1, overexpose by one over 1."""
    return _levels(image * float(gain))


def faded(image: Image, share: float) -> Image:
    """Keep a share of the contrast about the picture's mean."""
    mean = image.mean()
    return _levels(mean + (image - mean) * share)


def sidelit(image: Image, gain: float) -> Image:
    """Darken by `gain` on the left, by nothing on the right, ever less from one to the other."""
    slope = 1 / (1 + np.exp(-np.linspace(-6, 6, image.shape[1])))
    return _levels(image * (gain + (1 - gain) * slope)[:, None])


def compressed(image: Image, quality: int) -> Image:
    """Write as a JPEG of a quality and read it again."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def shrunk(image: Image, scale: float) -> Image:
    """Return a smaller picture."""
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def turned(image: Image, mesh: Floats, degrees: float) -> Image:
    """Turn the face away by `degrees`: the skin moves with the mesh, what is around it stays."""
    points = mesh[:BASE_POINTS].astype(np.float64)
    center = points.mean(axis=0)
    angle = np.radians(degrees)
    rotation = np.array(
        [[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]]
    )
    moved = (points - center) @ rotation.T + center
    oval = points[list(FACE_OVAL), :2]
    ring = center[:2] + _TURNED_REACH * (oval - center[:2])
    height, width = image.shape[:2]
    margin = 3.0 * max(height, width)
    corners = np.array([[x, y] for x in (-margin, margin) for y in (-margin, margin)])
    sources = np.vstack([points[:, :2], ring, corners])
    goals = np.vstack([moved[:, :2], ring, corners])
    rows, columns = np.mgrid[:height, :width]
    places = LinearNDInterpolator(goals, sources)(columns, rows).astype(np.float32)
    return np.asarray(
        cv2.remap(
            image,
            places[..., 0],
            places[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.uint8,
    )


def spoil(image: Image, mesh: Floats, random: np.random.Generator) -> Iterator[Spoilt]:
    """Yield a picture with each fault in each strength; `mesh` is that of its face."""
    single: tuple[tuple[str, tuple[float, ...], Callable[[float], Image]], ...] = (
        ("noise", (5, 10, 20, 35), lambda amount: noisy(image, amount, random)),
        ("blur", (1, 2, 3.5, 5), lambda amount: blurred(image, amount)),
        ("dark", (0.35, 0.2, 0.1, 0.06), lambda amount: exposed(image, amount)),
        ("bright", (1.5, 2, 3, 4.5), lambda amount: exposed(image, amount)),
        ("flat", (0.5, 0.25, 0.12), lambda amount: faded(image, amount)),
        ("sidelit", (0.5, 0.25, 0.1), lambda amount: sidelit(image, amount)),
        ("JPEG", (40, 20, 10, 5), lambda amount: compressed(image, int(amount))),
        ("small", (0.6, 0.4, 0.28, 0.2), lambda amount: shrunk(image, amount)),
        ("turned", (15, 30), lambda amount: turned(image, mesh, amount)),
    )
    for kind, amounts, fault in single:
        for amount in amounts:
            yield Spoilt(kind, f"{amount:g}", fault(amount))
    for amount_of_each, picture in _spoil_twice(image, random):
        yield Spoilt("combined", amount_of_each, picture)
    chart = Chart.of(mesh)
    yield Spoilt("mask", "worn", draw_mask(image, chart, "nose", random))
    eyewear: tuple[Eyewear, ...] = ("glasses", "sunglasses")
    for pair in eyewear:
        yield Spoilt("eyewear", pair, draw_eyewear(image, chart, pair, random))


def _spoil_twice(image: Image, random: np.random.Generator) -> Iterator[tuple[str, Image]]:
    yield "blur 1.5, noise 10", noisy(blurred(image, 1.5), 10, random)
    yield "dark 0.3, noise 10", noisy(exposed(image, 0.3), 10, random)
    yield "dark 0.2, JPEG 30", compressed(exposed(image, 0.2), 30)
    yield "bright 2, blur 2", blurred(exposed(image, 2), 2)
    yield "small 0.4, JPEG 30", compressed(shrunk(image, 0.4), 30)
    noisy_and_small = noisy(shrunk(image, 0.5), 15, random)
    yield "small 0.5, noise 15, JPEG 30", compressed(noisy_and_small, 30)


def _levels(values: NDArray[np.float64]) -> Image:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)
