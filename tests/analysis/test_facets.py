from __future__ import annotations

from dataclasses import replace

import pytest

from analysis import facets as facets_module
from analysis.facets import (
    Facet,
    Tag,
    UnknownFacet,
    Value,
    add_facet_source,
    facets,
    find_facet,
)
from analysis.manifest import load_manifest

HAT = Facet(
    "hat",
    "Hat",
    (Value("none", "None"), Value("cap", "Cap"), Value("top_hat", "Top hat")),
    reading="hat",
    min_score=0.5,
)
BEAUTY = Facet(
    "beauty",
    "Beauty",
    (Value("low", "Low"), Value("middle", "Middle"), Value("high", "High")),
    reading="beauty",
    ends=(40.0, 60.0),
    is_number=True,
)


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    known: list[object] = []
    monkeypatch.setattr(facets_module, "_sources", known)
    return known


class TestProbabilities:
    def test_the_likeliest_label_is_the_value(self):
        tag = HAT.derive({"hat": {"none": 0.1, "cap": 0.7, "top_hat": 0.2}})

        assert tag == Tag("hat", value="cap", score=0.7, dominant="cap")

    def test_under_the_threshold_it_is_unsure(self):
        tag = HAT.derive({"hat": {"none": 0.3, "cap": 0.3, "top_hat": 0.4}})

        assert tag == Tag("hat", value="unsure", score=0.4, dominant="top_hat")

    def test_at_the_threshold_it_is_sure(self):
        tag = HAT.derive({"hat": {"none": 0.25, "cap": 0.25, "top_hat": 0.5}})

        assert tag is not None
        assert tag.value == "top_hat"

    def test_without_a_threshold_it_is_always_sure(self):
        facet = Facet("hat", "Hat", HAT.values, reading="hat")

        tag = facet.derive({"hat": {"none": 0.34, "cap": 0.33, "top_hat": 0.33}})

        assert tag is not None
        assert tag.value == "none"

    def test_of_equals_the_first_is_taken(self):
        tag = HAT.derive({"hat": {"top_hat": 0.5, "none": 0.5, "cap": 0.0}})

        assert tag is not None
        assert tag.dominant == "none"

    def test_labels_may_have_become_more_since(self):
        tag = HAT.derive({"hat": {"none": 0.1, "cap": 0.9}})

        assert tag is not None
        assert tag.value == "cap"

    @pytest.mark.parametrize("reading", [None, 0.7, {}, {"helmet": 1.0}, {"cap": 0.4, "cape": 0.6}])
    def test_what_does_not_fit_says_nothing(self, reading):
        readings = {} if reading is None else {"hat": reading}

        assert HAT.derive(readings) is None


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "value"),
        [
            (-5, "low"),
            (0, "low"),
            (39.99, "low"),
            (40, "middle"),
            (59.9, "middle"),
            (60, "high"),
            (1e9, "high"),
        ],
    )
    def test_a_bin_begins_where_the_one_before_ends(self, number, value):
        assert BEAUTY.derive({"beauty": number}) == Tag(
            "beauty", value=value, score=None, dominant=value
        )

    def test_probabilities_do_not_fit(self):
        assert BEAUTY.derive({"beauty": {"low": 1.0}}) is None

    def test_numbers_are_never_unsure(self):
        assert [value.name for value in BEAUTY.all_values] == ["low", "middle", "high"]


def test_unsure_is_a_value_where_there_is_a_threshold():
    assert [value.name for value in HAT.all_values] == ["none", "cap", "top_hat", "unsure"]


def test_a_value_of_other_times_still_has_a_label():
    assert HAT.label_of("top_hat") == "Top hat"
    assert HAT.label_of("straw_hat") == "Straw hat"


def test_the_manifest_s_facets_come_in_its_order(sources):
    declared = [facet.name for facet in load_manifest().facets]

    assert declared
    assert [facet.name for facet in facets()] == declared


def test_what_is_switched_off_is_no_facet(sources, settings):
    settings.DAM_READINGS_OFF = ("gender",)

    assert "gender" not in [facet.name for facet in facets()]


def test_facets_of_a_source_come_last(sources):
    red, blue = replace(HAT, name="red_hat"), replace(HAT, name="blue_hat")
    add_facet_source(lambda: [red, blue])

    assert [facet.name for facet in facets()][-2:] == ["red_hat", "blue_hat"]


def test_a_source_counts_once(sources):
    def hats() -> list[Facet]:
        return [HAT]

    add_facet_source(hats)
    add_facet_source(hats)

    assert sources == [hats]


def test_the_manifest_s_facet_wins_over_a_source_s(sources):
    other = Facet("glasses", "My glasses", (Value("yes", "Yes"),), custom=True)
    add_facet_source(lambda: [other])

    assert [facet.label for facet in facets() if facet.name == "glasses"] == ["Glasses"]


def test_a_facet_is_found_by_its_name(sources):
    assert find_facet("glasses").label == "Glasses"


def test_an_unknown_facet_is_a_404(sources):
    with pytest.raises(UnknownFacet) as caught:
        find_facet("wings")

    assert (caught.value.code, caught.value.status) == ("unknown_facet", 404)
