"""The status page and the thresholds of facets, as an administrator meets them."""

from __future__ import annotations

import pytest

from analysis.models import AnalysisRun
from analysis.tagging import apply_model_tags
from analysis.thresholds.models import FacetThreshold
from tests.browser.conftest import PHONE
from tests.factories import make_face, make_run

pytestmark = pytest.mark.django_db(transaction=True)


def test_analysis_is_paused_and_failures_are_tried_again_on_a_phone(sign_in):
    run = make_run(status=AnalysisRun.Status.FAILED, error_code="gave_up", error_message="Hard.")
    page = sign_in(viewport=PHONE)
    page.goto("/status/")

    page.get_by_role("button", name="Pause analysis").click()
    page.get_by_text("Analysis is paused").wait_for()
    page.get_by_role("button", name="Try again photo.png").click()
    page.get_by_text("1 photo will be analyzed again.").wait_for()

    run.refresh_from_db()
    assert run.status == AnalysisRun.Status.QUEUED
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_slider_tells_how_many_faces_change_before_it_is_saved(sign_in):
    face = make_face()
    face.readings = {**face.readings, "gender": {"male": 0.8, "female": 0.2}}
    face.save()
    apply_model_tags([face])
    page = sign_in()
    page.goto("/settings/facets/")

    page.get_by_role("slider", name="Threshold of Gender").fill("0.9")
    page.get_by_text("1 of 1 faces would become unsure").wait_for()
    page.get_by_role("form", name="Gender").get_by_role("button", name="Save").click()
    page.get_by_text("0 of 1 faces are tagged by 0.90").wait_for()

    assert FacetThreshold.objects.get().min_score == 0.9
