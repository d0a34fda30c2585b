from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from analysis.erasure import erase_readings
from analysis.models import Face, FaceTag
from analysis.pipeline.types import Box
from analysis.recording import claim_run, record_results, requeue_runs
from analysis.tagging import clear_correction, correct_tag
from dam.deletion import delete_asset
from search.index import chunks, current_snapshot, fold_changes
from search.models import ChangedFace, IndexChunk
from tests.factories import BOX, make_asset, make_face, make_run, make_tagged_face
from tests.fakes import EMBEDDING_NET, fake_result
from tests.search.conftest import tag
from tests.search.index.conftest import (
    close_connections,
    rows_of_faces,
    rows_of_snapshot,
    values,
)

pytestmark = pytest.mark.django_db(transaction=True)

GLASSES = {"glasses": {"none": 0.9, "glasses": 0.05, "sunglasses": 0.05}}


def is_exact() -> bool:
    return rows_of_snapshot(current_snapshot()) == rows_of_faces()


def folded_face() -> Face:
    """A face with a tag that is in its chunk and has no marks."""
    face = make_tagged_face(GLASSES)
    fold_changes()
    assert not ChangedFace.objects.exists()
    return face


def test_new_face_is_there_at_once() -> None:
    face = make_tagged_face(GLASSES)

    assert values(current_snapshot(), "glasses") == {face.pk: "none"}


def test_folding_changes_nothing_that_is_seen() -> None:
    make_tagged_face(GLASSES)
    before = rows_of_snapshot(current_snapshot())

    fold_changes()

    assert rows_of_snapshot(current_snapshot()) == before == rows_of_faces()


def test_correction_and_its_clearing_are_seen_at_once() -> None:
    face = folded_face()

    correct_tag(face, facet="glasses", value="sunglasses", user=None)
    corrected = values(current_snapshot(), "glasses")
    clear_correction(face, facet="glasses", user=None)
    cleared = values(current_snapshot(), "glasses")

    assert corrected == {face.pk: "sunglasses"}
    assert cleared == {face.pk: "none"}


def test_each_of_many_changes_of_one_face_is_seen() -> None:
    face = folded_face()
    seen = []
    for value in ("sunglasses", "glasses", "none", "glasses"):
        correct_tag(face, facet="glasses", value=value, user=None)
        seen.append(values(current_snapshot(), "glasses")[face.pk])

    assert seen == ["sunglasses", "glasses", "none", "glasses"]


def test_retired_face_goes_and_comes_back() -> None:
    face = folded_face()

    Face.objects.filter(pk=face.pk).update(retired_at=timezone.now())
    retired = current_snapshot().count
    fold_changes()
    retired_and_folded = current_snapshot().count
    Face.objects.filter(pk=face.pk).update(retired_at=None)

    assert (retired, retired_and_folded) == (0, 0)
    assert is_exact()


def test_deleted_asset_takes_its_faces_along() -> None:
    face = folded_face()
    other = folded_face()

    delete_asset(face.asset)

    assert set(rows_of_snapshot(current_snapshot())) == {other.pk}


def test_analysis_that_finds_other_faces_is_seen_at_once() -> None:
    run = make_run()
    claim = claim_run(run.pk)
    assert claim is not None
    record_results(claim, [fake_result(BOX)], embedding_net=EMBEDDING_NET)
    fold_changes()
    requeue_runs(type(run).objects.filter(pk=run.pk))
    claim = claim_run(run.pk)
    assert claim is not None

    record_results(
        claim,
        [fake_result(BOX, seed=2), fake_result(Box(60.0, 5.0, 20.0, 20.0), seed=3)],
        embedding_net=EMBEDDING_NET,
    )

    assert current_snapshot().count == 2
    assert is_exact()


def test_erased_readings_are_gone_at_once(settings) -> None:
    face = make_tagged_face({"age": 30.0, "age_group": {"20-34": 1.0}})
    fold_changes()
    settings.DAM_READINGS_OFF = ["age"]

    list(erase_readings(["age"]))

    (segment,) = [segment for segment in current_snapshot().segments if segment.count]
    assert segment.ids.tolist() == [face.pk]
    assert np.isnan(segment.numbers["age"]).all()
    assert is_exact()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE analysis_facetag SET value = 'glasses'",
        "UPDATE analysis_facetag SET facet = 'other'",
        "DELETE FROM analysis_facetag",
        (
            "INSERT INTO analysis_facetag "
            "(face_id, facet, value, source, model_value, model_dominant) "
            "SELECT id, 'hat', 'hat', 'user', '', '' FROM analysis_face"
        ),
        (
            "INSERT INTO analysis_facetag "
            "(face_id, facet, value, source, model_value, model_dominant) "
            "SELECT id, 'glasses', 'x', 'user', '', '' FROM analysis_face "
            "ON CONFLICT (face_id, facet) DO UPDATE SET value = EXCLUDED.value"
        ),
        "UPDATE analysis_face SET quality_score = 12",
        "UPDATE analysis_face SET position = 7",
        "UPDATE analysis_face SET width = 5",
        "UPDATE analysis_face SET score = 0.25",
        """UPDATE analysis_face SET readings = '{"age": 77}'""",
        "UPDATE analysis_face SET embedding_net = 'other'",
        "UPDATE analysis_face SET embedding = array_fill(0.5::real, '{1024}')::halfvec",
        "TRUNCATE analysis_facetag",
        "TRUNCATE analysis_face CASCADE",
    ],
)
def test_any_statement_is_seen_at_once(statement: str) -> None:
    folded_face()
    before = rows_of_snapshot(current_snapshot())

    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert rows_of_snapshot(current_snapshot()) != before
    assert is_exact()
    fold_changes()
    assert is_exact()


def test_face_with_another_id_is_seen_at_once() -> None:
    face = make_face()
    fold_changes()
    current_snapshot()

    Face.objects.filter(pk=face.pk).update(id=face.pk + 100_000)

    assert is_exact()


@pytest.mark.parametrize(
    "change", [{"updated_at": timezone.now()}, {"yaw": 3.0}, {"landmarks": [1.0]}]
)
def test_what_is_in_no_column_marks_nothing(change: dict[str, object]) -> None:
    face = folded_face()

    Face.objects.filter(pk=face.pk).update(**change)

    assert not ChangedFace.objects.exists()


def test_new_score_of_the_same_value_marks_nothing() -> None:
    face = folded_face()

    FaceTag.objects.filter(face=face).update(score=0.4, model_score=0.4)

    assert not ChangedFace.objects.exists()


def test_tags_of_a_face_that_was_retired_before_do_not_bring_it_back() -> None:
    face = folded_face()
    Face.objects.filter(pk=face.pk).update(retired_at=timezone.now())
    current_snapshot()

    tag(face, glasses="sunglasses")
    after_marks = current_snapshot().count
    fold_changes()
    tag(face, glasses="none")

    assert (after_marks, current_snapshot().count) == (0, 0)
    fold_changes()
    assert current_snapshot().count == 0


def test_tags_changed_after_the_face_are_seen_with_the_face_as_it_is() -> None:
    face = folded_face()
    Face.objects.filter(pk=face.pk).update(quality_score=1.0)
    current_snapshot()

    tag(face, glasses="sunglasses")

    assert is_exact()


def test_mark_says_whether_only_tags_changed() -> None:
    face = folded_face()

    tag(face, emotion="sad")
    of_tags = set(ChangedFace.objects.values_list("face_id", "tags_only"))
    fold_changes()
    Face.objects.filter(pk=face.pk).update(score=0.5)

    assert of_tags == {(face.pk, True)}
    assert set(ChangedFace.objects.values_list("face_id", "tags_only")) == {(face.pk, False)}


def test_uncommitted_change_is_seen_by_its_own_transaction_only() -> None:
    face = folded_face()
    made, looked = Event(), Event()
    own = []

    def write() -> None:
        try:
            with transaction.atomic():
                tag(face, glasses="sunglasses")
                own.append(values(current_snapshot(), "glasses"))
                made.set()
                assert looked.wait(20)
        finally:
            close_connections()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert made.wait(20)
        while_open = values(current_snapshot(), "glasses")
        fold_changes()
        while_open_and_folded = values(current_snapshot(), "glasses")
        looked.set()
        writing.result()

    assert own == [{face.pk: "sunglasses"}]
    assert while_open == while_open_and_folded == {face.pk: "none"}
    assert values(current_snapshot(), "glasses") == {face.pk: "sunglasses"}


def test_what_is_rolled_back_was_never_there() -> None:
    face = folded_face()

    with transaction.atomic():
        tag(face, glasses="sunglasses")
        make_tagged_face(GLASSES)
        current_snapshot()
        fold_changes()
        assert is_exact()
        transaction.set_rollback(True)

    assert values(current_snapshot(), "glasses") == {face.pk: "none"}
    assert is_exact()


def test_change_by_another_while_a_transaction_looks_is_not_missed() -> None:
    face = folded_face()
    first, second = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic():
                FaceTag.objects.create(face=face, facet="mask", value="worn", source="user")
                current_snapshot()
                first.set()
                assert second.wait(20)
        finally:
            close_connections()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert first.wait(20)
        FaceTag.objects.filter(face=face, facet="glasses").update(value="glasses")
        fold_changes()
        second.set()
        writing.result()

    assert is_exact()


def test_unbuilt_chunk_is_read_from_the_rows() -> None:
    folded_face()
    IndexChunk.objects.update(columns=None, sketches=None)

    with transaction.atomic():
        assert is_exact()
    assert is_exact()
    assert not IndexChunk.objects.filter(columns=None).exists()


@pytest.mark.parametrize("column", ["columns", "sketches"])
@pytest.mark.parametrize(
    "stored",
    [b"", b"FcIx\x63" + bytes(40), b"FcSk\x01" + bytes(50)],
    ids=["empty", "later format", "cut off"],
)
def test_chunk_in_another_format_is_made_again(column: str, stored: bytes) -> None:
    folded_face()
    IndexChunk.objects.update(**{column: stored})

    assert is_exact()
    assert bytes(getattr(IndexChunk.objects.get(), column)) != stored


def test_nothing_new_gives_the_same_object() -> None:
    folded_face()
    tag(make_face(), glasses="none")

    assert current_snapshot() is current_snapshot()


def test_chunk_without_marks_is_not_read_again() -> None:
    folded_face()
    first = current_snapshot()

    tag(make_face(), glasses="none")
    second = current_snapshot()

    assert second.segments[0].ids is first.segments[0].ids


def test_sketches_are_not_read_again_when_only_tags_changed() -> None:
    face = folded_face()
    first = current_snapshot()

    correct_tag(face, facet="glasses", value="sunglasses", user=None)
    fold_changes()
    second = current_snapshot()

    assert second.segments[0].sketches is first.segments[0].sketches
    assert is_exact()


def test_too_many_marks_are_folded_first(monkeypatch) -> None:
    monkeypatch.setattr("search.index.snapshots.MOST_MARKS", 3)
    asset = make_asset()
    for position in range(3):
        tag(make_face(asset, position=position), glasses="none")

    assert is_exact()
    assert not ChangedFace.objects.exists()


def test_many_threads_that_begin_at_once_read_a_chunk_once(monkeypatch) -> None:
    folded_face()
    reads = []
    read = chunks._read

    def counted(number: int, **rest: object) -> object:
        reads.append(number)
        return read(number, **rest)

    monkeypatch.setattr("search.index.chunks._read", counted)

    def look() -> int:
        try:
            return current_snapshot().count
        finally:
            close_connections()

    with ThreadPoolExecutor(4) as pool:
        counts = [one.result() for one in [pool.submit(look) for _ in range(8)]]

    assert counts == [1] * 8
    assert reads == [0]
