from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from analysis import facets as facets_module
from analysis.facets import Facet, Tag, UnknownFacet, Value
from analysis.models import Face, FaceTag, TagCorrection
from analysis.pipeline.types import Box, FaceResult
from analysis.recording import claim_run, record_results
from analysis.retagging import retag_faces
from analysis.tagging import (
    FaceGone,
    InvalidTag,
    apply_model_tags,
    clear_correction,
    correct_tag,
    erase_tags,
)
from dam.deletion import delete_asset
from tests.factories import make_asset, make_face, make_run, make_user
from tests.fakes import EMBEDDING_NET, fake_result

pytestmark = pytest.mark.django_db

SURE = {"none": 0.9, "glasses": 0.06, "sunglasses": 0.04}
OTHER = {"none": 0.1, "glasses": 0.2, "sunglasses": 0.7}
TORN = {"none": 0.45, "glasses": 0.4, "sunglasses": 0.15}


def result(glasses: dict[str, float]) -> FaceResult:
    return replace(fake_result(Box(10, 10, 100, 100)), readings={"glasses": glasses})


def face_with(readings: dict[str, object]) -> Face:
    face = make_face()
    face.readings = readings
    face.save()
    return face


def state(face: Face, facet: str = "glasses") -> tuple[object, ...]:
    tag = FaceTag.objects.get(face=face, facet=facet)
    return (tag.value, tag.source, tag.model_value)


def history(face: Face) -> list[tuple[str, str, str]]:
    rows = TagCorrection.objects.filter(face=face).order_by("id")
    return list(rows.values_list("facet", "previous_value", "value"))


def everything() -> list[tuple[object, ...]]:
    return list(FaceTag.objects.order_by("id").values_list())


class TestModelTags:
    def test_a_tag_is_the_likeliest_value_and_its_probability(self):
        face = face_with({"glasses": SURE})

        apply_model_tags([face])

        tag = FaceTag.objects.get()
        assert (tag.facet, tag.value, tag.source) == ("glasses", "none", "model")
        assert tag.score == pytest.approx(0.9)
        assert (tag.model_value, tag.model_dominant) == ("none", "none")
        assert tag.model_score == tag.score

    def test_what_is_not_likely_enough_is_unsure_and_keeps_its_probability(self):
        face = face_with({"glasses": TORN})

        apply_model_tags([face])

        tag = FaceTag.objects.get()
        assert (tag.value, tag.model_dominant) == ("unsure", "none")
        assert tag.score == pytest.approx(0.45)

    def test_it_follows_new_readings(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])

        face.readings = {"glasses": OTHER}
        apply_model_tags([face])

        assert state(face) == ("sunglasses", "model", "sunglasses")

    def test_a_reading_that_is_gone_takes_its_tag_with_it(self):
        face = face_with({"glasses": SURE, "mask": {"none": 1.0, "worn": 0.0}})
        apply_model_tags([face])

        face.readings = {"mask": {"none": 1.0, "worn": 0.0}}
        apply_model_tags([face])

        assert [tag.facet for tag in FaceTag.objects.all()] == ["mask"]

    def test_twice_leaves_the_same_rows(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])
        once = everything()

        apply_model_tags([face])

        assert everything() == once

    def test_what_did_not_change_is_not_written(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])
        version = FaceTag.objects.extra(select={"xmin": "xmin::text"}).get().xmin

        with transaction.atomic():
            apply_model_tags([face])

        assert FaceTag.objects.extra(select={"xmin": "xmin::text"}).get().xmin == version

    def test_the_number_of_queries_does_not_grow(self):
        def count(faces: list[Face]) -> int:
            with CaptureQueriesContext(connection) as queries:
                apply_model_tags(faces)
            return len(queries)

        few = count([face_with({"glasses": SURE})])

        assert count([face_with({"glasses": SURE}) for _ in range(5)]) == few

    def test_only_some_facets_can_be_looked_at(self):
        face = face_with({"glasses": SURE, "gender": {"female": 0.9, "male": 0.1}})

        apply_model_tags([face], only=["gender"])

        assert [tag.facet for tag in FaceTag.objects.all()] == ["gender"]

    def test_other_facets_are_left_alone_then(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])
        FaceTag.objects.create(face=face, facet="gone", value="x", source="model", model_value="x")

        apply_model_tags([face], only=["glasses"])

        assert FaceTag.objects.filter(facet="gone").exists()

    def test_tags_of_facets_that_do_not_exist_any_more_are_removed(self):
        face = face_with({})
        FaceTag.objects.create(face=face, facet="gone", value="x", source="model", model_value="x")

        apply_model_tags([face])

        assert not FaceTag.objects.exists()

    def test_unless_a_person_set_them(self):
        face = face_with({})
        FaceTag.objects.create(face=face, facet="gone", value="x", source="user", model_value="y")

        apply_model_tags([face])

        assert state(face, "gone") == ("x", "user", "")

    def test_no_faces_are_no_problem(self):
        apply_model_tags([])

        assert not FaceTag.objects.exists()

    def test_a_custom_facet_reads_the_embedding(self, monkeypatch):
        @dataclass(frozen=True)
        class Positive(Facet):
            def derive_all(self, faces):
                signs = ["yes" if face.embedding[0] > 0 else "no" for face in faces]
                return [Tag(self.name, sign, score=0.8, dominant=sign) for sign in signs]

        positive = Positive("positive", "Positive", (Value("yes", "Yes"), Value("no", "No")))
        monkeypatch.setattr(facets_module, "_sources", [lambda: [positive]])
        rest = [0.0] * 1023
        yes, no = make_face(embedding=[1.0, *rest]), make_face(embedding=[-1.0, *rest])

        apply_model_tags([yes, no], only=["positive"])

        assert state(yes, "positive")[0] == "yes"
        assert state(no, "positive")[0] == "no"


class TestCorrecting:
    def test_a_correction_stands_beside_what_the_model_says(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])

        tag = correct_tag(face, facet="glasses", value="glasses", user=None)

        assert (tag.value, tag.source, tag.score) == ("glasses", "user", None)
        assert (tag.model_value, tag.model_dominant) == ("none", "none")
        assert state(face) == ("glasses", "user", "none")

    def test_it_is_noted_with_who_said_it(self):
        face, user = face_with({"glasses": SURE}), make_user()
        apply_model_tags([face])

        correct_tag(face, facet="glasses", value="glasses", user=user)

        note = TagCorrection.objects.get()
        assert (note.face, note.user) == (face, user)
        assert history(face) == [("glasses", "none", "glasses")]

    def test_a_face_without_a_tag_can_be_given_one(self):
        face = face_with({})

        correct_tag(face, facet="glasses", value="sunglasses", user=None)

        assert state(face) == ("sunglasses", "user", "")
        assert history(face) == [("glasses", "", "sunglasses")]

    def test_a_person_may_be_unsure(self):
        face = face_with({"glasses": SURE})

        assert correct_tag(face, facet="glasses", value="unsure", user=None).value == "unsure"

    def test_saying_the_same_twice_is_noted_once(self):
        face = face_with({"glasses": SURE})

        for _ in range(2):
            correct_tag(face, facet="glasses", value="glasses", user=None)

        assert len(history(face)) == 1

    def test_agreeing_with_the_model_is_a_correction_too(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])

        correct_tag(face, facet="glasses", value="none", user=None)

        assert state(face) == ("none", "user", "none")

    def test_another_value_is_refused(self):
        face = face_with({"glasses": SURE})

        with pytest.raises(InvalidTag, match="none, glasses, sunglasses, unsure") as caught:
            correct_tag(face, facet="glasses", value="monocle", user=None)

        assert (caught.value.status, set(caught.value.fields)) == (400, {"value"})
        assert not FaceTag.objects.exists()

    def test_another_facet_is_refused(self):
        with pytest.raises(UnknownFacet):
            correct_tag(face_with({}), facet="wings", value="yes", user=None)

    @pytest.mark.parametrize("change", ["delete", "retire"])
    def test_a_face_that_is_gone_is_refused(self, change):
        face = face_with({"glasses": SURE})
        stored = Face.objects.filter(pk=face.pk)
        stored.delete() if change == "delete" else stored.update(retired_at="2026-01-01T00:00Z")

        with pytest.raises(FaceGone):
            correct_tag(face, facet="glasses", value="glasses", user=None)

    def test_a_user_who_is_deleted_leaves_what_was_said(self):
        face, user = face_with({"glasses": SURE}), make_user()
        correct_tag(face, facet="glasses", value="glasses", user=user)

        user.delete()

        assert TagCorrection.objects.get().user is None


class TestClearing:
    def test_the_model_s_value_comes_back_with_its_probability(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])
        before = everything()
        correct_tag(face, facet="glasses", value="glasses", user=None)

        clear_correction(face, facet="glasses", user=None)

        assert everything() == before

    def test_it_is_what_the_model_says_by_now(self):
        face = face_with({"glasses": SURE})
        correct_tag(face, facet="glasses", value="glasses", user=None)
        face.readings = {"glasses": OTHER}
        apply_model_tags([face])

        clear_correction(face, facet="glasses", user=None)

        assert state(face) == ("sunglasses", "model", "sunglasses")

    def test_it_is_noted(self):
        face = face_with({"glasses": SURE})
        correct_tag(face, facet="glasses", value="glasses", user=None)

        clear_correction(face, facet="glasses", user=make_user())

        assert history(face)[-1] == ("glasses", "glasses", "")
        assert TagCorrection.objects.first().user is not None

    def test_where_the_model_says_nothing_the_tag_goes(self):
        face = face_with({})
        correct_tag(face, facet="glasses", value="glasses", user=None)

        assert clear_correction(face, facet="glasses", user=None) is None
        assert not FaceTag.objects.exists()

    def test_nothing_to_clear_changes_nothing(self):
        face = face_with({"glasses": SURE})
        apply_model_tags([face])

        tag = clear_correction(face, facet="glasses", user=None)

        assert tag.value == "none"
        assert history(face) == []

    def test_no_tag_at_all_is_none(self):
        assert clear_correction(face_with({}), facet="glasses", user=None) is None


class TestAPersonWins:
    @pytest.mark.parametrize("seed", range(8))
    def test_whatever_happens_in_whatever_order(self, seed):
        """The value is the last one that a person gave and did not take back, else the model's."""
        chance = random.Random(seed)
        face = face_with({"glasses": SURE})
        apply_model_tags([face])
        said, model = None, "none"
        for _ in range(25):
            match chance.choice(["correct", "clear", "analyze", "analyze"]):
                case "correct":
                    said = chance.choice(["none", "glasses", "sunglasses", "unsure"])
                    correct_tag(face, facet="glasses", value=said, user=None)
                case "clear":
                    said = None
                    clear_correction(face, facet="glasses", user=None)
                case "analyze":
                    reading, model = chance.choice(
                        [(SURE, "none"), (OTHER, "sunglasses"), (TORN, "unsure")]
                    )
                    face.readings = {"glasses": reading}
                    apply_model_tags([face])

            expected = (said or model, "user" if said else "model", model)
            assert state(face) == expected

    @pytest.mark.django_db(transaction=True)
    def test_corrections_and_analyses_at_the_same_time_keep_the_correction(self):
        asset = make_asset()
        asset.runs.all().delete()
        runs = [make_run(asset, version=f"v{number}") for number in range(8)]
        record_results(claim_run(runs[0].pk), [result(SURE)], embedding_net=EMBEDDING_NET)
        face = Face.objects.get()
        start = threading.Barrier(2)

        def correct() -> None:
            start.wait(10)
            for number in range(40):
                value = "glasses" if number % 2 else "sunglasses"
                correct_tag(face, facet="glasses", value=value, user=None)
            connection.close()

        def analyze() -> None:
            start.wait(10)
            for number, run in enumerate(runs[1:]):
                said = OTHER if number % 2 else SURE
                record_results(claim_run(run.pk), [result(said)], embedding_net=EMBEDDING_NET)
            connection.close()

        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(correct), pool.submit(analyze)]:
                future.result(60)

        assert state(face) == ("glasses", "user", "none")
        assert len(history(face)) == 40

    @pytest.mark.django_db(transaction=True)
    def test_a_correction_that_comes_after_the_face_went_is_told_so(self):
        face = face_with({"glasses": SURE})
        correct = partial(correct_tag, face, facet="glasses", value="glasses", user=None)
        miss = analysis_without(face)

        with pytest.raises(FaceGone):
            second_waits_for_first(miss, correct)

        assert not Face.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_a_face_that_is_corrected_while_its_analysis_waits_is_retired(self):
        face = face_with({"glasses": SURE})
        correct = partial(correct_tag, face, facet="glasses", value="glasses", user=None)
        miss = analysis_without(face)

        second_waits_for_first(correct, miss)

        face.refresh_from_db()
        assert face.retired_at is not None
        assert state(face)[0] == "glasses"

    @pytest.mark.django_db(transaction=True)
    def test_retagging_waits_for_an_analysis_and_takes_its_readings(self):
        face = face_with({"glasses": SURE})
        run = make_run(face.asset, version="other")
        box = replace(result(OTHER), box=face.box)

        def analyze() -> None:
            record_results(claim_run(run.pk), [box], embedding_net=EMBEDDING_NET)

        second_waits_for_first(analyze, lambda: list(retag_faces()))

        assert state(face) == ("sunglasses", "model", "sunglasses")


def analysis_without(face: Face) -> Callable[[], object]:
    """Return an analysis of the face's asset that finds no faces."""
    run = make_run(face.asset, version="other")
    return lambda: record_results(claim_run(run.pk), [], embedding_net=EMBEDDING_NET)


def second_waits_for_first(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Do both, the second one before the first is committed; raise what it raises."""

    def in_a_thread() -> None:
        try:
            second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            outcome = pool.submit(in_a_thread)
            done, _ = wait([outcome], timeout=2)
            assert not done
        outcome.result(60)


def test_erasing_takes_values_and_history_of_a_facet():
    face = face_with({"glasses": SURE, "mask": {"none": 1.0, "worn": 0.0}})
    apply_model_tags([face])
    correct_tag(face, facet="glasses", value="glasses", user=None)
    correct_tag(face, facet="mask", value="worn", user=None)

    erased = erase_tags(["glasses"])

    assert (erased.tags, erased.corrections) == (1, 1)
    assert [tag.facet for tag in FaceTag.objects.all()] == ["mask"]
    assert history(face) == [("mask", "none", "worn")]


def test_deleting_an_asset_takes_tags_and_history_along():
    face = face_with({"glasses": SURE})
    apply_model_tags([face])
    correct_tag(face, facet="glasses", value="glasses", user=None)

    delete_asset(face.asset)

    assert not FaceTag.objects.exists()
    assert not TagCorrection.objects.exists()
