from __future__ import annotations

import csv
import io
import json

import pytest
from django.http import QueryDict
from django.utils import timezone

from analysis.custom_tags.tags import create_tag
from analysis.facets import facets
from analysis.models import Face, FaceTag
from dam.models import Asset
from search.export import tables as export
from search.export.columns import columns
from search.export.tables import rows, write_csv, write_jsonl
from search.query import FaceQuery
from tests.factories import make_face

pytestmark = pytest.mark.django_db


def read_csv(query: FaceQuery | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(write_csv(query or FaceQuery())), newline="")))


def test_a_row_tells_what_is_known_of_a_face(tagged_face):
    face = tagged_face(gender="male", quality_score=87.654)
    FaceTag.objects.filter(facet="gender").update(source=FaceTag.Source.USER, score=0.61234)

    (row,) = rows(FaceQuery())

    assert row["face.uid"] == str(face.uid)
    assert (row["asset.uid"], row["asset.name"]) == (str(face.asset.uid), face.asset.name)
    assert (row["face.left"], row["face.width"]) == (face.left, face.width)
    assert row["face.quality"] == 87.65
    assert row["face.reading.age"] == round(face.readings["age"], 2)
    assert (row["gender"], row["gender.score"], row["gender.source"]) == ("male", 0.6123, "user")


def test_each_facet_has_three_columns():
    names = [column.name for column in columns()]

    for facet in facets():
        assert {facet.name, f"{facet.name}.score", f"{facet.name}.source"} <= set(names)
    assert len(set(names)) == len(names)


def test_what_is_not_known_is_empty(tagged_face):
    tagged_face()
    Face.objects.update(readings={})

    (row,) = rows(FaceQuery())
    (line,) = read_csv()

    assert row["gender"] is row["gender.score"] is row["face.reading.age"] is None
    assert line["gender"] == line["face.reading.age"] == ""


def test_rows_are_those_of_the_query_in_its_order(tagged_face):
    poor, good = tagged_face(gender="male", quality_score=60), tagged_face(gender="male")
    tagged_face(gender="female")

    found = rows(FaceQuery.from_params(QueryDict("gender=male&order=quality")))

    assert [row["face.uid"] for row in found] == [str(good.uid), str(poor.uid)]


def test_retired_faces_are_left_out(tagged_face):
    tagged_face(gender="male")
    Face.objects.update(retired_at=timezone.now())

    assert list(rows(FaceQuery())) == []


def test_csv_and_json_lines_say_the_same(tagged_face):
    tagged_face(gender="male")
    tagged_face(glasses="none")

    lines = [json.loads(line) for line in "".join(write_jsonl(FaceQuery())).splitlines()]

    assert [
        {name: "" if cell is None else str(cell) for name, cell in line.items()} for line in lines
    ] == read_csv()


def test_nothing_found_is_a_header_alone():
    assert "".join(write_csv(FaceQuery())).startswith("face.uid,asset.uid,asset.name,")
    assert read_csv() == []
    assert list(write_jsonl(FaceQuery())) == []


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://example.org")',
        "+1",
        "-1+1",
        "@SUM(A1)",
        " =1",
        "\t=1",
        "\uff1d1",
        "a\n=1",
    ],
)
def test_a_name_is_no_formula(name):
    make_face()
    Asset.objects.update(name=name)

    (line,) = read_csv()

    assert not line["asset.name"].lstrip().startswith(("=", "+", "-", "@", "\uff1d"))
    assert line["asset.name"].removeprefix("'") == name


def test_a_usual_name_is_not_altered():
    make_face()
    Asset.objects.update(name='Grüße, "Anna" (1).jpg')

    (line,) = read_csv()

    assert line["asset.name"] == 'Grüße, "Anna" (1).jpg'


def test_a_number_below_zero_is_a_number():
    make_face()
    Face.objects.update(left=-3.5)

    (line,) = read_csv()

    assert line["face.left"] == "-3.5"


def test_faces_stay_in_the_database_until_they_are_written(monkeypatch, count_queries):
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    for _ in range(5):
        make_face()
    table = rows(FaceQuery())
    next(table)

    assert count_queries(lambda: next(table)) == 0
    assert count_queries(lambda: next(table)) == 2  # faces and tags


def test_a_face_that_is_deleted_meanwhile_is_left_out(monkeypatch):
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 1)
    old, gone, _ = make_face(), make_face(), make_face()
    table = rows(FaceQuery())
    next(table)

    gone.delete()

    assert [row["face.uid"] for row in table] == [str(old.uid)]


def test_each_piece_is_written_as_soon_as_it_is_read(monkeypatch):
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    for _ in range(5):
        make_face()

    assert [piece.count("\n") for piece in write_jsonl(FaceQuery())] == [2, 2, 1]


def test_a_tag_that_is_made_meanwhile_shifts_no_column(tagged_face):
    tagged_face()
    pieces = write_csv(FaceQuery())
    header = next(pieces)
    create_tag(label="Red hat", user=None)

    (names, cells) = csv.reader(io.StringIO(header + next(pieces)))

    assert len(names) == len(cells)
