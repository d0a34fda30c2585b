from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from analysis.manifest import MODELS_DIR, NetError, load_manifest
from analysis.pipeline import load_pipeline
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.types import Box, FaceResult, Image

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.nets
def test_portrait_gives_its_one_face(pipeline: FacePipeline, astronaut: Image) -> None:
    (face,) = pipeline.analyze(astronaut)

    assert (face.box.left, face.box.top) == pytest.approx((181, 58), abs=8)
    assert (face.box.width, face.box.height) == pytest.approx((88, 120), abs=12)


@pytest.mark.nets
def test_face_has_every_reading(pipeline: FacePipeline, astronaut: Image) -> None:
    (face,) = pipeline.analyze(astronaut)

    assert face.landmarks.shape == (105, 2)
    assert face.mesh.shape == (478, 3)
    assert face.embedding.shape == (1024,)
    assert {"age", "gender"} <= set(face.readings)


@pytest.mark.nets
def test_embedding_has_unit_length(pipeline: FacePipeline, astronaut: Image) -> None:
    (face,) = pipeline.analyze(astronaut)

    assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-5)


@pytest.mark.nets
def test_pupils_lie_in_the_eyes(pipeline: FacePipeline, astronaut: Image) -> None:
    (face,) = pipeline.analyze(astronaut)

    left, right = face.pupils
    assert (left.x, left.y) == pytest.approx((203.5, 101), abs=4)
    assert (right.x, right.y) == pytest.approx((246.5, 103), abs=4)
    assert left.radius == pytest.approx(right.radius, rel=0.35)


@pytest.mark.nets
def test_a_box_that_somebody_drew_gives_the_same_face(
    pipeline: FacePipeline, astronaut: Image
) -> None:
    (found,) = pipeline.analyze(astronaut)
    generous = Box(160, 30, 140, 170)

    drawn = pipeline.analyze_box(astronaut, generous, min_overlap=0.25)
    unseen = pipeline.analyze_box(astronaut, found.box, min_overlap=1.1)

    assert drawn.box.overlap(found.box) > 0.9
    assert drawn.embedding @ found.embedding > 0.9
    assert unseen.score == 0
    assert unseen.embedding @ found.embedding > 0.9


@pytest.mark.nets
def test_readings_fit_the_person(
    pipeline: FacePipeline, astronaut: Image, grace_hopper: Image
) -> None:
    """Eileen Collins was about 36, Grace Hopper 77."""
    young, old = pipeline.analyze(astronaut)[0], pipeline.analyze(grace_hopper)[0]

    assert young.readings["age"] == pytest.approx(36, abs=10)
    assert old.readings["age"] == pytest.approx(77, abs=15)
    assert young.readings["gender"]["female"] > 0.5


@pytest.mark.nets
def test_two_pictures_of_a_person_are_closer_than_two_people(
    pipeline: FacePipeline, astronaut: Image, grace_hopper: Image
) -> None:
    turn = cv2.getRotationMatrix2D((225, 118), 15, 0.8)
    again = cv2.convertScaleAbs(cv2.warpAffine(astronaut, turn, (512, 512)), alpha=0.8)
    first, second, other = (
        pipeline.analyze(image)[0].embedding for image in (astronaut, again, grace_hopper)
    )

    assert first @ second > 0.6
    assert first @ other < 0.35


@pytest.mark.nets
def test_picture_without_a_face_has_none(pipeline: FacePipeline) -> None:
    assert pipeline.analyze(np.full((300, 400, 3), 128, dtype=np.uint8)) == []


@pytest.mark.nets
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (40, 3)])
def test_tiny_picture_is_no_problem(pipeline: FacePipeline, size: tuple[int, int]) -> None:
    assert pipeline.analyze(np.zeros((*size, 3), dtype=np.uint8)) == []


@pytest.mark.nets
@pytest.mark.parametrize(
    "image",
    [
        np.zeros((10, 10), dtype=np.uint8),
        np.zeros((10, 10, 4), dtype=np.uint8),
        np.zeros((10, 10, 3), dtype=np.float32),
        np.zeros((0, 10, 3), dtype=np.uint8),
    ],
)
def test_anything_but_a_picture_is_refused(pipeline: FacePipeline, image: Image) -> None:
    with pytest.raises(ValueError, match="a picture is uint8"):
        pipeline.analyze(image)


@pytest.mark.nets
@pytest.mark.parametrize("background", [0, 128, 255])
def test_face_of_64_px_is_found_in_4096(
    pipeline: FacePipeline, astronaut: Image, background: int
) -> None:
    canvas = np.full((4096, 4096, 3), background, dtype=np.uint8)
    small = cv2.resize(astronaut[:300, 120:330], None, fx=64 / 88, fy=64 / 88)
    canvas[2000 : 2000 + small.shape[0], 1800 : 1800 + small.shape[1]] = small

    (face,) = pipeline.analyze(canvas)

    middle = (face.box.left + face.box.width / 2, face.box.top + face.box.height / 2)
    assert middle == pytest.approx((1800 + 106 * 64 / 88, 2000 + 118 * 64 / 88), abs=12)


@pytest.mark.nets
def test_thirty_small_faces_are_all_found(
    pipeline: FacePipeline, group_of: Callable[..., Image]
) -> None:
    assert len(pipeline.analyze(group_of(30, face_px=48))) == 30


@pytest.mark.nets
def test_faces_come_largest_first(pipeline: FacePipeline, group_of: Callable[..., Image]) -> None:
    faces = pipeline.analyze(group_of(12, face_px=64))

    areas = [face.box.area for face in faces]
    assert areas == sorted(areas, reverse=True)


@pytest.mark.nets
def test_face_reads_the_same_in_a_batch_and_alone(
    pipeline: FacePipeline, group_of: Callable[..., Image]
) -> None:
    """The detector sees other surroundings, which moves boxes by a pixel; nothing else differs."""
    group = group_of(6, face_px=80)
    together = pipeline.analyze(group)
    assert len(together) == 6

    for face in together:
        alone = np.full_like(group, 90)
        area = np.s_[
            max(int(face.box.top - 60), 0) : int(face.box.top + face.box.height + 60),
            max(int(face.box.left - 60), 0) : int(face.box.left + face.box.width + 60),
        ]
        alone[area] = group[area]
        nearest = max(pipeline.analyze(alone), key=lambda one: one.box.overlap(face.box))
        assert nearest.embedding @ face.embedding > 0.98
        assert nearest.landmarks == pytest.approx(face.landmarks, abs=2.5)


@pytest.mark.nets
def test_same_picture_gives_the_same_result(pipeline: FacePipeline, astronaut: Image) -> None:
    first, second = pipeline.analyze(astronaut)[0], pipeline.analyze(astronaut)[0]

    assert np.array_equal(first.embedding, second.embedding)
    assert first.quality == second.quality


@pytest.mark.nets
def test_box_is_cut_at_the_edge_of_the_picture(pipeline: FacePipeline, astronaut: Image) -> None:
    cut = np.ascontiguousarray(astronaut[70:, :])

    (face,) = pipeline.analyze(cut)

    assert face.box.top >= 0
    assert face.box.left + face.box.width <= cut.shape[1]


@pytest.mark.nets
@pytest.mark.parametrize("side", [48, 96, 160, 400, 1000])
def test_face_that_fills_the_picture_is_found(
    pipeline: FacePipeline, astronaut: Image, side: int
) -> None:
    """The crop is of the box itself, 88 × 120 px, made a square of grey as FER2013's tiles are."""
    whole = pipeline.analyze(astronaut)[0].box
    left, top = round(whole.left - 16), round(whole.top)
    tight = cv2.cvtColor(astronaut[top : top + 120, left : left + 120], cv2.COLOR_BGR2GRAY)
    tile = cv2.resize(
        tight, (side, side), interpolation=cv2.INTER_AREA if side < 120 else cv2.INTER_CUBIC
    )

    (face,) = pipeline.analyze(cv2.cvtColor(tile, cv2.COLOR_GRAY2BGR))

    assert face.box.overlap(Box(16 * side / 120, 0, 88 * side / 120, side)) > 0.6


@pytest.mark.nets
@pytest.mark.parametrize("side", [48, 64, 96, 128, 300, 800])
@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket", "brick", "coins", "page"])
def test_picture_of_something_else_has_no_face(
    pipeline: FacePipeline, name: str, side: int
) -> None:
    picture = getattr(skimage.data, name)()
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    scale = side / max(picture.shape)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)

    assert pipeline.analyze(np.ascontiguousarray(small[..., ::-1])) == []


@pytest.mark.nets
def test_several_threads_share_the_nets(
    pipeline: FacePipeline, astronaut: Image, grace_hopper: Image
) -> None:
    results: dict[int, list[FaceResult]] = {}
    pictures = [astronaut, grace_hopper] * 3

    def work(index: int) -> None:
        results[index] = pipeline.analyze(pictures[index])

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(pictures))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for index in range(2, len(pictures)):
        assert np.allclose(results[index][0].embedding, results[index % 2][0].embedding, atol=1e-4)


@pytest.mark.nets
def test_nets_are_loaded_once() -> None:
    assert load_pipeline(threads=1) is load_pipeline(MODELS_DIR, threads=1)


def test_folder_without_nets_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(NetError, match=r"manifest\.toml"):
        load_pipeline(tmp_path)


@pytest.mark.nets
def test_pipeline_works_without_django() -> None:
    script = (
        "import sys, numpy\n"
        "from analysis.pipeline import load_pipeline\n"
        "assert load_pipeline().analyze(numpy.zeros((64, 64, 3), numpy.uint8)) == []\n"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.nets
def test_what_is_off_is_not_computed(astronaut: Image) -> None:
    pipeline = load_pipeline(threads=1, topics_off={"gender", "age"})

    (face,) = pipeline.analyze(astronaut)

    assert {"gender", "age"}.isdisjoint(face.readings)
    assert "glasses" in face.readings


@pytest.mark.nets
def test_outputs_that_only_readings_need_are_not_computed_for_those_that_are_off(
    pipeline: FacePipeline, astronaut: Image
) -> None:
    bare = load_pipeline(threads=1, topics_off=load_manifest().topics)

    (face,) = bare.analyze(astronaut)

    assert face.readings == {}
    assert np.allclose(face.embedding, pipeline.analyze(astronaut)[0].embedding, atol=1e-5)
