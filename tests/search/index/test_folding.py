from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from analysis.models import Face, FaceTag
from dam.deletion import delete_asset
from search.index import current_snapshot, fold_changes, folding, rebuild_index
from search.index.folding import fold_chunk
from search.models import ChangedFace, IndexChunk
from tests.factories import make_asset, make_face, make_run
from tests.search.conftest import tag
from tests.search.index.conftest import (
    close_connections,
    rows_of_faces,
    rows_of_snapshot,
    values,
)

pytestmark = pytest.mark.django_db(transaction=True)

FACETS = {"glasses": ("none", "glasses", "sunglasses"), "emotion": ("happy", "sad", "né ∅")}


def faces_of_one_asset(count: int) -> list[Face]:
    asset = make_asset()
    return [tag(make_face(asset, position=n), glasses="none") for n in range(count)]


def in_thread(call: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            return call()
        finally:
            close_connections()

    return run


def test_each_mark_is_folded_once() -> None:
    faces_of_one_asset(3)

    folded = fold_changes()

    assert (folded.chunks, folded.marks) == (1, 6)
    assert fold_changes().chunks == 0


def test_faces_go_into_the_chunk_of_their_range() -> None:
    first, second = make_face(), make_face()
    Face.objects.filter(pk=second.pk).update(id=5 * 32768)

    fold_changes()

    assert list(IndexChunk.objects.order_by("number").values_list("number", flat=True)) == [0, 5]
    assert set(rows_of_snapshot(current_snapshot())) == {first.pk, 5 * 32768}


def test_few_young_marks_wait() -> None:
    make_face()

    assert fold_changes(due_only=True).chunks == 0
    assert ChangedFace.objects.exists()


def test_old_mark_is_due() -> None:
    make_face()
    ChangedFace.objects.update(marked_at=timezone.now() - timezone.timedelta(minutes=1))

    assert fold_changes(due_only=True).chunks == 1


def test_many_marks_are_due(monkeypatch) -> None:
    monkeypatch.setattr(folding, "DUE_MARKS", 4)
    faces_of_one_asset(2)

    assert fold_changes(due_only=True).chunks == 1


def test_unbuilt_chunk_is_due() -> None:
    make_face()
    fold_changes()
    IndexChunk.objects.update(columns=None, sketches=None)

    assert fold_changes(due_only=True).chunks == 1
    assert not IndexChunk.objects.filter(columns=None).exists()


def test_chunk_with_many_marks_is_read_as_a_whole(monkeypatch) -> None:
    monkeypatch.setattr(folding, "MANY_MARKS", 2)
    faces = faces_of_one_asset(3)
    fold_changes()
    FaceTag.objects.update(value="glasses")
    Face.objects.update(quality_score=12.0)

    fold_changes()

    assert values(current_snapshot(), "glasses") == {face.pk: "glasses" for face in faces}
    assert rows_of_snapshot(current_snapshot()) == rows_of_faces()


def test_change_between_taking_marks_and_reading_rows_is_not_lost(monkeypatch) -> None:
    (face,) = faces_of_one_asset(1)
    fold_changes()
    taken, written = Event(), Event()
    take = folding._take_marks

    def take_and_wait(number: int) -> object:
        found = take(number)
        taken.set()
        assert written.wait(20)
        return found

    monkeypatch.setattr(folding, "_take_marks", take_and_wait)
    FaceTag.objects.update(value="glasses")

    with ThreadPoolExecutor(1) as pool:
        folded = pool.submit(in_thread(fold_changes))
        assert taken.wait(20)
        FaceTag.objects.update(value="sunglasses")
        during = values(current_snapshot(), "glasses")
        written.set()
        folded.result()

    assert during == values(current_snapshot(), "glasses") == {face.pk: "sunglasses"}
    assert ChangedFace.objects.count() == 1


def test_fold_that_dies_in_the_middle_loses_nothing(monkeypatch) -> None:
    (face,) = faces_of_one_asset(1)
    marks = ChangedFace.objects.count()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(folding, "_store", die)
        with pytest.raises(KeyboardInterrupt):
            fold_changes()

    assert ChangedFace.objects.count() == marks
    assert values(current_snapshot(), "glasses") == {face.pk: "none"}


def test_chunk_that_another_folds_is_left_to_them() -> None:
    faces_of_one_asset(1)
    fold_changes()
    FaceTag.objects.update(value="glasses")
    held, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            list(IndexChunk.objects.select_for_update().values_list("number"))
            held.set()
            assert done.wait(20)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(in_thread(hold))
        assert held.wait(20)
        folded = fold_changes()
        done.set()
        holding.result()

    assert folded.chunks == 0
    assert ChangedFace.objects.exists()
    assert fold_chunk(0) == 1


def test_nothing_is_lost_while_several_write_fold_and_read() -> None:
    faces = faces_of_one_asset(6)
    writers, rounds = 3, 15
    stop = Event()

    def write(number: int) -> None:
        generator = random.Random(number)
        for _ in range(rounds):
            face = generator.choice(faces)
            with transaction.atomic():
                tags = FaceTag.objects.filter(face=face, facet="glasses")
                tags.update(value=generator.choice(FACETS["glasses"]))
                if generator.random() < 0.3:
                    transaction.set_rollback(True)

    def fold() -> None:
        while not stop.is_set():
            fold_changes()

    def look() -> None:
        while not stop.is_set():
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                assert rows_of_snapshot(current_snapshot()) == rows_of_faces()
            current_snapshot()

    with ThreadPoolExecutor(writers + 4) as pool:
        others = [pool.submit(in_thread(call)) for call in (fold, fold, look, look)]
        writing = [pool.submit(in_thread(lambda n=n: write(n))) for n in range(writers)]
        try:
            for one in writing:
                one.result()
        finally:
            stop.set()
        for one in others:
            one.result()

    assert rows_of_snapshot(current_snapshot()) == rows_of_faces()
    fold_changes()
    assert rows_of_snapshot(current_snapshot()) == rows_of_faces()


def test_rebuilding_repairs_what_no_trigger_saw() -> None:
    faces = faces_of_one_asset(2)
    fold_changes()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE analysis_facetag DISABLE TRIGGER USER")
        cursor.execute("UPDATE analysis_facetag SET value = 'glasses'")
        cursor.execute("ALTER TABLE analysis_facetag ENABLE TRIGGER USER")
    missed = values(current_snapshot(), "glasses")

    assert list(rebuild_index()) == [(1, 1)]

    assert missed == {face.pk: "none" for face in faces}
    assert values(current_snapshot(), "glasses") == {face.pk: "glasses" for face in faces}


class Library:
    """Does at random what can happen to faces, from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def step(self) -> None:
        faces = list(Face.objects.order_by("pk"))
        steps = [self.add] if len(faces) < 4 else [self.add, self.tag, self.tag, self.change]
        if len(faces) >= 4:
            steps += [self.untag, self.retire, self.delete, self.roll_back, self.move]
        self.random.choice(steps)(faces)

    def add(self, faces: list[Face]) -> None:
        run = make_run()
        for position in range(self.random.randint(1, 3)):
            seed, quality = self.random.randrange(10**6), self.random.uniform(0, 100)
            make_face(run.asset, position=position, seed=seed, quality_score=quality)

    def tag(self, faces: list[Face]) -> None:
        facet = self.random.choice(list(FACETS))
        tag(self.random.choice(faces), **{facet: self.random.choice(FACETS[facet])})

    def untag(self, faces: list[Face]) -> None:
        FaceTag.objects.filter(face=self.random.choice(faces)).delete()

    def change(self, faces: list[Face]) -> None:
        face = self.random.choice(faces)
        face.quality_score = self.random.uniform(0, 100)
        face.readings = {"age": float(self.random.randint(0, 90))}
        face.save()

    def retire(self, faces: list[Face]) -> None:
        face = self.random.choice(faces)
        retired_at = None if face.retired_at else timezone.now()
        # Somebody else may have its position by now.
        free = self.random.randrange(100, 30_000)
        Face.objects.filter(pk=face.pk).update(retired_at=retired_at, position=free)

    def delete(self, faces: list[Face]) -> None:
        delete_asset(self.random.choice(faces).asset)

    def move(self, faces: list[Face]) -> None:
        face = self.random.choice(faces)
        if not face.tags.exists():
            Face.objects.filter(pk=face.pk).update(id=face.pk + 32768)

    def roll_back(self, faces: list[Face]) -> None:
        with transaction.atomic():
            self.tag(faces)
            self.change(faces)
            if self.random.random() < 0.5:
                current_snapshot()
                fold_changes()
            transaction.set_rollback(True)


@pytest.mark.parametrize("seed", range(3))
def test_snapshot_is_what_the_rows_say_after_anything(seed: int) -> None:
    library = Library(seed)

    for number in range(40):
        library.step()
        if library.random.random() < 0.2:
            fold_changes(due_only=library.random.random() < 0.3)
        if library.random.random() < 0.7:
            assert rows_of_snapshot(current_snapshot()) == rows_of_faces(), number

    assert rows_of_snapshot(current_snapshot()) == rows_of_faces()
