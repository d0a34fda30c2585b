from __future__ import annotations

import pytest

from analysis.evaluation.evaluation import look_at_faces, read_folders
from analysis.evaluation.labels import LabelsInvalid
from analysis.evaluation.sightings import Sightings
from tests.analysis.evaluation.samples import made_report, sample
from tests.fakes import FakePipeline


def test_each_labelled_reading_is_measured():
    gender, age = made_report().readings

    assert (gender.reading, gender.n) == ("gender", 3)
    assert gender.classes.accuracy.value == pytest.approx(2 / 3)
    assert (age.reading, age.n) == ("age", 2)
    assert age.number.mae.value == pytest.approx(3.0)


def test_a_reading_without_labels_is_not_in_the_report():
    report = made_report([sample({"gender": {"female": 0.9, "male": 0.1}}, age=30.0)])

    assert report.readings == ()


def test_facet_thresholds_are_applied():
    (sure,) = made_report().readings[0].classes.sure

    assert (sure.facet, sure.min_score) == ("gender", 0.7)
    assert sure.unsure.value == pytest.approx(1 / 3)


def test_sources_are_measured_apart():
    gender, age = made_report().readings

    assert [(s.source, s.classes.accuracy.value) for s in gender.sources] == [
        ("street", 1.0),
        ("studio", 0.5),
    ]
    assert age.sources == ()


def test_errors_are_grouped_by_other_labels():
    age = made_report().readings[1]

    by_gender = next(one for one in age.groupings if one.by == ("gender",))
    assert [(g.values, g.mae.value) for g in by_gender.groups] == [
        (("female",), 4.0),
        (("male",), 2.0),
    ]


def test_what_became_of_each_picture_is_told(labelled_folder, subjects, tmp_path):
    folder = labelled_folder(
        "file,gender,left,top,width,height",
        "a.png,male,,,,",
        "b.png,male,90,60,5,4",
        "notes.png,male,,,,",
        pictures=("a.png", "b.png", "notes.png"),
    )
    (folder / "notes.png").write_text("no picture")
    seen = Sightings(FakePipeline(), folder=tmp_path, max_pixels=10**6)
    advanced = []

    looks = look_at_faces(
        read_folders([folder], subjects), seen, advance=lambda: advanced.append(1)
    )

    assert [one.label.name for one in looks.samples] == ["faces/a.png"]
    assert looks.pictures.not_found == ("faces/b.png",)
    assert looks.pictures.unreadable[0].startswith("faces/notes.png: ")
    assert (looks.pictures.labelled_faces, looks.pictures.measured_faces) == (3, 1)
    assert len(advanced) == 3


def test_a_picture_without_a_face_is_told(labelled_folder, subjects, tmp_path):
    folder = labelled_folder("file,gender", "a.png,male")
    seen = Sightings(FakePipeline(shares=()), folder=tmp_path, max_pixels=10**6)

    looks = look_at_faces(read_folders([folder], subjects), seen)

    assert looks.samples == ()
    assert looks.pictures.no_face == ("faces/a.png",)


def test_problems_of_all_folders_are_told(tmp_path, subjects):
    with pytest.raises(LabelsInvalid) as raised:
        read_folders([tmp_path / "one", tmp_path / "two"], subjects)

    assert len(raised.value.problems) == 2
