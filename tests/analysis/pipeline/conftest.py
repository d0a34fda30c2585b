from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import matplotlib.cbook
import numpy as np
import pytest
import skimage.data
from django.conf import settings

from analysis.manifest import MODELS_DIR
from analysis.pipeline import load_pipeline
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.types import Image


@pytest.fixture(scope="session")
def pipeline() -> FacePipeline:
    """The real nets; whoever uses it is marked with `nets`."""
    if not list(MODELS_DIR.glob("*.onnx")):
        pytest.skip("the nets are not in models/")
    # As the service loads them in tests, so that it is done once for both.
    return load_pipeline(threads=settings.DAM_NET_THREADS)


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """512 × 512, one face of 88 × 120 px."""
    return np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])


@pytest.fixture(scope="session")
def grace_hopper() -> Image:
    """512 × 600, one face of 182 × 205 px with glasses and a hat."""
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    return cv2.imread(str(path))


@pytest.fixture(scope="session")
def group_of(astronaut: Image, grace_hopper: Image) -> Callable[..., Image]:
    """Make a picture of many faces in rows, each about `face_px` wide."""
    portraits = (astronaut[:220, 120:320], 88), (grace_hopper[60:420], 182)

    def make(count: int, *, face_px: int, width: int = 1600, height: int = 1200) -> Image:
        columns = 6
        rows = -(-count // columns)
        canvas = np.full((height, width, 3), 90, dtype=np.uint8)
        for index in range(count):
            portrait, portrait_face_px = portraits[index % 2]
            scale = face_px / portrait_face_px
            small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            left = index % columns * (width // columns) + 4
            top = index // columns * (height // rows) + 4
            canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
        return canvas

    return make


class FakeSession:
    """Answers every run with the same outputs and keeps what it was fed."""

    def __init__(self, **outputs: Any) -> None:
        self.outputs = outputs
        self.feeds: list[dict[str, Any]] = []

    def run(self, feeds: Any) -> dict[str, Any]:
        self.feeds.append(dict(feeds))
        return self.outputs


@pytest.fixture
def fake_session() -> type[FakeSession]:
    return FakeSession
