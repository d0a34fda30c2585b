from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis import facets as facets_module
from analysis.custom_tags import applying, tags, tasks
from analysis.custom_tags.applying import activate_version, apply_piece, take_unsent_versions
from analysis.custom_tags.errors import OtherNets, UnknownVersion
from analysis.custom_tags.tags import create_tag, delete_tag, find_tag, wait_for_recordings
from analysis.custom_tags.tasks import apply_tag_version, sweep_tag_versions
from analysis.custom_tags.training import train_tag
from analysis.facets import UNSURE, find_facet
from analysis.models import CustomTagVersion, Face, FaceTag, TagCorrection
from analysis.pipeline.types import Box
from analysis.recording import claim_run, record_results
from analysis.retagging import retag_faces
from analysis.tagging import clear_correction, correct_tag
from tests.analysis.custom_tags.conftest import embedding
from tests.factories import make_face, make_run
from tests.fakes import fake_result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("learn_once")]

Status = CustomTagVersion.Status


def everything() -> list[tuple[object, ...]]:
    return list(FaceTag.objects.order_by("id").values_list())


@pytest.fixture
def version(taught_tag) -> CustomTagVersion:
    return train_tag(taught_tag).version


@pytest.fixture
def applied(version) -> CustomTagVersion:
    apply_tag_version(version.pk)
    return CustomTagVersion.objects.get(pk=version.pk)


class TestApplying:
    def test_every_face_is_tagged_and_counted(self, version, make_faces):
        make_faces(5, yes=True, start=50)
        activate_version(version)

        apply_tag_version(version.pk)

        version.refresh_from_db()
        assert (version.status, version.faces_done) == (Status.APPLIED, 25)
        assert FaceTag.objects.filter(facet="red_hat").exclude(model_value="").count() == 25

    def test_doing_it_twice_changes_nothing(self, version):
        apply_tag_version(version.pk)
        once = everything()

        apply_tag_version(version.pk)
        activate_version(version)
        apply_tag_version(version.pk)

        assert everything() == once

    def test_it_goes_on_where_it_stopped(self, version):
        assert apply_piece(version.pk, faces_at_once=8)
        version.refresh_from_db()
        assert (version.status, version.faces_done) == (Status.APPLYING, 8)

        while apply_piece(version.pk, faces_at_once=8):
            pass

        version.refresh_from_db()
        assert (version.status, version.faces_done) == (Status.APPLIED, 20)

    def test_a_version_that_was_replaced_goes_no_further(self, version, make_faces):
        apply_piece(version.pk, faces_at_once=8)
        correct_tag(make_faces(1, yes=True, start=50)[0], facet="red_hat", value="no", user=None)
        train_tag(find_tag("red_hat"))

        assert not apply_piece(version.pk)

        version.refresh_from_db()
        assert version.status == Status.REPLACED

    def test_a_deleted_tag_is_no_error(self, version):
        delete_tag(find_tag("red_hat"))

        apply_tag_version(version.pk)

        assert not FaceTag.objects.exists()

    def test_a_piece_takes_the_same_queries_for_any_number_of_faces(self, version, make_faces):
        def queries(faces_at_once: int) -> int:
            activate_version(version)
            CustomTagVersion.objects.update(status=Status.APPLYING)
            with CaptureQueriesContext(connection) as captured:
                apply_piece(version.pk, faces_at_once=faces_at_once)
            return len(captured)

        queries(2)  # reads the weights, which are kept

        assert queries(2) == queries(20)

    def test_a_person_wins(self, applied, make_faces):
        (face,) = make_faces(1, yes=True, start=50)
        correct_tag(face, facet="red_hat", value="no", user=None)
        activate_version(applied)

        apply_tag_version(applied.pk)

        tag = FaceTag.objects.get(face=face)
        assert (tag.value, tag.source, tag.model_value) == ("no", "user", "yes")

    def test_a_cleared_correction_is_what_the_version_says(self, applied, make_faces):
        (face,) = make_faces(1, yes=True, start=50)
        correct_tag(face, facet="red_hat", value="no", user=None)
        activate_version(applied)
        apply_tag_version(applied.pk)

        clear_correction(face, facet="red_hat", user=None)

        tag = FaceTag.objects.get(face=face)
        assert (tag.value, tag.source) == ("yes", "model")

    def test_a_version_of_other_nets_cannot_be_used(self, applied):
        CustomTagVersion.objects.update(embedding_net="others")
        applied.refresh_from_db()

        with pytest.raises(OtherNets, match="Train the tag again"):
            activate_version(applied)

    def test_a_version_that_was_deleted_meanwhile_cannot_be_used(self, version):
        delete_tag(find_tag("red_hat"))

        with pytest.raises(UnknownVersion):
            activate_version(version)

    def test_faces_of_other_nets_get_no_tag(self, version, make_faces):
        (face,) = make_faces(1, yes=True, start=50, embedding_net="others")

        apply_tag_version(version.pk)

        assert not FaceTag.objects.filter(face=face).exists()


class TestNewFaces:
    def record(self, net: str, *, yes: bool) -> Face:
        run = make_run()
        claim = claim_run(run.pk)
        assert claim is not None
        result = replace(
            fake_result(Box(10, 10, 30, 40)), embedding=embedding(77, yes=yes).astype("float32")
        )
        record_results(claim, [result], embedding_net=net)
        return run.asset.faces.get()

    def test_they_get_the_tag_when_they_are_recorded(self, applied, net):
        face = self.record(net, yes=True)

        tag = FaceTag.objects.get(face=face, facet="red_hat")
        assert (tag.value, tag.source) == ("yes", "model")

    def test_recording_applying_and_retagging_give_the_same_probability(self, applied, net):
        face = self.record(net, yes=True)
        recorded = FaceTag.objects.get(face=face, facet="red_hat").score

        FaceTag.objects.filter(face=face).delete()
        list(retag_faces(only=["red_hat"]))
        retagged = FaceTag.objects.get(face=face, facet="red_hat").score

        assert recorded == retagged

    def test_a_face_that_is_not_stored_gets_the_same_tag(self, applied, net):
        face = self.record(net, yes=True)
        stored = FaceTag.objects.get(face=face, facet="red_hat").score
        unsaved = Face(embedding=list(embedding(77, yes=True)), embedding_net=net)

        (tag,) = find_facet("red_hat").derive_all([unsaved])

        assert tag is not None
        assert tag.score == pytest.approx(stored, abs=1e-6)

    def test_of_other_nets_they_get_none(self, applied):
        face = self.record("others", yes=True)

        assert not FaceTag.objects.filter(face=face, facet="red_hat").exists()


class TestFacet:
    def test_a_tag_is_a_facet_with_yes_no_and_unsure(self, tag):
        facet = find_facet("red_hat")

        assert (facet.label, facet.custom) == ("Red hat", True)
        assert [value.name for value in facet.all_values] == ["yes", "no", UNSURE]

    def test_a_version_that_was_deleted_meanwhile_says_nothing(self, version):
        facet = find_facet("red_hat")
        delete_tag(find_tag("red_hat"))

        assert facet.derive_all(Face.objects.all()[:2]) == [None, None]

    def test_between_40_and_60_percent_it_is_unsure(self, tag):
        facet = find_facet("red_hat")

        assert [facet._tag(chance).value for chance in (0.9, 0.59, 0.41, 0.39)] == [
            "yes",
            "unsure",
            "unsure",
            "no",
        ]

    def test_tags_come_after_the_manifests_in_the_order_of_labels(self, tag):
        create_tag(label="Beard", user=None)

        names = [facet.name for facet in facets_module.facets()]

        assert names[-2:] == ["beard", "red_hat"]

    def test_all_facets_take_one_query(self, tag):
        create_tag(label="Beard", user=None)

        with CaptureQueriesContext(connection) as captured:
            facets_module.facets()

        assert len(captured) == 1


class TestSweeping:
    def test_a_version_that_was_lost_is_sent_again(self, version):
        CustomTagVersion.objects.update(sent_at=timezone.now() - timedelta(minutes=5))

        assert take_unsent_versions() == [version.pk]
        assert take_unsent_versions() == []

    def test_finished_versions_are_left_alone(self, applied):
        CustomTagVersion.objects.update(sent_at=None)

        assert take_unsent_versions() == []

    def test_without_a_broker_it_waits_for_the_next_sweep(self, version):
        CustomTagVersion.objects.update(sent_at=None)

        sweep_tag_versions()

        version.refresh_from_db()
        assert (version.status, version.sent_at) == (Status.WAITING, None)

    def test_an_error_is_told_and_work_goes_on_later(self, version, monkeypatch):
        def fail(_: int) -> bool:
            raise OSError("gone")

        monkeypatch.setattr(tasks, "apply_piece", fail)
        apply_tag_version(version.pk)
        version.refresh_from_db()
        assert (version.status, version.error_code) == (Status.WAITING, "storage_unavailable")

        monkeypatch.setattr(tasks, "apply_piece", applying.apply_piece)
        apply_tag_version(version.pk)

        version.refresh_from_db()
        assert (version.status, version.error_code) == (Status.APPLIED, "")

    def test_a_long_one_gives_others_their_turn(self, version, monkeypatch):
        sent: list[int] = []
        monkeypatch.setattr(tasks, "TURN_SECONDS", -1)
        monkeypatch.setattr(tasks, "send_version", sent.append)

        apply_tag_version(version.pk)

        version.refresh_from_db()
        assert (sent, version.status) == ([version.pk], Status.APPLYING)


class TestDeleting:
    def test_nothing_is_left(self, applied):
        delete_tag(find_tag("red_hat"))

        assert not FaceTag.objects.exists()
        assert not TagCorrection.objects.exists()
        assert not CustomTagVersion.objects.exists()
        assert Face.objects.exists()


@contextmanager
def recording_of(face: Face) -> Iterator[Event]:
    """Hold a face as an analysis does that is being recorded, until the event is set."""
    recording, committed = Event(), Event()

    def record() -> None:
        with transaction.atomic():
            Face.objects.filter(pk=face.pk).update(score=0.5)
            recording.set()
            committed.wait(10)
        connection.close()

    with ThreadPoolExecutor() as threads:
        recorder = threads.submit(record)
        recording.wait(10)
        try:
            yield committed
        finally:
            committed.set()
            recorder.result(10)


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_analyses_that_may_write_tags_of_before():
    def wait() -> None:
        wait_for_recordings()
        connection.close()

    with recording_of(make_face()) as committed, ThreadPoolExecutor() as threads:
        waiter = threads.submit(wait)

        time.sleep(0.3)
        was_waiting = not waiter.done()
        committed.set()
        waiter.result(10)

    assert was_waiting


@pytest.mark.django_db(transaction=True)
def test_a_tag_is_deleted_whoever_holds_the_faces(monkeypatch):
    monkeypatch.setattr(tags, "LOCK_SECONDS", 0.2)
    tag, face = create_tag(label="Red hat", user=None), make_face()
    correct_tag(face, facet="red_hat", value="yes", user=None)

    with recording_of(face):
        delete_tag(tag)

    assert not FaceTag.objects.filter(facet="red_hat").exists()
