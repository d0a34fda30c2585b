from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone

from analysis.models import Face
from search.index import Segment, current_snapshot, sketch
from search.index.rows import read_chunk, read_faces
from tests.factories import make_asset, make_face
from tests.search.conftest import tag

pytestmark = pytest.mark.django_db


def ids(*faces: Face) -> np.ndarray:
    return np.array(sorted(face.pk for face in faces), dtype=np.int64)


def read_whole(face_ids: np.ndarray) -> Segment:
    return read_faces(face_ids, retagged=ids()).faces


def test_columns_are_those_of_the_rows() -> None:
    face = tag(make_face(position=3, quality_score=41.5), glasses="none", emotion="sad")
    face.readings = {"age": 31.25}
    face.save()

    segment = read_whole(ids(face))

    assert segment.ids.tolist() == [face.pk]
    assert segment.assets.tolist() == [face.asset_id]
    assert segment.positions.tolist() == [3]
    assert segment.numbers["quality"].tolist() == [41.5]
    assert segment.numbers["age"].tolist() == [31.25]
    assert segment.numbers["size"].tolist() == [min(face.width, face.height)]
    assert segment.numbers["score"].tolist() == [np.float32(face.score)]
    assert segment.numbers["stored"].tolist() == [int(face.asset.created_at.timestamp())]
    assert {name: codes.values for name, codes in segment.codes.items()} == {
        "emotion": ("sad",),
        "glasses": ("none",),
    }
    assert [segment.nets.values[code - 1] for code in segment.nets.codes] == [face.embedding_net]


def test_sketch_has_the_bits_of_numpy_in_its_order() -> None:
    generator = np.random.default_rng(1)
    embedding = generator.standard_normal(1024)
    embedding[:3] = (0.0, 1.0, -1.0)
    face = make_face(embedding=embedding)

    segment = read_whole(ids(face))

    assert segment.sketches.shape == (1, 16)
    assert (segment.sketches[0] == sketch(embedding)).all()
    assert segment.sketches[0].tobytes()[0] >> 5 == 0b010


@pytest.mark.parametrize("age", [None, "31", 1e300, 1e-300, {"31": 1.0}, True])
def test_age_that_is_no_usable_number_is_none(age: object) -> None:
    face = make_face()
    face.readings = {"age": age}
    face.save()

    assert np.isnan(read_whole(ids(face)).numbers["age"]).all()


def test_face_without_a_reading_has_no_age() -> None:
    face = make_face()
    face.readings = {}
    face.save()

    assert np.isnan(read_whole(ids(face)).numbers["age"]).all()


def test_faces_without_tags_have_code_nought() -> None:
    asset = make_asset()
    first, second, third = (make_face(asset, position=position) for position in range(3))
    tag(first, glasses="none")
    tag(third, glasses="glasses")

    codes = read_whole(ids(first, second, third)).codes["glasses"]

    assert codes.values == ("glasses", "none")
    assert codes.codes.tolist() == [2, 0, 1]
    assert codes.codes.dtype == np.uint8


def test_retired_and_missing_faces_are_left_out() -> None:
    asset = make_asset()
    kept, retired = (tag(make_face(asset, position=n), emotion=str(n)) for n in range(2))
    Face.objects.filter(pk=retired.pk).update(retired_at=timezone.now())

    segment = read_whole(np.array([kept.pk, retired.pk, retired.pk + 1000], dtype=np.int64))

    assert segment.ids.tolist() == [kept.pk]
    assert segment.codes["emotion"].values == ("0",)


def test_no_faces_make_an_empty_segment() -> None:
    segment = read_whole(ids())

    assert len(segment) == 0
    assert segment.sketches.shape == (0, 16)
    assert not segment.codes


def test_chunk_has_the_faces_of_its_range() -> None:
    faces = [tag(make_face(), emotion="sad") for _ in range(2)]
    for face, new in zip(faces, (65535, 65536), strict=True):
        face.tags.all().delete()
        Face.objects.filter(pk=face.pk).update(id=new)

    assert read_chunk(1).ids.tolist() == [65535]
    assert read_chunk(2).ids.tolist() == [65536]


def test_arrays_cannot_be_written() -> None:
    segment = read_whole(ids(tag(make_face(), emotion="sad")))

    for array in (segment.ids, segment.sketches, segment.codes["emotion"].codes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_snapshot_of_an_empty_library_is_empty() -> None:
    assert current_snapshot().count == 0
