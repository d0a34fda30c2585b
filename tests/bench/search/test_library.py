"""The made-up library: shares as declared, embeddings as real ones, the same for the same seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from analysis.manifest import load_manifest
from bench.search.library import Faces, Library
from bench.search.likeness import cosines
from bench.search.people import load_people
from bench.search.readings import as_json
from bench.search.traits import SHARES, ages_of, normal_share, shares_of

FACES = 2000


def make_library(seed: int = 1) -> Library:
    return Library(FACES, seed=seed, manifest=load_manifest(), people=load_people())


@pytest.fixture(scope="module")
def library() -> Library:
    return make_library()


@pytest.fixture(scope="module")
def faces(library: Library) -> Faces:
    return library.block(0, library.photo_count).faces


def shares(faces: Faces, facet: str) -> dict[str, float]:
    tag = next(one for one in faces.tags if one.facet == facet)
    return {
        name: float(np.mean(tag.dominants == place))
        for place, name in enumerate(tag.names)
        if name != "unsure"
    }


def test_it_has_as_many_faces_as_asked(library, faces):
    assert len(faces.numbers) == FACES
    assert library.counts.sum() == FACES
    assert library.sizes.sum() == FACES


@pytest.mark.parametrize("facet", sorted(SHARES))
def test_values_come_about_as_often_as_declared(faces, facet):
    drawn = shares(faces, facet)

    # Faces of one person and one event are alike: 2,000 of them tell less than 2,000 strangers.
    assert drawn == pytest.approx(dict(SHARES[facet]), abs=0.07)


def test_an_undeclared_facet_has_falling_shares():
    assert shares_of("new", ("a", "b", "c")) == pytest.approx({"a": 4 / 7, "b": 2 / 7, "c": 1 / 7})


def test_old_faces_wear_glasses_more_often(faces):
    tags = {one.facet: one for one in faces.tags}
    glasses = tags["glasses"].dominants == tags["glasses"].names.index("glasses")
    old = tags["age_group"].dominants == tags["age_group"].names.index("senior")

    assert glasses[old].mean() > 1.3 * glasses[~old].mean()


def test_tags_are_what_the_facets_make_of_the_readings(library, faces):
    facets = {one.name: one for one in library.manifest.facets}
    for tag in faces.tags:
        if tag.scores is None:
            continue
        top = faces.readings[facets[tag.facet].reading].max(axis=1)
        unsure = tag.values == tag.names.index("unsure")
        assert (unsure == (top.astype(np.float32) < facets[tag.facet].min_score)).all()


def test_readings_are_json_of_one_length(library, faces):
    import json

    rows = as_json(library.manifest, faces.readings)
    first = json.loads(rows[0].tobytes())

    assert set(first) == set(library.manifest.reading_names)
    assert sum(first["emotion"].values()) == pytest.approx(1)


def test_embeddings_have_unit_length(faces):
    assert np.linalg.norm(faces.embeddings, axis=1) == pytest.approx(1, abs=1e-5)


def test_people_are_as_alike_as_real_ones(library):
    same, other = cosines(library)

    assert np.median(same) == pytest.approx(library.statistics.same[3], abs=0.06)
    assert np.median(other) == pytest.approx(library.statistics.other[3], abs=0.06)


def test_the_same_seed_makes_the_same_library(library, faces):
    again = make_library().block(0, library.photo_count).faces

    assert np.array_equal(again.embeddings, faces.embeddings)
    assert np.array_equal(again.people, faces.people)


def test_another_seed_makes_another_library(library, faces):
    other = make_library(seed=2)
    drawn = other.block(0, other.photo_count).faces

    assert not np.array_equal(drawn.embeddings[:10], faces.embeddings[:10])


def test_the_largest_face_of_a_photo_comes_first(faces):
    widths = faces.boxes[:, 2]
    follows = faces.photos[1:] == faces.photos[:-1]

    assert (widths[:-1][follows] >= widths[1:][follows]).all()


def test_positions_count_up_in_each_photo(faces):
    places = [int(place) for place in faces.positions[:50]]

    for before, place in itertools.pairwise(places):
        assert place in (0, before + 1)


def test_a_normal_distribution_is_halved_at_zero():
    assert normal_share(np.array([-1.96, 0.0, 1.96])) == pytest.approx(
        [0.025, 0.5, 0.975], abs=1e-4
    )


def test_ages_are_those_of_the_groups():
    assert ages_of(np.array([-9.0, 9.0], np.float32)) == pytest.approx([0.0, 92.0])
