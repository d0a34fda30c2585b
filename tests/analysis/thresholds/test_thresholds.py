from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.facets import find_facet
from analysis.models import Face, FaceTag
from analysis.tagging import apply_model_tags, correct_tag
from analysis.thresholds.changing import InvalidThreshold, apply_piece, set_threshold, take_unsent
from analysis.thresholds.known import known_thresholds
from analysis.thresholds.models import FacetThreshold
from analysis.thresholds.state import list_thresholds, preview_threshold
from dam.audit import SERVICE, entries
from dam.models import User
from tests.factories import make_face, make_user

pytestmark = pytest.mark.django_db

PAGE = "facet-settings"


def face_that_is(male: float) -> Face:
    """Return a face that is male with a probability."""
    face = make_face()
    face.readings = {**face.readings, "gender": {"male": male, "female": 1 - male}}
    face.save()
    apply_model_tags([face], only=["gender"])
    return face


def gender(face: Face) -> str:
    return FaceTag.objects.get(face=face, facet="gender").value


def apply() -> None:
    while apply_piece("gender"):
        pass


class TestThresholds:
    def test_the_manifests_holds_where_nothing_was_set(self):
        known_thresholds.forget()

        assert all(not one.is_changed for one in list_thresholds())

    def test_faces_that_come_are_tagged_by_it(self):
        set_threshold("gender", 0.9, by=SERVICE)

        assert find_facet("gender").min_score == 0.9
        assert gender(face_that_is(0.8)) == "unsure"

    def test_stored_faces_follow(self):
        likely, sure = face_that_is(0.8), face_that_is(0.95)
        set_threshold("gender", 0.9, by=SERVICE)

        apply()

        assert (gender(likely), gender(sure)) == ("unsure", "male")
        row = FacetThreshold.objects.get()
        assert (row.applied_up_to, row.faces_done, row.faces_total) == (None, 2, 2)

    def test_what_a_person_set_stays(self):
        face = face_that_is(0.8)
        correct_tag(face, facet="gender", value="female", user=make_user())
        set_threshold("gender", 0.9, by=SERVICE)

        apply()

        assert gender(face) == "female"

    def test_the_manifests_can_be_had_back(self):
        face = face_that_is(0.8)
        set_threshold("gender", 0.9, by=SERVICE)
        apply()
        set_threshold("gender", None, by=SERVICE)

        apply()

        assert gender(face) == "male"
        assert entries(kind="setting").count() == 2

    def test_what_was_lost_is_sent_again(self):
        set_threshold("gender", 0.9, by=SERVICE)
        assert take_unsent() == []

        FacetThreshold.objects.update(sent_at=None)

        assert take_unsent() == ["gender"]

    def test_certainty_is_too_much(self):
        with pytest.raises(InvalidThreshold):
            set_threshold("gender", 1.0, by=SERVICE)


def test_a_preview_counts_the_faces_that_change():
    for male in (0.55, 0.7, 0.8, 0.95):
        face_that_is(male)

    lower, higher = preview_threshold("gender", 0.5), preview_threshold("gender", 0.9)

    assert (lower.become_unsure, lower.become_sure) == (0, 1)
    assert (higher.tagged, higher.become_unsure, higher.become_sure) == (4, 2, 0)


class TestPages:
    def test_a_threshold_is_set_and_its_progress_shown(self, browser):
        face_that_is(0.8)

        browser.post(reverse("facet-threshold", args=["gender"]), {"min_score": "0.9"})

        html = browser.get(reverse(PAGE)).content.decode()
        assert "0 of 1 faces are tagged by 0.90" in html
        assert 'value="0.90"' in html

    def test_a_threshold_is_reset(self, browser):
        set_threshold("gender", 0.9, by=SERVICE)

        browser.post(reverse("facet-threshold", args=["gender"]), {"reset": "1"})

        assert FacetThreshold.objects.get().min_score is None

    def test_nonsense_is_refused(self, browser):
        address = reverse("facet-threshold", args=["gender"])

        response = browser.post(address, {"min_score": "nan"}, follow=True)

        assert "give a threshold from 0.00 to 0.99" in response.content.decode()
        assert not FacetThreshold.objects.exists()

    def test_a_preview_tells_how_many_change(self, browser):
        face_that_is(0.8)

        address = reverse("facet-preview", args=["gender"])

        assert '<b class="number">1</b> of 1 faces would become unsure' in (
            browser.get(address, {"min_score": "0.9"}).content.decode()
        )

    def test_what_has_no_threshold_has_no_page(self, browser):
        assert browser.get(reverse("facet-preview", args=["nothing"])).status_code == 404

    def test_it_needs_an_administrator(self, client):
        client.force_login(make_user(role=User.Role.EDITOR))

        assert client.get(reverse(PAGE)).status_code == 403

    def test_the_number_of_queries_does_not_grow(self, browser):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                browser.get(reverse(PAGE))
            return len(queries)

        face_that_is(0.8)
        few = count()

        for male in (0.7, 0.9):
            face_that_is(male)

        assert count() == few
