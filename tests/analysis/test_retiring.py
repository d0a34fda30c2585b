"""Tags and corrected faces over analyses: what `record_results` does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from analysis.models import Face, FaceTag, TagCorrection
from analysis.pipeline.types import Box
from analysis.recording import claim_run, record_results
from analysis.tagging import clear_correction, correct_tag
from dam.models import Asset
from tests.factories import make_asset, make_run
from tests.fakes import EMBEDDING_NET, fake_result

pytestmark = pytest.mark.django_db

NEAR = Box(10, 10, 100, 100)
FAR = Box(400, 10, 80, 80)


@pytest.fixture
def asset() -> Asset:
    asset = make_asset()
    asset.runs.all().delete()
    return asset


def analyze(asset: Asset, *boxes: Box) -> None:
    """Record an analysis by nets that nobody used before."""
    run = make_run(asset, version=f"v{asset.runs.count()}")
    results = [fake_result(box, seed=index) for index, box in enumerate(boxes)]
    record_results(claim_run(run.pk), results, embedding_net=EMBEDDING_NET)


def correct(face: Face, value: str = "male") -> None:
    correct_tag(face, facet="gender", value=value, user=None)


def present(asset: Asset) -> list[Box]:
    return [face.box for face in asset.faces.present().order_by("position")]


def test_tags_come_with_the_faces(asset):
    analyze(asset, NEAR, FAR)

    tagged = FaceTag.objects.filter(facet="gender", source="model")
    assert {tag.face.position for tag in tagged.select_related("face")} == {0, 1}


@pytest.mark.django_db(transaction=True)
def test_a_failure_leaves_the_old_tags(asset):
    analyze(asset, NEAR)
    before = list(FaceTag.objects.values_list())
    run = make_run(asset)
    broken = replace(fake_result(NEAR, seed=9), embedding=np.ones(7, np.float32))

    with pytest.raises(DataError):
        record_results(claim_run(run.pk), [broken], embedding_net=EMBEDDING_NET)

    assert list(FaceTag.objects.values_list()) == before


def test_a_correction_survives_another_analysis(asset):
    analyze(asset, NEAR, FAR)
    face = asset.faces.get(position=0)
    said = FaceTag.objects.get(face=face, facet="gender").value
    other = "male" if said != "male" else "female"
    correct(face, other)

    analyze(asset, FAR, NEAR)

    tag = FaceTag.objects.get(face__uid=face.uid, facet="gender")
    assert (tag.value, tag.source) == (other, "user")
    assert tag.face.position == 1


def test_a_corrected_face_that_is_not_found_again_is_retired(asset):
    analyze(asset, NEAR, FAR)
    correct(asset.faces.get(position=0))

    analyze(asset, FAR)

    assert present(asset) == [FAR]
    assert Face.objects.exclude(retired_at=None).get().box == NEAR


def test_without_any_face_it_is_retired_too(asset):
    analyze(asset, NEAR)
    correct(asset.faces.get())

    analyze(asset)

    assert present(asset) == []
    assert Face.objects.get().retired_at is not None


def test_a_retired_face_comes_back_with_what_was_said_of_it(asset):
    analyze(asset, NEAR, FAR)
    face = asset.faces.get(position=0)
    correct(face, "male")
    analyze(asset, FAR)

    analyze(asset, NEAR, FAR)

    assert present(asset) == [NEAR, FAR]
    back = asset.faces.present().get(position=0)
    assert (back.uid, back.retired_at) == (face.uid, None)
    assert FaceTag.objects.get(face=back, facet="gender").value == "male"
    assert TagCorrection.objects.filter(face=back).count() == 1


def test_a_retired_face_keeps_the_time_when_it_went(asset):
    analyze(asset, NEAR, FAR)
    correct(asset.faces.get(position=0))
    analyze(asset, FAR)
    went = Face.objects.exclude(retired_at=None).get().retired_at

    analyze(asset, FAR)

    assert Face.objects.exclude(retired_at=None).get().retired_at == went


def test_two_retired_faces_may_have_had_the_same_position(asset):
    for box in (NEAR, FAR):
        analyze(asset, box)
        correct(asset.faces.present().get(position=0))

    analyze(asset)

    assert Face.objects.exclude(retired_at=None).count() == 2


def test_of_two_that_fit_as_well_the_present_face_is_meant(asset):
    analyze(asset, NEAR)
    correct(asset.faces.get())
    analyze(asset)
    analyze(asset, FAR)
    Face.objects.present().update(left=NEAR.left, top=NEAR.top, width=100, height=100)
    there = asset.faces.present().get()

    analyze(asset, NEAR)

    assert asset.faces.present().get().pk == there.pk


def test_a_face_whose_correction_was_taken_back_is_deleted(asset):
    analyze(asset, NEAR)
    correct(asset.faces.get())
    clear_correction(asset.faces.get(), facet="gender", user=None)

    analyze(asset)

    assert not Face.objects.exists()


def test_the_queries_for_new_faces_do_not_grow_with_them(asset):
    def count(*boxes: Box) -> int:
        with CaptureQueriesContext(connection) as queries:
            analyze(make_asset(), *boxes)
        return len(queries)

    assert count(NEAR) == count(NEAR, FAR, Box(200, 10, 50, 50), Box(600, 10, 50, 50))
