from __future__ import annotations

import numpy as np
import pytest

from analysis.evaluation.measures import measure_classes, measure_numbers

LABELS = ("none", "glasses", "sunglasses")


def measure(truths, said, confidence=0.9, **min_scores):
    """Measure faces of which `said` was the likeliest label, each with the same confidence."""
    probabilities = np.full((len(said), 3), (1 - confidence) / 2)
    for row, label in enumerate(said):
        probabilities[row, LABELS.index(label)] = confidence
    sets = [frozenset(truth.split("|")) for truth in truths]
    return measure_classes(LABELS, probabilities, sets, min_scores=min_scores)


def test_confusion_counts_what_was_said_of_each_truth():
    found = measure(
        ["none", "none", "glasses", "sunglasses"], ["none", "glasses", "glasses", "none"]
    )

    assert [(row.truth, row.said) for row in found.confusion] == [
        ("none", (1, 1, 0)),
        ("glasses", (0, 1, 0)),
        ("sunglasses", (1, 0, 0)),
    ]


def test_recall_and_precision_are_of_each_label():
    found = measure(["none", "none", "glasses"], ["none", "glasses", "glasses"])

    none, glasses, sunglasses = found.classes
    assert (none.recall.value, none.precision.value) == (0.5, 1.0)
    assert (glasses.recall.value, glasses.precision.value) == (1.0, 0.5)
    assert (sunglasses.recall, sunglasses.precision) == (None, None)


def test_any_label_of_a_truth_of_several_is_right():
    found = measure(["glasses|sunglasses"] * 3, ["glasses", "sunglasses", "none"])

    assert found.accuracy.value == pytest.approx(2 / 3)
    assert found.confusion[-1].truth == "glasses|sunglasses"
    assert found.confusion[-1].said == (1, 1, 1)
    assert found.classes[1].n == 0
    assert found.classes[1].precision.value == 1.0


def test_a_threshold_leaves_faces_unsure():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7]])
    truths = [frozenset({"no"}), frozenset({"yes"}), frozenset({"no"}), frozenset({"no"})]

    found = measure_classes(("no", "yes"), probabilities, truths, min_scores={"hat": 0.7})

    (sure,) = found.sure
    assert (sure.facet, sure.unsure.value) == ("hat", 0.25)
    assert sure.accuracy.value == pytest.approx(2 / 3)


def test_only_two_labels_have_an_area_under_the_curve():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8]])
    truths = [frozenset({"no"}), frozenset({"yes"})]

    found = measure_classes(("no", "yes"), probabilities, truths, min_scores={})

    assert found.auc.value == 1.0
    assert measure(["none", "glasses"], ["none", "glasses"]).auc is None


def test_numbers_have_error_bias_and_nearness():
    found = measure_numbers(np.array([22.0, 35.0, 50.0]), np.array([20.0, 30.0, 60.0]))

    assert found.mae.value == pytest.approx(17 / 3)
    assert found.bias.value == pytest.approx(-1.0)
    assert found.near.value == pytest.approx(2 / 3)
    assert found.n == 3
