"""Draws glasses and sunglasses on faces: many shapes, frames and tints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from face_chart import Chart, Layer, Values

from analysis.pipeline.types import Image

Eyewear = Literal["glasses", "sunglasses"]
_POINTS = 40
# Half the distance between the pupils, their height, and how far the lenses stand before them.
_EYE, _LEVEL, _DEPTH = 0.35, -0.365, -0.1
# Half width and height of a lens, the power of its outline, how the outer side rises and the lower
# half narrows.
_SHAPES = (
    (0.24, 0.24, 2.0, 0.0, 0.0),
    (0.29, 0.19, 3.5, 0.0, 0.02),
    (0.30, 0.25, 2.6, -0.01, 0.10),
    (0.30, 0.22, 3.0, 0.03, 0.06),
    (0.31, 0.22, 2.6, 0.10, 0.06),
    (0.33, 0.30, 2.4, 0.0, 0.05),
    (0.27, 0.13, 3.0, 0.0, 0.0),
    (0.33, 0.15, 2.4, 0.06, 0.0),
)
# Blue, green, red: black, brown, grey, green, blue, amber, rose.
_TINTS = ((18, 15, 15), (25, 40, 60), (60, 60, 62), (35, 55, 40), (110, 60, 30), (20, 110, 190),
          (120, 80, 190))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Pair:
    """What both lenses share."""

    half_width: float
    half_height: float
    power: float
    rise: float
    narrowing: float
    wrap: float
    drop: float

    def outline(self, side: float, share: Values | float = 1.0) -> Values:
        """Return … × 3 places of a lens's rim, shrunk to `share` of it; `side` is −1 or 1."""
        angles = np.linspace(0, 2 * np.pi, _POINTS)
        across = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** (2 / self.power)
        down = np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** (2 / self.power)
        outer = across * self.half_width * (1 - self.narrowing * np.maximum(down, 0) * 2)
        x = _EYE * 1.02 + share * outer
        below = down * self.half_height - self.rise * np.maximum(across, 0)
        y = _LEVEL + self.drop + share * below
        return self._bend(side * x, y)

    def point(self, x: float, y: float) -> Values:
        """Return one place of the plane in which the lenses lie."""
        return self._bend(np.array(x), np.array(_LEVEL + self.drop + y))

    def _bend(self, x: Values, y: Values) -> Values:
        z = _DEPTH + self.wrap * x**2
        return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def draw_eyewear(
    image: Image, chart: Chart, eyewear: Eyewear, random: np.random.Generator
) -> Image:
    """Return the picture with glasses or sunglasses drawn before the eyes."""
    half_width, half_height, power, rise, narrowing = _SHAPES[random.integers(len(_SHAPES))]
    dark = eyewear == "sunglasses"
    larger = random.uniform(0.95, 1.25) if dark else random.uniform(0.85, 1.15)
    pair = _Pair(
        half_width=min(half_width * larger * random.uniform(0.92, 1.05), 0.34),
        half_height=half_height * larger * random.uniform(0.85, 1.1),
        power=power * random.uniform(0.85, 1.2),
        rise=rise * random.uniform(0.5, 1.3),
        narrowing=narrowing,
        wrap=random.uniform(0.05, 0.6),
        # Some wear them low on the nose; nobody above the eyes, for that is another label.
        drop=random.normal(0.02, 0.03) + (random.uniform(0, 0.12) if random.random() < 0.2 else 0),
    )
    if dark or random.random() < 0.4:
        image = _lenses(image, chart, pair, dark=dark, random=random)
    return _frame(image, chart, pair, dark=dark, random=random)


def _lenses(
    image: Image, chart: Chart, pair: _Pair, *, dark: bool, random: np.random.Generator
) -> Image:
    layer = Layer(image, chart)
    shares = np.linspace(0.02, 1, 9)[:, None]
    tint = np.array(_TINTS[random.choice(7, p=(0.42, 0.2, 0.13, 0.07, 0.08, 0.06, 0.04))], float)
    tint = tint * random.uniform(0.6, 1.5) + random.normal(0, 6, 3)
    cover = 1 - random.beta(1, 5) * 0.65 if dark else random.uniform(0.02, 0.12)
    if not dark:
        tint = np.asarray(random.uniform(150, 255, 3))
    mirrored = dark and random.random() < 0.2
    fade = random.uniform(0, 0.4) if dark and random.random() < 0.4 else 0.0
    glare_at, glare = random.normal(0, 0.12, 2), random.random() < (0.5 if dark else 0.6)
    strength = random.uniform(20, 150)
    for side in (-1.0, 1.0):
        places = np.stack([pair.outline(side, share) for share in shares[:, 0]])
        middle = (places[:-1, :-1] + places[1:, 1:]) / 2
        local = middle[..., :2] - (side * _EYE, _LEVEL + pair.drop)
        height = local[..., 1] / pair.half_height
        colors = np.broadcast_to(tint, (*middle.shape[:2], 3)).copy()
        if mirrored:
            sky = random.uniform(60, 255, 3)
            colors += (sky - colors) * np.clip(0.45 - 0.5 * height, 0, 0.9)[..., None]
        if glare:
            spot = np.exp(-(((local - glare_at) / (0.09, 0.05)) ** 2).sum(axis=2))
            colors += strength * spot[..., None]
        shown = np.clip(cover - fade * np.clip(height, 0, 1), 0, 1)
        if glare and not dark:
            shown = np.clip(shown + 0.5 * spot, 0, 0.6)
        layer.sheet(chart.place(places), colors, shown)
    return layer.onto(image, light=0.3 if dark else 0.0, blur=float(random.uniform(0, 0.5)))


def _frame(
    image: Image, chart: Chart, pair: _Pair, *, dark: bool, random: np.random.Generator
) -> Image:
    layer = Layer(image, chart)
    color = _frame_color(random)
    width = random.uniform(0.012, 0.03) if random.random() < 0.5 else random.uniform(0.03, 0.06)
    rimless = random.random() < (0.25 if dark else 0.15)
    half = not rimless and random.random() < 0.15
    for side in (-1.0, 1.0):
        rim = chart.place(pair.outline(side))
        if half:
            layer.line(rim[_POINTS // 2 :], color, width=width)
        elif not rimless:
            layer.line(rim, color, width=width)
        outer = pair.outline(side)[0] + (0, -0.4 * pair.half_height, 0)
        ear = np.array([side * 0.82, _LEVEL + random.uniform(-0.02, 0.08), 0.55])
        arm = np.stack([outer, (outer + ear) / 2 + (side * 0.02, 0, 0), ear])
        # The arm on the far side lies behind the face.
        arm_places = chart.place(arm)
        if side * (arm_places[-1, 0] - arm_places[0, 0]) > 0:
            layer.line(arm_places, color * 0.9, width=max(width, 0.018) * random.uniform(0.7, 1.3))
    inner = _EYE * 1.02 - pair.half_width
    lift = random.uniform(-0.5, 0.1) * pair.half_height
    bridge = [pair.point(x, lift + dip) for x, dip in ((-inner, 0), (0, -0.03), (inner, 0))]
    layer.line(chart.place(np.stack(bridge)), color, width=width)
    if random.random() < 0.15:
        bar = [pair.point(x, -0.8 * pair.half_height) for x in (-inner - 0.1, inner + 0.1)]
        layer.line(chart.place(np.stack(bar)), color, width=width)
    return layer.onto(
        image,
        light=float(random.uniform(0, 0.4)),
        blur=float(random.uniform(0, 0.6)),
        shadow=float(random.uniform(0, 0.5)),
    )


def _frame_color(random: np.random.Generator) -> Values:
    kind = random.random()
    if kind < 0.5:
        return np.asarray(random.uniform(8, 60) + random.normal(0, 4, 3))
    if kind < 0.7:
        return np.asarray(random.uniform(110, 210) + random.normal(0, 6, 3))
    if kind < 0.85:
        return np.array([60, 120, 170]) * random.uniform(0.5, 1.2)
    hue = np.array([[[random.integers(180), random.integers(60, 230), random.integers(60, 230)]]])
    return cv2.cvtColor(hue.astype(np.uint8), cv2.COLOR_HSV2BGR)[0, 0].astype(np.float64)
