from __future__ import annotations

from pathlib import Path

import pytest

from analysis.evaluation.labels import LabelledFace
from analysis.evaluation.sightings import SeenFace, Sighting, Sightings
from analysis.pipeline.types import Box
from tests.fakes import FakePipeline
from tests.pictures import new_png

FIRST = SeenFace(Box(0, 0, 20, 20), {"gender": {"female": 1.0}})
CENTRAL = SeenFace(Box(40, 40, 10, 10), {})
SIGHTING = Sighting(100, 100, (FIRST, CENTRAL))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "one.png"
    path.write_bytes(new_png())
    return path


def label(box: Box | None) -> LabelledFace:
    return LabelledFace(Path("one.png"), "faces/one.png", "faces", box, classes={}, numbers={})


def sightings(pipeline: FakePipeline, folder: Path) -> Sightings:
    return Sightings(pipeline, folder=folder, max_pixels=10**6)


def test_without_a_box_the_most_central_face_is_meant():
    assert SIGHTING.find(label(None)) is CENTRAL


def test_a_box_means_the_face_that_overlaps_it_most():
    assert SIGHTING.find(label(Box(2, 2, 20, 20))) is FIRST


def test_a_box_without_a_face_finds_none():
    assert SIGHTING.find(label(Box(15, 15, 20, 20))) is None


def test_a_picture_is_looked_at_once(picture, tmp_path):
    pipeline = FakePipeline()

    first = sightings(pipeline, tmp_path).look(picture)
    second = sightings(pipeline, tmp_path).look(picture)

    assert pipeline.pictures == 1
    assert second == first
    assert len(first.faces) == 2


def test_other_nets_look_again(picture, tmp_path):
    old, new = FakePipeline(version="1-old"), FakePipeline(version="1-new")
    sightings(old, tmp_path).look(picture)

    sightings(new, tmp_path).look(picture)

    assert new.pictures == 1


def test_an_interrupted_last_line_is_looked_at_again(picture, tmp_path):
    pipeline = FakePipeline()
    first = sightings(pipeline, tmp_path).look(picture)
    (kept,) = tmp_path.glob("*.jsonl")
    kept.write_text(kept.read_text()[:-20])

    again = sightings(pipeline, tmp_path)

    assert again.look(picture) == first
    assert pipeline.pictures == 2
    assert sightings(pipeline, tmp_path).look(picture) == first


def test_a_picture_that_was_too_large_is_looked_at_once_it_is_not(picture, tmp_path):
    small = Sightings(FakePipeline(), folder=tmp_path, max_pixels=1)
    assert small.look(picture).problem

    assert not sightings(FakePipeline(), tmp_path).look(picture).problem


def test_a_file_that_is_no_picture_says_why(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")

    assert "not a picture" in sightings(FakePipeline(), tmp_path).look(path).problem
