"""Draws what covers a face and is no mask: hands, microphones, scarves, beards, boxes."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from face_chart import Chart, Layer, Values

from analysis.pipeline.types import Image

Obstacle = Literal["hand", "microphone", "scarf", "beard", "thing"]
OBSTACLES: tuple[Obstacle, ...] = ("hand", "microphone", "scarf", "beard", "thing")
_IN_FRONT = -0.5


def draw_obstacle(
    image: Image, chart: Chart, obstacle: Obstacle, random: np.random.Generator
) -> Image:
    """Return the picture with something in front of the face."""
    return _DRAWERS[obstacle](image, chart, random)


def _hand(image: Image, chart: Chart, random: np.random.Generator) -> Image:
    """Fingers, with a palm below them, over mouth or chin and sometimes the nose."""
    layer = Layer(image, chart)
    skin = _skin(image, chart) * random.uniform(0.75, 1.15)
    tip = np.array([random.uniform(-0.4, 0.4), random.uniform(-0.1, 0.6)])
    turn = np.radians(random.normal(0, 35))
    down = np.array([np.sin(turn), np.cos(turn)])
    across = np.array([down[1], -down[0]])
    thick = random.uniform(0.13, 0.19)
    palm_at = random.uniform(0.45, 0.7)
    fingers = int(random.integers(1, 5))
    width = fingers * thick * 0.55
    palm = tip + down * (palm_at + 0.35)
    corners = np.stack(
        [palm - across * width - down * 0.3, palm + across * width - down * 0.3,
         palm + across * width * 1.1 + down * 0.9, palm - across * width * 1.1 + down * 0.9]
    )  # fmt: skip
    grid = np.linspace(corners[0], corners[1], 9)[None, :] + (
        np.linspace(0, 1, 9)[:, None, None] * (corners[3] - corners[0])
    )
    shade = 1 - 0.15 * np.abs(np.linspace(-1, 1, 8))[None, :] + random.normal(0, 0.02, (8, 8))
    layer.sheet(chart.place(_ahead(grid)), skin * shade[..., None])
    for finger in range(fingers):
        offset = (finger - (fingers - 1) / 2) * thick * 1.03
        start = tip + across * offset + down * (0.1 * abs(finger - 1) + random.uniform(0, 0.05))
        bend = start + down * palm_at * 0.5 + across * random.normal(0, 0.03)
        way = _ahead(np.stack([start, bend, palm + across * offset * 0.9]))
        layer.line(chart.place(way), skin * random.uniform(0.55, 0.75), width=thick * 1.08)
        layer.line(chart.place(way), skin * random.uniform(0.9, 1.08), width=thick * 0.94)
    return layer.onto(image, light=0.3, blur=float(random.uniform(0.3, 1.2)), shadow=0.3)


def _microphone(image: Image, chart: Chart, random: np.random.Generator) -> Image:
    layer = Layer(image, chart)
    middle = np.array([random.uniform(-0.45, 0.45), random.uniform(0.55, 1.05)])
    radius = random.uniform(0.12, 0.28)
    color = np.asarray(random.uniform(10, 80) + random.normal(0, 6, 3))
    if random.random() < 0.25:
        color = random.uniform(20, 230, 3)
    lean = random.normal(0, 0.3)
    stick = np.stack([middle, middle + np.array([lean, 0.9])])
    layer.line(chart.place(_ahead(stick)), color * 0.8, width=radius * random.uniform(0.6, 1.0))
    layer.sheet(*_ball(chart, middle, radius, color, random))
    return layer.onto(image, light=0.2, blur=float(random.uniform(0, 0.8)), shadow=0.3)


def _scarf(image: Image, chart: Chart, random: np.random.Generator) -> Image:
    """A scarf or collar that ends below the mouth."""
    layer = Layer(image, chart)
    across, down = np.linspace(-1, 1, 31), np.linspace(0, 1, 15)[:, None]
    top = random.uniform(0.72, 1.0)
    rise = random.uniform(-0.1, 0.4)
    y = top - rise * across**2 + 0.05 * np.sin(across * random.uniform(3, 9)) + down * 0.8
    places = np.stack(np.broadcast_arrays(across * 1.15, y), axis=2)
    color = random.uniform(10, 240, 3)
    if random.random() < 0.4:
        color[:] = color.mean()
    folds = cv2.GaussianBlur(random.normal(0, 1, (14, 30)), (0, 0), sigmaX=4, sigmaY=1.2)
    shade = 0.9 + random.uniform(0.05, 0.25) * folds / max(float(folds.std()), 1e-6)
    layer.sheet(chart.lay(places, lift=0.05), color * np.clip(shade, 0.3, 1.4)[..., None])
    return layer.onto(image, light=0.3, blur=float(random.uniform(0, 0.8)), shadow=0.3)


def _beard(image: Image, chart: Chart, random: np.random.Generator) -> Image:
    layer = Layer(image, chart)
    across, down = np.linspace(-1, 1, 61), np.linspace(0, 1, 41)[:, None]
    edge = 0.2 + random.uniform(-0.02, 0.08)
    y = edge + (1.05 + random.uniform(-0.1, 0.35) * (1 - across**2) - edge) * down
    places = np.stack(np.broadcast_arrays(across * random.uniform(0.66, 0.78), y), axis=2)
    middle = (places[:-1, :-1] + places[1:, 1:]) / 2
    lips = (middle[..., 0] / 0.3) ** 2 + ((middle[..., 1] - 0.42) / 0.13) ** 2 < 1
    cheeks = middle[..., 1] < 0.25 + 0.45 * np.maximum(np.abs(middle[..., 0]) - 0.2, 0) - (
        0.9 * np.maximum(np.abs(middle[..., 0]) - 0.55, 0)
    )
    grain = random.normal(0, 1, middle.shape[:2])
    thick = random.uniform(0.4, 0.95)
    cover = np.clip(thick + 0.15 * grain, 0, 1) * ~lips * ~cheeks
    cover = cv2.GaussianBlur(cover, (0, 0), 1.2)
    color = np.asarray(random.uniform(15, 70) + np.array([-8, 0, 10]) * random.random())
    if random.random() < 0.3:
        color = np.asarray(random.uniform(120, 220) * np.ones(3))
    layer.sheet(chart.lay(places), color * (1 + 0.25 * grain)[..., None], cover)
    return layer.onto(image, light=0.5, blur=float(random.uniform(0.3, 1.0)))


def _thing(image: Image, chart: Chart, random: np.random.Generator) -> Image:
    """A cup, a telephone, a sheet of paper: a plain box before a part of the face."""
    layer = Layer(image, chart)
    middle = np.array([random.uniform(-0.6, 0.6), random.uniform(0.2, 1.1)])
    half = random.uniform(0.15, 0.45), random.uniform(0.2, 0.6)
    turn = np.radians(random.normal(0, 20))
    across = np.linspace(-half[0], half[0], 9)[None, :]
    down = np.linspace(-half[1], half[1], 9)[:, None]
    x = middle[0] + across * np.cos(turn) - down * np.sin(turn)
    y = middle[1] + across * np.sin(turn) + down * np.cos(turn)
    color = random.uniform(5, 250, 3)
    if random.random() < 0.5:
        color[:] = color.mean()
    shade = 1 + random.normal(0, 0.15) * np.linspace(-1, 1, 8)[None, :, None] + np.zeros((8, 8, 1))
    layer.sheet(chart.place(_ahead(np.stack([x, y], axis=2))), color * shade)
    return layer.onto(image, light=0.1, blur=float(random.uniform(0, 0.8)), shadow=0.3)


def _ball(
    chart: Chart, middle: Values, radius: float, color: Values, random: np.random.Generator
) -> tuple[Values, Values]:
    rings, angles = np.linspace(0.01, 1, 9)[:, None], np.linspace(0, 2 * np.pi, 31)
    x = middle[0] + radius * rings * np.cos(angles)
    y = middle[1] + radius * random.uniform(0.9, 1.4) * rings * np.sin(angles)
    light = 1.25 - 0.5 * rings[1:] - 0.25 * np.cos(angles[1:] - random.uniform(0, 6))
    light = light + random.normal(0, 0.06, light.shape)
    return chart.place(_ahead(np.stack([x, y], axis=2)) - (0, 0, 0.02)), color * light[..., None]


def _ahead(places: Values) -> Values:
    """Put … × 2 places in a plane before the face."""
    depth = np.full((*places.shape[:-1], 1), _IN_FRONT)
    return np.concatenate([places, depth], axis=-1)


def _skin(image: Image, chart: Chart) -> Values:
    """Return the colour of the cheeks and the forehead."""
    places = [[-0.45, 0.1], [0.45, 0.1], [0.0, -0.75], [-0.3, -0.05], [0.3, -0.05]]
    spots = chart.lay(np.array(places))
    height, width = image.shape[:2]
    columns = np.clip(np.round(spots[:, 0]), 0, width - 1).astype(int)
    rows = np.clip(np.round(spots[:, 1]), 0, height - 1).astype(int)
    return np.median(image[rows, columns].astype(np.float64), axis=0)


_DRAWERS = {
    "hand": _hand,
    "microphone": _microphone,
    "scarf": _scarf,
    "beard": _beard,
    "thing": _thing,
}
