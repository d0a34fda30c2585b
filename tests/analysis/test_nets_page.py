"""The page of nets, and the same by REST."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from analysis.checks import check_accuracy
from analysis.evaluation.report import write_accuracy
from analysis.manifest import MODELS_DIR, load_manifest
from tests.analysis.evaluation.samples import made_report
from tests.factories import make_face

pytestmark = pytest.mark.django_db

API = "/api/v1/nets"
PAGE = "/nets/"


@pytest.fixture
def models_dir(settings, tmp_path: Path) -> Path:
    """A folder with the real manifest and nothing else."""
    shutil.copy(MODELS_DIR / "manifest.toml", tmp_path)
    settings.DAM_MODELS_DIR = tmp_path
    return tmp_path


@pytest.fixture
def measured(models_dir: Path) -> Path:
    """Figures of gender and age, measured with other nets than those of the manifest."""
    write_accuracy(made_report(), models_dir)
    return models_dir


def readings(client: APIClient) -> dict:
    nets = client.get(API).json()["nets"]
    return {reading["name"]: reading for net in nets for reading in net["readings"]}


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


class TestRest:
    def test_it_lists_every_net(self, client):
        answer = client.get(API).json()

        manifest = load_manifest()
        assert answer["pipeline_version"] == manifest.version
        assert [(net["name"], net["sha256"]) for net in answer["nets"]] == [
            (net.name, net.sha256) for net in manifest.nets
        ]

    def test_a_net_has_its_file_and_terms(self, client):
        detector = client.get(API).json()["nets"][0]

        assert detector["role"] == "detector"
        assert detector["licence"] == "MIT"
        assert detector["recipe"] == "models/recipes/convert_detector.py"
        assert detector["size_bytes"] == (MODELS_DIR / "detector.onnx").stat().st_size

    def test_a_reading_has_labels_topic_and_thresholds(self, client):
        gender = readings(client)["gender"]

        assert (gender["labels"], gender["topic"]) == (["female", "male"], "gender")
        assert gender["is_on"] is True
        (facet,) = gender["facets"]
        assert facet["name"] == "gender"
        assert facet["values"] == ["female", "male"]
        assert 0.5 <= facet["min_score"] <= 1

    def test_without_figures_a_reading_is_not_measured(self, client, models_dir):
        assert all(reading["accuracy"] is None for reading in readings(client).values())

    def test_figures_come_with_their_groups(self, client, measured):
        accuracy = readings(client)["gender"]["accuracy"]

        assert accuracy["classes"]["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-4)
        assert ["gender"] in [grouping["by"] for grouping in accuracy["groupings"]]

    def test_figures_of_another_net_are_marked(self, client, measured):
        assert readings(client)["gender"]["accuracy_is_outdated"] is True
        assert readings(client)["glasses"]["accuracy_is_outdated"] is False

    def test_new_figures_are_shown_at_once(self, client, measured):
        readings(client)
        (measured / "accuracy.json").unlink()

        assert readings(client)["gender"]["accuracy"] is None

    def test_a_reading_that_is_off_is_marked(self, client, settings):
        settings.DAM_READINGS_OFF = ["gender"]

        assert readings(client)["gender"]["is_on"] is False
        assert readings(client)["glasses"]["is_on"] is True

    def test_a_missing_file_has_no_size(self, client, models_dir):
        assert client.get(API).json()["nets"][0]["size_bytes"] is None

    def test_it_takes_no_changes(self, client):
        response = client.post(API, {}, format="json")

        assert response.status_code == 405
        assert response.json()["error"]["code"] == "method_not_allowed"

    def test_it_needs_a_credential(self):
        assert APIClient().get(API).status_code == 401

    def test_a_manifest_that_cannot_be_read_is_told(self, client, models_dir):
        (models_dir / "manifest.toml").unlink()

        response = client.get(API)

        assert response.status_code == 503
        assert response.json()["error"]["code"] == "net_missing"

    def test_queries_do_not_grow_with_the_faces(self, client):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(API)
            return len(queries)

        before = count()
        make_face()

        assert count() == before


class TestPage:
    def test_each_reading_has_its_card(self, browser):
        html = page(browser)

        for reading in (one for net in load_manifest().nets for one in net.readings):
            assert f'id="reading-{reading.name}"' in html
            assert reading.about.replace("'", "&#x27;") in html

    def test_what_was_not_measured_says_so(self, browser, models_dir):
        html = page(browser)

        assert html.count("Not measured") == len(
            re.findall(r'<article class="panel reading"', html)
        )

    def test_figures_have_intervals_and_groups(self, browser, measured):
        html = page(browser)

        assert "accuracy 66.7 % (20.8–93.8)" in html
        assert "By gender × age group" in html
        assert "* fewer than 10 faces." in html
        assert "another net than the present one" in html

    def test_tables_name_their_columns_and_rows(self, browser, measured):
        html = page(browser)

        tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
        assert len(tables) > 8
        for table in tables:
            assert "<caption>" in table
            assert 'scope="col"' in table
            assert 'scope="row"' in table

    def test_a_reading_that_is_off_says_so(self, browser, settings):
        settings.DAM_READINGS_OFF = ["gender"]

        assert page(browser).count("Switched off") == 1

    def test_it_is_in_the_navigation(self, browser):
        assert f'href="{PAGE}" aria-current="page">Nets</a>' in page(browser)

    def test_it_has_no_inline_style_or_script(self, browser, measured):
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", page(browser))

    def test_it_takes_no_changes(self, browser):
        assert browser.post(PAGE).status_code == 405

    def test_it_needs_a_login(self):
        assert Client().get(PAGE)["Location"].startswith(reverse("login"))

    def test_queries_do_not_grow_with_the_faces(self, browser):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                page(browser)
            return len(queries)

        before = count()
        make_face()

        assert count() == before


def test_figures_that_cannot_be_read_count_as_none_and_are_warned_of(client, models_dir):
    (models_dir / "accuracy.json").write_text("{")

    (warning,) = check_accuracy()

    assert warning.id == "analysis.W001"
    assert readings(client)["gender"]["accuracy"] is None


def test_committed_figures_can_be_read():
    assert check_accuracy() == []
