from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.facet_specs import RESERVED_NAMES, FacetSpec, ValueSpec, read_facets
from analysis.manifest import MODELS_DIR, NetError, load_manifest
from search.api import FaceListView
from search.query import PARAMETERS

LABELS = {"hat": ("none", "top_hat"), "age": (), "odd": ("No!",), "torn": ("unsure", "sure")}
TOPICS = {name: name for name in LABELS} | {"hat": "clothes"}
HAT = {"name": "hat", "label": "Hat", "reading": "hat", "min_score": 0.5}
YOUNG, OLD = {"value": "young", "below": 30}, {"value": "from_30", "label": "30 and more"}
AGE = {"name": "years", "label": "Years", "reading": "age", "bins": [YOUNG, OLD]}


def read(*tables: dict[str, Any]) -> tuple[FacetSpec, ...]:
    return read_facets(tables, labels=LABELS, topics=TOPICS)


def test_values_are_the_labels_of_the_reading():
    (hat,) = read(HAT)

    assert hat == FacetSpec(
        name="hat",
        label="Hat",
        reading="hat",
        topic="clothes",
        values=(ValueSpec("none", "None"), ValueSpec("top_hat", "Top hat")),
        min_score=0.5,
        is_number=False,
    )


def test_labels_replace_those_made_of_the_values():
    (hat,) = read(HAT | {"labels": {"none": "Bare head"}})

    assert [value.label for value in hat.values] == ["Bare head", "Top hat"]


def test_a_number_has_bins():
    (years,) = read(AGE)

    assert years.values == (
        ValueSpec("young", "Young", below=30.0),
        ValueSpec("from_30", "30 and more", below=None),
    )
    assert (years.is_number, years.min_score) == (True, None)


def test_without_a_threshold_there_is_none():
    (hat,) = read({"name": "hat", "label": "Hat", "reading": "hat"})

    assert hat.min_score is None


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (HAT | {"reading": "halo"}, "the facet 'hat': no net gives the reading 'halo'"),
        (HAT | {"reading": ""}, "'hat': it has no reading"),
        (HAT | {"label": 5}, "'hat': it has no label"),
        (HAT | {"name": "Hat"}, "'Hat': its name is not made of"),
        (HAT | {"name": "hat-size"}, "'hat-size': its name"),
        (HAT | {"name": "1hat"}, "'1hat': its name"),
        (HAT | {"name": "h" * 41}, "its name"),
        ({"label": "Hat"}, "the facet None: its name"),
        (HAT | {"name": "min_quality"}, "'min_quality': its name means something else"),
        (HAT | {"min_scor": 0.5}, "'hat': 'min_scor' is not known"),
        (HAT | {"min_score": 50}, "'hat': its min_score is not a number from 0 to 1"),
        (HAT | {"min_score": True}, "'hat': its min_score"),
        (HAT | {"min_score": float("nan")}, "'hat': its min_score"),
        (HAT | {"labels": {"cap": "Cap"}}, "'hat': it has a label for 'cap'"),
        (HAT | {"labels": {"none": ""}}, "'hat': the label of 'none'"),
        (HAT | {"labels": ["none"]}, "'hat': its labels are not a table"),
        (HAT | {"bins": [YOUNG, OLD]}, "'hat': it has bins, but its reading is no number"),
        (HAT | {"reading": "odd"}, "'hat': the value 'No!' is not made of a to z, 0 to 9 and _"),
        (HAT | {"reading": "torn"}, "'hat': 'unsure' is what a value under min_score is called"),
        (AGE | {"bins": []}, "'years': the reading 'age' is a number, so it needs bins"),
        (AGE | {"bins": "young"}, "'years': the reading 'age' is a number, so it needs bins"),
        (AGE | {"bins": ["young"]}, "'years': it has something that is not a table in bin 1"),
        (AGE | {"min_score": 0.5}, "'years': it has min_score, but its reading is a number"),
        (AGE | {"labels": {}}, "'years': it has labels, but its reading is a number"),
        (AGE | {"bins": [OLD, YOUNG]}, "'years': all bins but the last one need `below`"),
        (AGE | {"bins": [YOUNG]}, "'years': all bins but the last one need `below`"),
        (AGE | {"bins": [YOUNG | {"below": "30"}, OLD]}, "'years': `below` of 'young'"),
        (AGE | {"bins": [YOUNG | {"label": ""}, OLD]}, "'years': the label of 'young'"),
        (AGE | {"bins": [YOUNG | {"upto": 30}, OLD]}, "'years': 'upto' in bin 1 is not known"),
        (AGE | {"bins": [{"below": 30}, OLD]}, "'years': bin 1 has no value"),
        (AGE | {"bins": [YOUNG | {"value": "<30"}, OLD]}, "'years': the value '<30'"),
        (AGE | {"bins": [YOUNG, OLD | {"value": "young"}]}, "'years': it has the value 'young' tw"),
        (
            AGE | {"bins": [YOUNG, {"value": "mid", "below": 20}, OLD]},
            "'years': its bins are out of order: 'mid'",
        ),
        (
            AGE | {"bins": [YOUNG, {"value": "mid", "below": 30}, OLD]},
            "'years': its bins are out of order: 'mid'",
        ),
        (AGE | {"bins": [YOUNG | {"below": -5}, {"value": "mid", "below": -9}, OLD]}, "of order"),
    ],
)
def test_what_is_wrong_is_told_with_the_facet(table, problem):
    with pytest.raises(ValueError, match="the facet") as caught:
        read(table)

    assert problem in str(caught.value)


def test_bins_below_zero_may_rise():
    (years,) = read(AGE | {"bins": [YOUNG | {"below": -9}, {"value": "mid", "below": -5}, OLD]})

    assert [value.below for value in years.values] == [-9.0, -5.0, None]


def test_two_facets_of_one_name_are_refused():
    with pytest.raises(ValueError, match="the facet 'hat': there are two of that name"):
        read(HAT, HAT)


def test_two_facets_may_share_a_reading():
    assert len(read(HAT, HAT | {"name": "headwear"})) == 2


def test_a_manifest_with_a_wrong_facet_is_invalid(tmp_path: Path):
    manifest = (MODELS_DIR / "manifest.toml").read_text()
    wrong = '\n[[facet]]\nname = "beard"\nlabel = "Beard"\nreading = "beard"\n'
    (tmp_path / "manifest.toml").write_text(manifest + wrong)

    with pytest.raises(NetError) as caught:
        load_manifest(tmp_path)

    assert caught.value.code == "net_invalid"
    assert "the facet 'beard': no net gives the reading 'beard'" in caught.value.message


def test_facets_do_not_change_the_version(tmp_path: Path):
    manifest = (MODELS_DIR / "manifest.toml").read_text()
    (tmp_path / "manifest.toml").write_text(manifest.partition("[[facet]]")[0])

    without = load_manifest(tmp_path)

    assert without.facets == ()
    assert without.version == load_manifest().version


def test_every_reserved_name_could_otherwise_be_a_facet():
    for name in RESERVED_NAMES:
        with pytest.raises(ValueError, match="means something else"):
            read(HAT | {"name": name})


def test_no_facet_takes_the_name_of_another_parameter():
    assert {*PARAMETERS, *FaceListView.own_parameters} <= RESERVED_NAMES
