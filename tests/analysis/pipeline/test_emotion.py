"""The emotion head reads what a face shows, through the whole pipeline and alone."""

from __future__ import annotations

import cv2
import numpy as np
import onnxruntime
import pytest

from analysis.manifest import NetSpec, load_manifest
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.types import Floats, Image

pytestmark = pytest.mark.nets

LABELS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
MOST_BYTES = 4_000_000


def emotion_net() -> NetSpec:
    return next(spec for spec in load_manifest().nets if spec.name == "emotion")


def emotion_of(pipeline: FacePipeline, image: Image) -> dict[str, float]:
    (face,) = pipeline.analyze(image)
    reading = face.readings["emotion"]
    assert not isinstance(reading, float)
    return dict(reading)


def feeds_of(faces: int) -> dict[str, Floats]:
    random = np.random.default_rng(0)
    return {
        one.name: random.gamma(0.3, 1.0, (faces, *one.shape[1:])).clip(0, 6).astype(np.float32)
        for one in session().get_inputs()
    }


def session() -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(emotion_net().path), providers=["CPUExecutionProvider"])


def test_smile_reads_as_happy(pipeline: FacePipeline, astronaut: Image) -> None:
    assert emotion_of(pipeline, astronaut)["happy"] > 0.7


def test_smile_reads_as_happy_in_a_small_grey_picture(
    pipeline: FacePipeline, astronaut: Image
) -> None:
    grey = cv2.cvtColor(astronaut[40:190, 150:300], cv2.COLOR_BGR2GRAY)
    tile = cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA)

    reading = emotion_of(pipeline, np.repeat(tile[..., None], 3, axis=2))

    assert reading["happy"] > 0.6


def test_mirrored_smile_is_as_happy(pipeline: FacePipeline, astronaut: Image) -> None:
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])

    assert emotion_of(pipeline, mirrored)["happy"] > 0.7


def test_earnest_face_does_not_read_as_happy(pipeline: FacePipeline, grace_hopper: Image) -> None:
    assert emotion_of(pipeline, grace_hopper)["happy"] < 0.3


def test_reading_has_a_probability_for_each_label(pipeline: FacePipeline, astronaut: Image) -> None:
    reading = emotion_of(pipeline, astronaut)

    assert list(reading) == LABELS
    assert sum(reading.values()) == pytest.approx(1, abs=1e-4)


def test_batch_gives_what_single_faces_give() -> None:
    net, feeds = session(), feeds_of(5)

    batch = net.run(None, feeds)[0]

    singles = [
        net.run(None, {name: rows[index : index + 1] for name, rows in feeds.items()})[0][0]
        for index in range(5)
    ]
    np.testing.assert_allclose(batch, singles, atol=1e-5)


def test_head_is_small() -> None:
    assert emotion_net().path.stat().st_size <= MOST_BYTES
