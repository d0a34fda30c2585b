"""Draws masks on bare faces: of many makes, and at many heights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from face_chart import Chart, Layer, Values

from analysis.pipeline.types import Image

# How a mask sits: over the nose; nose bare; nose and mouth bare; hanging from one ear.
Seat = Literal["nose", "mouth", "chin", "ear"]
Make = Literal["surgical", "cloth", "cup", "folded", "bandana"]
SEATS: tuple[Seat, ...] = ("nose", "mouth", "chin", "ear")
_MAKES: tuple[Make, ...] = ("surgical", "cloth", "cup", "folded", "bandana")
_MAKE_SHARES = (0.42, 0.27, 0.12, 0.13, 0.06)
_ROWS, _COLUMNS = 22, 32
# Blue, green, red.
_SURGICAL = ((222, 190, 140), (235, 215, 175), (190, 205, 150), (238, 238, 238), (245, 243, 240),
             (225, 200, 235), (45, 42, 40), (200, 150, 90))  # fmt: skip
_EAR = (0.82, -0.22)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The outline of a mask on the chart: its two edges, and how far it stands off the skin."""

    top: float
    top_side: float
    top_power: float
    top_width: float
    bottom: float
    bottom_side: float
    bottom_power: float
    bottom_width: float
    lift: float

    def places(self) -> Values:
        """Return rows × columns × 2 places."""
        across = np.linspace(-1, 1, _COLUMNS)
        rise = np.abs(across)
        upper = self.top + (self.top_side - self.top) * rise**self.top_power
        lower = self.bottom + (self.bottom_side - self.bottom) * rise**self.bottom_power
        down = np.linspace(0, 1, _ROWS)[:, None]
        y = upper + (np.maximum(lower, upper + 0.03) - upper) * down
        # Wider in the middle than at either edge, as cloth is.
        width = self.top_width + (self.bottom_width - self.top_width) * down
        x = across * (width + 0.04 * np.sin(np.pi * down))
        return np.stack([x, y], axis=2)

    def heights(self) -> Values:
        """Return rows × columns: how far the cloth stands off the skin."""
        across = np.linspace(-1, 1, _COLUMNS)
        down = np.linspace(0, 1, _ROWS)[:, None]
        return np.asarray(self.lift * (1 - across**2) * np.sin(np.pi * (0.12 + 0.8 * down)) + 0.012)


def draw_mask(image: Image, chart: Chart, seat: Seat, random: np.random.Generator) -> Image:
    """Return the picture with a mask of a random make drawn on the face."""
    make = _MAKES[random.choice(len(_MAKES), p=_MAKE_SHARES)]
    if seat == "ear" and make == "bandana":
        make = "surgical"
    color = _color(make, random)
    layer = Layer(image, chart)
    if seat == "ear":
        places, heights = _hanging(random), 0.05
    else:
        cut = _cut(make, seat, random)
        places, heights = cut.places(), cut.heights()
        places = _sway(places, random)
    if make != "bandana":
        _draw_straps(layer, chart, places, make=make, seat=seat, color=color, random=random)
    paint = _paint(make, color, crumpled=seat != "nose", random=random)
    layer.sheet(chart.lay(places, lift=heights), paint)
    if make == "cup" and random.random() < 0.4:
        _draw_valve(layer, chart, places, heights, random)
    return layer.onto(
        image,
        light=float(random.uniform(0.3, 1.0)),
        blur=float(random.uniform(0, 0.8)),
        shadow=float(random.uniform(0, 0.35)),
    )


def _cut(make: Make, seat: Seat, random: np.random.Generator) -> _Cut:
    """Choose an outline. The nose's tip is at 0, its underside at 0.15, the lips at 0.3 to 0.55."""
    uniform = random.uniform
    top = {"nose": uniform(-0.36, -0.07), "mouth": uniform(0.07, 0.3), "chin": uniform(0.5, 0.88)}[
        seat
    ]
    sag = {"nose": 0.0, "mouth": uniform(0, 0.15), "chin": uniform(0.1, 0.3)}[seat]
    chin = seat == "chin"
    lift = {"surgical": 0.06, "cloth": 0.04, "cup": 0.22, "folded": 0.16, "bandana": 0.05}[make]
    tall = {"surgical": 0.0, "cloth": 0.0, "cup": 0.0, "folded": 0.0, "bandana": 0.4}[make]
    side = {
        "surgical": (uniform(-0.05, 0.3), uniform(0.62, 0.8)),
        "cloth": (uniform(0.0, 0.25), uniform(0.7, 0.84)),
        "cup": (uniform(0.2, 0.45), uniform(0.58, 0.74)),
        "folded": (uniform(0.1, 0.35), uniform(0.62, 0.8)),
        "bandana": (uniform(0.0, 0.2), uniform(0.8, 0.9)),
    }[make]
    bottom = uniform(0.98, 1.12) + sag + tall
    return _Cut(
        top=top,
        # Low masks rise to the ears that hold them.
        top_side=top + side[0] - (uniform(0.1, 0.5) if chin else uniform(0, 0.15) if sag else 0),
        top_power=uniform(1.1, 2.6),
        top_width=side[1],
        bottom=bottom + (uniform(0, 0.15) if chin else 0),
        bottom_side=uniform(0.45, 0.75) + sag / 2 + (uniform(0, 0.15) if chin else 0),
        bottom_power=uniform(1.0, 1.4) if make == "bandana" else uniform(1.8, 3.5),
        bottom_width=side[1] - uniform(0.0, 0.18),
        lift=lift * uniform(0.4, 1.2) * (0.6 if chin else 1.0),
    )


def _hanging(random: np.random.Generator) -> Values:
    """Return the places of a mask that hangs from one ear, beside or over the cheek."""
    side = random.choice([-1, 1])
    across = np.linspace(-0.5, 0.5, _COLUMNS) * random.uniform(0.25, 0.5)
    down = np.linspace(0, 1, _ROWS)[:, None] * random.uniform(0.5, 0.8)
    lean = np.radians(random.uniform(-25, 25))
    x = side * random.uniform(0.68, 0.92) + across * np.cos(lean) + down * np.sin(lean)
    y = random.uniform(0.15, 0.4) - across * np.sin(lean) + down * np.cos(lean)
    return np.stack([x, y], axis=2)


def _sway(places: Values, random: np.random.Generator) -> Values:
    """Hang the mask a little askew, with an uneven edge."""
    tilt = random.normal(0, 0.06)
    wave = random.normal(0, 0.012) * np.sin(
        np.linspace(0, random.uniform(3, 9), _COLUMNS) + random.uniform(0, 6)
    )
    swayed = places.copy()
    swayed[..., 1] += tilt * places[..., 0] * np.linspace(1, 0.5, _ROWS)[:, None] + wave
    swayed[..., 0] += random.normal(0, 0.02)
    return swayed


def _color(make: Make, random: np.random.Generator) -> Values:
    """Choose a colour of the make."""
    if make == "surgical" or (make in ("cup", "folded") and random.random() < 0.2):
        shares = np.array([4, 2, 2, 3, 3, 1, 1.5, 1])
        base = np.array(_SURGICAL[random.choice(len(_SURGICAL), p=shares / shares.sum())], float)
        return base + random.normal(0, 10, 3) + random.normal(0, 8)
    if make in ("cup", "folded"):
        if random.random() < 0.25:
            return np.asarray(random.uniform(20, 70) + random.normal(0, 5, 3))
        return np.asarray(random.uniform(205, 250) + random.normal(0, 5, 3))
    if random.random() < 0.45:
        return np.asarray(random.uniform(15, 75) + random.normal(0, 6, 3))
    if random.random() < 0.3:
        return np.asarray(random.uniform(170, 245) + random.normal(0, 8, 3))
    hue = np.array([[[random.integers(180), random.integers(40, 220), random.integers(60, 240)]]])
    return cv2.cvtColor(hue.astype(np.uint8), cv2.COLOR_HSV2BGR)[0, 0].astype(np.float64)


def _paint(make: Make, color: Values, *, crumpled: bool, random: np.random.Generator) -> Values:
    """Return the colours of the cells: cloth, folds, seams, print and light."""
    across = np.linspace(-1, 1, _COLUMNS - 1)[None, :]
    down = np.linspace(0, 1, _ROWS - 1)[:, None]
    shade = 1 + random.normal(0, 0.1) * across + random.normal(-0.08, 0.1) * (down - 0.5)
    shade = shade - random.uniform(0, 0.25) * np.abs(across) ** 3 - random.uniform(0, 0.2) * down**4
    if make == "surgical":
        for fold in np.linspace(0.25, 0.8, int(random.integers(2, 5))) + random.normal(0, 0.03):
            bend = fold + random.normal(0, 0.04) * across + random.normal(0, 0.05) * across**2
            shade = shade - random.uniform(0.04, 0.2) * np.exp(-(((down - bend) / 0.03) ** 2))
            shade = shade + random.uniform(0, 0.08) * np.exp(-(((down - bend - 0.06) / 0.04) ** 2))
        shade = shade + random.normal(0, 0.06) * (down < random.uniform(0.05, 0.12))
    if make in ("cloth", "cup") and random.random() < 0.6:
        seam = across - random.normal(0, 0.03)
        shade = shade - random.uniform(0.05, 0.2) * np.exp(-((seam / 0.04) ** 2))
        shade = shade + random.normal(0, 0.12) * np.sign(seam)
    if make == "folded":
        ridge = down - random.uniform(0.3, 0.45) - 0.1 * across**2
        shade = shade - random.uniform(0.03, 0.15) * np.sign(ridge)
        second = down - random.uniform(0.6, 0.75) + 0.1 * across**2
        shade = shade - random.uniform(0.0, 0.15) * (second > 0)
    wrinkles = random.normal(0, 1, (_ROWS - 1, _COLUMNS - 1))
    broad = cv2.GaussianBlur(wrinkles, (0, 0), sigmaX=random.uniform(2, 6), sigmaY=2)
    broad = broad / max(float(broad.std()), 1e-6)
    shade = shade + random.uniform(0.01, 0.13 if crumpled else 0.06) * broad
    shade = shade + 0.01 * wrinkles
    colors = np.broadcast_to(color, (_ROWS - 1, _COLUMNS - 1, 3)).copy()
    if make in ("cloth", "bandana") and random.random() < 0.4:
        colors = _print(colors, random)
    if make in ("surgical", "cloth") and random.random() < 0.12:
        _write(colors, random)
    return np.clip(colors * shade[..., None], 0, 255)


def _print(colors: Values, random: np.random.Generator) -> Values:
    """Put dots, stripes, checks or blotches on cloth."""
    rows, columns = np.mgrid[: colors.shape[0], : colors.shape[1]]
    step = random.uniform(4, 9)
    kind = random.integers(4)
    if kind == 0:
        spots = np.hypot(rows % step - step / 2, columns % step - step / 2) < step / 3.2
    elif kind == 1:
        angle = random.uniform(0, np.pi)
        spots = (rows * np.sin(angle) + columns * np.cos(angle)) % step < step / 2
    elif kind == 2:
        spots = ((rows // (step / 2)) + (columns // (step / 2))) % 2 == 0
    else:
        noise = cv2.GaussianBlur(random.normal(0, 1, colors.shape[:2]), (0, 0), step / 4)
        spots = noise > 0
    other = random.uniform(10, 245, 3) if random.random() < 0.6 else 255 - colors[0, 0]
    return np.where(spots[..., None], other, colors)


def _write(colors: Values, random: np.random.Generator) -> None:
    """Put something like letters on cloth."""
    row, left = random.integers(6, 14), random.integers(8, 16)
    ink = random.uniform(0, 90, 3) if colors.mean() > 120 else random.uniform(180, 250, 3)
    for column in range(left, left + int(random.integers(6, 16))):
        if random.random() < 0.65:
            colors[row : row + int(random.integers(1, 3)), column] = ink


def _draw_straps(
    layer: Layer,
    chart: Chart,
    places: Values,
    *,
    make: Make,
    seat: Seat,
    color: Values,
    random: np.random.Generator,
) -> None:
    bright = random.uniform(200, 250) + random.normal(0, 4, 3)
    tint = bright if make == "surgical" else color * random.uniform(0.7, 1.1)
    if make == "cup" and random.random() < 0.5:
        tint = np.array([40, 200, 240]) + random.normal(0, 15, 3)
    width = random.uniform(0.012, 0.035)
    round_head = make == "cup" and random.random() < 0.6
    for column, side in ((0, -1.0), (-1, 1.0)):
        if seat == "ear" and np.sign(places[..., 0].mean()) != side:
            continue
        ear = np.array(_EAR) * (side, 1) + random.normal(0, 0.03, 2)
        for row, head in ((0, (0.84, -0.45)), (-1, (0.86, 0.25))):
            start = places[row if seat != "ear" else 0, column]
            end = np.array(head) * (side, 1) if round_head else ear
            bow = (start + end) / 2 + random.normal(0, 0.02, 2)
            way = np.stack([start, bow, end])
            layer.line(chart.lay(way, lift=0.015), tint, width=width, cover=0.9)


def _draw_valve(
    layer: Layer, chart: Chart, places: Values, heights: Values | float, random: np.random.Generator
) -> None:
    row = int(_ROWS * random.uniform(0.45, 0.65))
    column = int(_COLUMNS * random.choice([0.32, 0.5, 0.68]))
    middle = places[row, column]
    angles = np.linspace(0, 2 * np.pi, 24)
    tint = np.asarray(random.uniform(30, 240) + random.normal(0, 10, 3))
    lift = float(np.broadcast_to(heights, places.shape[:2])[row, column]) + 0.05
    rings = np.linspace(0.001, random.uniform(0.08, 0.14), 5)[:, None]
    disc = middle + np.stack([rings * np.cos(angles), rings * np.sin(angles)], axis=2)
    shade = np.array([1.05, 0.95, 1.0, 0.8])[:, None, None]
    layer.sheet(chart.lay(disc, lift=lift), tint * np.broadcast_to(shade, (4, 23, 1)))
