"""A chart of a face: where on the picture a place of the canonical face lies, and painting there.

Places are given as on the canonical face (`analysis/pipeline/data/canonical_face.csv`): x from −0.8
at the left ear to 0.8 at the right one, y from −1 at the hairline over −0.4 at the eyes, 0 at the
nose's tip and 0.45 between the lips to 1 at the chin, z smaller when nearer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from analysis.pipeline.mesh import BASE_POINTS, FACE_OVAL
from analysis.pipeline.pose import canonical_face
from analysis.pipeline.types import Floats, Image

Values = NDArray[np.float64]
# Places so far outside the face, as a multiple of its outline, are on the chart.
_REACH = 2.0
# What is painted is painted so wide a face, in pixels, and then shrunk to the picture.
_FINE_PX = 240
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """The chart of one face. Positions are pixels of the picture."""

    anchors: Values
    """x, y and z of the mesh and of a ring about it, for `_plane`'s corners."""
    to_picture: Values
    """3 × 4: takes places (x, y, z, 1) to where a rigid thing in front of the face would lie."""

    @classmethod
    def of(cls, mesh: Floats) -> Chart:
        """Chart a mesh of at least 468 × 3 points."""
        points = mesh[:BASE_POINTS].astype(np.float64)
        places = _canonical()
        padded = np.hstack([places, np.ones((BASE_POINTS, 1))])
        affine = np.linalg.lstsq(padded, points, rcond=None)[0].T
        oval = list(FACE_OVAL)
        outward = (_REACH - 1) * places[oval] * (1, 1, 0)
        ring = points[oval] + outward @ affine[:, :3].T
        return cls(anchors=np.vstack([points, ring]), to_picture=affine)

    @property
    def width(self) -> float:
        """Return how many pixels the face is wide where seen from the front."""
        return float(1.6 * np.linalg.norm(self.to_picture[:, 0]))

    def lay(self, places: Values, *, lift: Values | float = 0.0) -> Values:
        """Return … × 3 positions on the skin, or `lift` above it, for … × 2 places."""
        flat = np.clip(places.reshape(-1, 2), -_REACH * 0.75, _REACH * 0.75)
        plane = _plane()
        found = plane.find_simplex(flat)
        found[found < 0] = 0
        frame = plane.transform[found]
        first = np.einsum("nij,nj->ni", frame[:, :2], flat - frame[:, 2])
        shares = np.column_stack([first, 1 - first.sum(axis=1)])
        positions = np.einsum("nk,nkd->nd", shares, self.anchors[plane.simplices[found]])
        raised = np.broadcast_to(lift, places.shape[:-1]).reshape(-1, 1)
        positions = positions - raised * self.to_picture[:, 2]
        return np.asarray(positions.reshape(*places.shape[:-1], 3))

    def place(self, places: Values) -> Values:
        """Return … × 3 positions of … × 3 places of a rigid thing that moves with the face."""
        return np.asarray(places @ self.to_picture[:, :3].T + self.to_picture[:, 3])


class Layer:
    """Paint that covers a picture in part: finer than the picture, then laid over it."""

    def __init__(self, image: Image, chart: Chart) -> None:
        self._zoom = float(np.clip(_FINE_PX / max(chart.width, 1), 1, 8))
        height, width = image.shape[:2]
        # A small window is painted, not the whole picture.
        low = np.floor(chart.anchors[:, :2].min(axis=0)).astype(int) - 2
        high = np.ceil(chart.anchors[:, :2].max(axis=0)).astype(int) + 2
        self._left, self._top = np.clip(low, 0, (width - 1, height - 1))
        right, bottom = np.clip(high, (self._left + 1, self._top + 1), (width, height))
        self._columns, self._rows = right - self._left, bottom - self._top
        fine = (int(self._rows * self._zoom), int(self._columns * self._zoom))
        self._paint = np.zeros((*fine, 4), dtype=np.uint8)
        """Blue, green, red, and how much it covers."""
        self.unit = chart.width * self._zoom / 1.6
        """Fine pixels for each unit of the chart."""

    def sheet(self, positions: Values, colors: Values, cover: Values | float = 1.0) -> None:
        """Paint a grid of r × c positions; (r − 1) × (c − 1) cells have colours and cover, 0 to 1.

        What is nearer hides what is farther.
        """
        corners = [positions[:-1, :-1], positions[:-1, 1:], positions[1:, 1:], positions[1:, :-1]]
        quads = np.stack(corners, axis=2).reshape(-1, 4, 3)
        tints = np.clip(colors, 0, 255).reshape(-1, 3)
        shares = np.broadcast_to(cover, colors.shape[:2]).reshape(-1)
        fixed = self._fix(quads[..., :2])
        for index in np.argsort(-quads[..., 2].mean(axis=1), kind="stable"):
            paint = (*tints[index], 255 * shares[index])
            cv2.fillPoly(self._paint, [fixed[index]], paint, cv2.LINE_8, _SUBPIXEL_BITS)

    def line(self, positions: Values, color: Values, *, width: float, cover: float = 1.0) -> None:
        """Paint a line through n positions; its width is in units of the chart."""
        points = [self._fix(positions[:, :2])]
        thick = max(round(width * self.unit), 1)
        paint = (*np.clip(color, 0, 255), 255 * cover)
        cv2.polylines(self._paint, points, False, paint, thick, cv2.LINE_8, _SUBPIXEL_BITS)

    def onto(
        self, image: Image, *, light: float = 0.0, blur: float = 0.0, shadow: float = 0.0
    ) -> Image:
        """Return the picture with the paint on it.

        `light` is the share of the skin's own light and shade that the paint takes over, `shadow`
        how much it darkens the skin beside it, both 0 to 1; `blur` is a width in pixels of the
        picture.
        """
        size = (int(self._columns), int(self._rows))
        part = slice(self._top, self._top + self._rows), slice(self._left, self._left + size[0])
        # Colours are averaged over what is covered only: bare cells are black.
        shares = cv2.extractChannel(self._paint, 3)
        colors = cv2.cvtColor(self._paint, cv2.COLOR_BGRA2BGR)
        colors = cv2.multiply(colors, cv2.merge([shares] * 3), scale=1 / 255)
        paint, cover = (
            cv2.resize(one, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            for one in (colors, shares)
        )
        cover /= 255
        if blur > 0:
            cover, paint = (cv2.GaussianBlur(one, (0, 0), blur) for one in (cover, paint))
        skin = image[part].astype(np.float32)
        if shadow > 0:
            skin *= 1 - shadow * self._smooth(cover, 0.025)[..., None]
        if light > 0:
            paint *= (self._shade(skin, cover) ** light)[..., None]
        result = image.copy()
        result[part] = np.clip(np.round(skin * (1 - cover[..., None]) + paint), 0, 255)
        return result

    def _shade(self, skin: Floats, cover: Floats) -> Floats:
        """Return the broad light and shade of what lies under the paint, 1 on average."""
        broad = self._smooth(skin.mean(axis=2) + 8, 0.16)
        mean = float((broad * cover).sum()) / max(float(cover.sum()), 1e-6)
        return np.asarray(np.clip(broad / max(mean, 1), 0.45, 1.6))

    def _smooth(self, values: Floats, width: float) -> Floats:
        """Blur by a width in units of the chart."""
        pixels = max(width * self.unit / self._zoom, 0.5)
        step = max(int(pixels / 2), 1)
        size = max(values.shape[1] // step, 1), max(values.shape[0] // step, 1)
        small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), pixels / step)
        return np.asarray(cv2.resize(small, values.shape[1::-1]), dtype=np.float32)

    def _fix(self, positions: Values) -> NDArray[np.int32]:
        fine = (positions - (self._left, self._top)) * self._zoom - 0.5
        return np.round(np.clip(fine, -1e5, 1e5) * 2**_SUBPIXEL_BITS).astype(np.int32)


@cache
def _canonical() -> Values:
    return canonical_face().astype(np.float64)


@cache
def _plane() -> Delaunay:
    places = _canonical()[:, :2]
    return Delaunay(np.vstack([places, _REACH * places[list(FACE_OVAL)]]))
