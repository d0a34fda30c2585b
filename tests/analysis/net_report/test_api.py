from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from analysis.checks import check_accuracy
from analysis.manifest import MODELS_DIR, load_manifest
from tests.factories import make_face

pytestmark = pytest.mark.django_db

API = "/api/v1/nets"


def readings(client: APIClient) -> dict:
    nets = client.get(API).json()["nets"]
    return {reading["name"]: reading for net in nets for reading in net["readings"]}


def test_it_lists_every_net(client):
    answer = client.get(API).json()

    manifest = load_manifest()
    assert answer["pipeline_version"] == manifest.version
    assert [(net["name"], net["sha256"]) for net in answer["nets"]] == [
        (net.name, net.sha256) for net in manifest.nets
    ]


def test_a_net_has_its_file_and_terms(client):
    detector = client.get(API).json()["nets"][0]

    assert detector["role"] == "detector"
    assert detector["licence"] == "MIT"
    assert detector["recipe"] == "models/recipes/convert_detector.py"
    assert detector["size_bytes"] == (MODELS_DIR / "detector.onnx").stat().st_size


def test_a_reading_has_labels_topic_and_thresholds(client):
    gender = readings(client)["gender"]

    assert (gender["labels"], gender["topic"]) == (["female", "male"], "gender")
    assert gender["is_on"] is True
    (facet,) = gender["facets"]
    assert facet["name"] == "gender"
    assert facet["values"] == ["female", "male"]
    assert 0.5 <= facet["min_score"] <= 1


def test_without_figures_a_reading_is_not_measured(client, models_dir):
    assert all(reading["accuracy"] is None for reading in readings(client).values())


def test_figures_come_with_their_groups(client, measured):
    accuracy = readings(client)["gender"]["accuracy"]

    assert accuracy["classes"]["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert ["gender"] in [grouping["by"] for grouping in accuracy["groupings"]]


def test_figures_of_another_net_are_marked(client, measured):
    assert readings(client)["gender"]["accuracy_is_outdated"] is True
    assert readings(client)["glasses"]["accuracy_is_outdated"] is False


def test_new_figures_are_shown_at_once(client, measured):
    readings(client)
    (measured / "accuracy.json").unlink()

    assert readings(client)["gender"]["accuracy"] is None


def test_a_reading_that_is_off_is_marked(client, settings):
    settings.DAM_READINGS_OFF = ["gender"]

    assert readings(client)["gender"]["is_on"] is False
    assert readings(client)["glasses"]["is_on"] is True


def test_a_missing_file_has_no_size(client, models_dir):
    assert client.get(API).json()["nets"][0]["size_bytes"] is None


def test_it_takes_no_changes(client):
    response = client.post(API, {}, format="json")

    assert response.status_code == 405
    assert response.json()["error"]["code"] == "method_not_allowed"


def test_it_needs_a_credential():
    assert APIClient().get(API).status_code == 401


def test_a_manifest_that_cannot_be_read_is_told(client, models_dir):
    (models_dir / "manifest.toml").unlink()

    response = client.get(API)

    assert response.status_code == 503
    assert response.json()["error"]["code"] == "net_missing"


def test_queries_do_not_grow_with_the_faces(client):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(API)
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
