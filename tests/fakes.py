"""Stand-ins for what is heavy at the edge: the nets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from analysis.models import EMBEDDING_DIMENSIONS
from analysis.pipeline.types import Box, FaceResult, Image, Pose, Pupil, Quality

VERSION = "0-fake"
EMBEDDING_NET = "fake-000000000000"


def fake_result(box: Box, *, seed: int = 0, quality_score: float = 90.0) -> FaceResult:
    """Return a made-up result with all parts inside the box; the same seed gives the same face."""
    random = np.random.default_rng(seed)
    corner = np.array([box.left, box.top], np.float32)
    size = np.array([box.width, box.height], np.float32)

    def points(count: int) -> np.ndarray:
        return (corner + random.random((count, 2), np.float32) * size).astype(np.float32)

    embedding = random.standard_normal(EMBEDDING_DIMENSIONS).astype(np.float32)
    female = float(random.random())
    return FaceResult(
        box=box,
        score=0.9,
        keypoints=points(5),
        mesh=np.concatenate([points(478), np.zeros((478, 1), np.float32)], axis=1),
        landmarks=points(105),
        pupils=(
            Pupil(box.left + box.width * 0.3, box.top + box.height * 0.4, box.width * 0.05),
            Pupil(box.left + box.width * 0.7, box.top + box.height * 0.4, box.width * 0.05),
        ),
        pose=Pose(yaw=1.0, pitch=2.0, roll=3.0),
        readings={
            "age": 20.0 + 50.0 * float(random.random()),
            "gender": {"female": female, "male": 1.0 - female},
        },
        quality=Quality(quality_score, 91.0, 92.0, 93.0, 94.0, 95.0, 96.0, 97.0),
        embedding=embedding / np.linalg.norm(embedding),
    )


class FakePipeline:
    """Finds the same faces in every picture: one box for each given share of its width."""

    def __init__(
        self,
        *,
        shares: Sequence[float] = (0.4, 0.2),
        version: str = VERSION,
        error: Exception | None = None,
    ) -> None:
        self.version = version
        self.embedding_net = EMBEDDING_NET
        self.shares = shares
        self.error = error
        self.pictures = 0

    def analyze(self, image: Image) -> list[FaceResult]:
        """Return the faces, or raise the error that the fake was made with."""
        self.pictures += 1
        if self.error is not None:
            raise self.error
        height, width = image.shape[:2]
        content = hashlib.sha256(image.tobytes()).digest()
        results = []
        left = 0.0
        for index, share in enumerate(self.shares):
            side = share * width
            box = Box(left, 0.1 * height, side, min(side, 0.9 * height))
            results.append(fake_result(box, seed=content[0] * 1000 + index))
            left += side
        return sorted(results, key=lambda face: -face.box.area)

    def analyze_box(self, image: Image, box: Box, *, min_overlap: float) -> FaceResult:
        """Return a face that is the box."""
        self.pictures += 1
        if self.error is not None:
            raise self.error
        return fake_result(box, seed=int(box.left) + 1)
