"""What the shipped heads for age, gender, ethnicity, smile and beauty say."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from analysis.manifest import NetSpec, load_manifest
from analysis.pipeline.pipeline import FacePipeline
from analysis.pipeline.types import FaceResult, Floats, Image

NAMES = ("age", "gender", "ethnicity", "smile", "beauty")
BANDS = [f"{first}_{first + 4}" for first in range(0, 100, 5)] + ["100_up"]
MOST_BYTES = 4_000_000

pytestmark = pytest.mark.nets


@pytest.fixture(scope="module")
def young(pipeline: FacePipeline, astronaut: Image) -> FaceResult:
    """Eileen Collins, about 36."""
    return pipeline.analyze(astronaut)[0]


@pytest.fixture(scope="module")
def old(pipeline: FacePipeline, grace_hopper: Image) -> FaceResult:
    """Grace Hopper, 77, in uniform with glasses and a hat."""
    return pipeline.analyze(grace_hopper)[0]


def net(name: str) -> NetSpec:
    return next(spec for spec in load_manifest().nets if spec.name == name)


def made_up_features(session: onnxruntime.InferenceSession, *, count: int) -> dict[str, Floats]:
    """Return features of so many faces: like the backbone's, 0 to 6."""
    random = np.random.default_rng(0)
    return {
        one.name: random.gamma(0.3, 1.0, (count, *one.shape[1:])).clip(0, 6).astype(np.float32)
        for one in session.get_inputs()
    }


def test_old_face_reads_as_old(old: FaceResult) -> None:
    assert old.readings["age"] > 50


def test_old_face_reads_as_senior(old: FaceResult) -> None:
    groups = old.readings["age_group"]

    assert max(groups, key=groups.get) == "senior"


def test_adult_does_not_read_as_a_child(young: FaceResult) -> None:
    assert young.readings["age_group"]["child"] < 0.1


def test_woman_reads_as_female(young: FaceResult) -> None:
    assert young.readings["gender"]["female"] > 0.6


def test_woman_in_uniform_is_not_surely_a_man(old: FaceResult) -> None:
    assert old.readings["gender"]["male"] < 0.6


def test_broad_smile_reads_as_smile(young: FaceResult) -> None:
    assert young.readings["smile"]["smile"] > 0.9


def test_groups_are_sums_of_the_bands_of_five_years(young: FaceResult, old: FaceResult) -> None:
    """Of those that begin and end where groups do: teens begin within a band."""
    for face in (young, old):
        groups, bands = face.readings["age_group"], list(face.readings["age_distribution"].values())
        assert groups["child"] + groups["teen"] == pytest.approx(sum(bands[:4]), abs=1e-4)
        assert groups["young_adult"] == pytest.approx(sum(bands[4:7]), abs=1e-4)
        assert groups["adult"] == pytest.approx(sum(bands[7:11]), abs=1e-4)
        assert groups["senior"] == pytest.approx(sum(bands[11:]), abs=1e-4)


def test_distribution_of_ages_has_bands_of_five_years(young: FaceResult) -> None:
    assert list(young.readings["age_distribution"]) == BANDS


@pytest.mark.parametrize(
    "reading", ["age_group", "age_distribution", "gender", "ethnicity", "smile"]
)
def test_probabilities_sum_to_one(old: FaceResult, reading: str) -> None:
    assert sum(old.readings[reading].values()) == pytest.approx(1, abs=1e-4)


def test_beauty_lies_between_0_and_100(young: FaceResult) -> None:
    assert 0 <= young.readings["beauty"] <= 100


@pytest.mark.parametrize("name", NAMES)
def test_batch_gives_what_single_faces_give(name: str) -> None:
    path = str(net(name).path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    faces = made_up_features(session, count=3)

    batch = session.run(None, faces)

    for index in range(3):
        alone = session.run(None, {key: rows[index : index + 1] for key, rows in faces.items()})
        for together, single in zip(batch, alone, strict=True):
            np.testing.assert_allclose(together[index], single[0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_head_is_small(name: str) -> None:
    assert net(name).path.stat().st_size <= MOST_BYTES
