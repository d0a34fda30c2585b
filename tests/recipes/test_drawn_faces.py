"""Things drawn on a made-up face, seen from the front: the canonical one, 160 px wide."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from analysis.manifest import MODELS_DIR
from analysis.pipeline.pose import canonical_face
from analysis.pipeline.types import Image

sys.path.append(str(MODELS_DIR / "recipes"))

from drawn_eyewear import draw_eyewear
from drawn_masks import SEATS, draw_mask
from drawn_obstacles import OBSTACLES, draw_obstacle
from face_chart import Chart
from labelled_faces import Sample
from scenes import Scene, plan_scene

SIDE, UNIT = 400, 100
NOSE_TIP, MOUTH, CHIN, EYE = (0.0, 0.0), (0.0, 0.42), (0.0, 0.9), (0.35, -0.37)
SEEDS = range(5)


@pytest.fixture(scope="module")
def chart() -> Chart:
    return Chart.of(canonical_face() * UNIT + (SIDE / 2, SIDE / 2, 0))


@pytest.fixture
def skin() -> Image:
    return np.full((SIDE, SIDE, 3), (140, 170, 210), dtype=np.uint8)


def is_covered(drawn: Image, skin: Image, place: tuple[float, float]) -> bool:
    """Tell whether the picture changed much where a place of the canonical face lies."""
    column, row = (round(SIDE / 2 + UNIT * value) for value in place)
    window = slice(row - 2, row + 3), slice(column - 2, column + 3)
    change = np.abs(drawn[window].astype(float) - skin[window]).max(axis=2)
    return bool(np.median(change) > 12)


def test_chart_lays_places_where_the_mesh_has_them(chart: Chart) -> None:
    places = canonical_face()[[1, 152, 33, 61], :2].astype(float)

    found = chart.lay(places)

    np.testing.assert_allclose(found[:, :2], places * UNIT + SIDE / 2, atol=0.1)


def test_chart_goes_on_outside_the_face(chart: Chart) -> None:
    found = chart.lay(np.array([[0.0, 1.3]]))

    np.testing.assert_allclose(found[0, :2], (SIDE / 2, SIDE / 2 + 130), atol=3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("seat", "covered", "bare"),
    [
        ("nose", (NOSE_TIP, MOUTH, CHIN), EYE),
        ("mouth", (MOUTH, CHIN), NOSE_TIP),
        ("chin", (CHIN,), (0.0, 0.3)),
        ("ear", (), MOUTH),
    ],
)
def test_mask_covers_what_its_seat_says(
    chart: Chart, skin: Image, *, seat: str, covered: tuple, bare: tuple, seed: int
) -> None:
    drawn = draw_mask(skin, chart, seat, np.random.default_rng(seed))

    assert all(is_covered(drawn, skin, place) for place in covered)
    assert not is_covered(drawn, skin, bare)


@pytest.mark.parametrize("seed", SEEDS)
def test_sunglasses_cover_the_eyes_and_leave_the_mouth(
    chart: Chart, skin: Image, seed: int
) -> None:
    drawn = draw_eyewear(skin, chart, "sunglasses", np.random.default_rng(seed))

    assert is_covered(drawn, skin, EYE)
    assert not is_covered(drawn, skin, MOUTH)


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_obstacle_changes_the_picture(chart: Chart, skin: Image, obstacle: str) -> None:
    drawn = draw_obstacle(skin, chart, obstacle, np.random.default_rng(0))

    assert (drawn != skin).any()


@pytest.mark.parametrize("seat", SEATS)
def test_same_seed_draws_the_same(chart: Chart, skin: Image, seat: str) -> None:
    first, second = (draw_mask(skin, chart, seat, np.random.default_rng(3)) for _ in range(2))

    assert (first == second).all()


def test_seat_decides_the_label() -> None:
    bare = Sample(archive="scut", file="a.jpg", labels={"mask": "none"})

    assert Scene(seat="nose").label(bare)["mask"] == "worn"
    assert Scene(seat="mouth").label(bare)["mask"] == "incorrect"
    assert Scene(obstacle="hand").label(bare)["mask"] == "none"


def test_mask_that_hangs_beside_the_face_is_neither() -> None:
    bare = Sample(archive="scut", file="a.jpg", labels={"mask": "none", "glasses": "none"})

    assert Scene(seat="ear").label(bare) == {"glasses": "none"}


def test_faces_in_masks_get_eyewear_only() -> None:
    masked = Sample(archive="masks", file="a.jpg", labels={"mask": "worn"})

    scenes = [plan_scene(masked, copy) for copy in range(20)]

    assert not any(scene.seat or scene.obstacle for scene in scenes)
    assert all(scene.eyewear for scene in scenes)
