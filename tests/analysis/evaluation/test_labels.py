from __future__ import annotations

import pytest

from analysis.evaluation.labels import LabelsInvalid, read_labels
from analysis.pipeline.types import Box


def problems(folder, subjects) -> str:
    with pytest.raises(LabelsInvalid) as raised:
        read_labels(folder, subjects)
    return "\n".join(raised.value.problems)


def test_rows_become_labelled_faces(labelled_folder, subjects):
    folder = labelled_folder(
        "file,gender,ethnicity,left,top,width,height,source",
        "a.png,female,asian|black,1,2,30,40,studio",
        "b.png,,white,,,,,",
    )

    first, second = read_labels(folder, subjects)

    assert first.classes == {
        "gender": frozenset({"female"}),
        "ethnicity": frozenset({"asian", "black"}),
    }
    assert (first.box, first.source) == (Box(1, 2, 30, 40), "studio")
    assert second.classes == {"ethnicity": frozenset({"white"})}
    assert (second.box, second.source) == (None, "faces")


def test_pictures_may_be_in_sub_folders(labelled_folder, subjects):
    folder = labelled_folder("file,gender", "deep/er/a.png,male", pictures=("deep/er/a.png",))

    (face,) = read_labels(folder, subjects)

    assert face.path == (folder / "deep/er/a.png").resolve()


@pytest.mark.parametrize(
    ("age", "group"),
    [
        ("0", "child"),
        ("12", "child"),
        ("13", "teen"),
        ("19", "teen"),
        ("20", "young_adult"),
        ("34.9", "young_adult"),
        ("35", "adult"),
        ("54", "adult"),
        ("55", "senior"),
    ],
)
def test_an_age_gives_its_group(labelled_folder, subjects, age, group):
    folder = labelled_folder("file,age", f"a.png,{age}")

    (face,) = read_labels(folder, subjects)

    assert face.numbers == {"age": float(age)}
    assert face.classes == {"age_group": frozenset({group})}


def test_groups_are_those_of_the_labels(labelled_folder, subjects):
    folder = labelled_folder("file,age,gender", "a.png,60,female")

    (face,) = read_labels(folder, subjects)

    assert face.groups(("gender", "age_group", "ethnicity")) == {
        "gender": "female",
        "age_group": "senior",
    }


def test_all_problems_are_told_at_once(labelled_folder, subjects):
    folder = labelled_folder(
        "file,gender,age,left,top,width,height",
        "missing.png,female,,,,,",
        "a.png,lady,,,,,",
        "a.png,,old,,,,",
        "b.png,,200,1,2,3,",
        "../a.png,male,,,,,",
        "b.png,,,,,,",
        "b.png,male,,1,2,0,5",
        ",male,,,,,",
    )

    told = problems(folder, subjects)

    for said in (
        "line 2: there is no file missing.png",
        "line 3: gender is 'lady', not one of female, male",
        "line 4: age is 'old'",
        "line 5: age is '200'",
        "line 5: a box needs all of left, top, width, height",
        "line 6: ../a.png is outside the folder",
        "line 7: no label",
        "line 8: a box must be wider",
        "line 9: no file",
    ):
        assert said in told


def test_an_unknown_column_is_named_with_what_is_known(labelled_folder, subjects):
    told = problems(labelled_folder("file,gender,beard", "a.png,male,full"), subjects)

    assert "unknown column 'beard'" in told
    assert "ethnicity" in told


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("gender", "no column 'file'"),
        ("file,source", "no column with labels"),
        ("file,gender,left", "some of the columns"),
        ("file,gender,gender", "'gender' twice"),
    ],
)
def test_columns_that_do_not_do_are_told(labelled_folder, subjects, header, said):
    assert said in problems(labelled_folder(header, "a.png"), subjects)


def test_the_same_face_twice_is_told(labelled_folder, subjects):
    folder = labelled_folder("file,gender", "a.png,male", "a.png,female")

    assert "line 3: the same face as in line 2" in problems(folder, subjects)


def test_two_boxes_of_one_picture_are_two_faces(labelled_folder, subjects):
    folder = labelled_folder(
        "file,gender,left,top,width,height", "a.png,male,0,0,9,9", "a.png,female,20,0,9,9"
    )

    assert len(read_labels(folder, subjects)) == 2


def test_age_and_age_group_must_agree(labelled_folder, subjects):
    folder = labelled_folder("file,age,age_group", "a.png,60,child")

    assert "contradict" in problems(folder, subjects)


def test_a_folder_without_labels_is_told(tmp_path, subjects):
    assert "labels.csv cannot be read" in problems(tmp_path, subjects)


def test_more_fields_than_columns_are_told(labelled_folder, subjects):
    assert "more fields" in problems(labelled_folder("file,gender", "a.png,male,x"), subjects)
