from __future__ import annotations

import numpy as np
import pytest

from analysis.evaluation import figures


def test_a_share_has_wilsons_interval():
    estimate = figures.share(8, 10)

    assert estimate.value == 0.8
    assert (estimate.low, estimate.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_a_share_of_all_reaches_one():
    estimate = figures.share(10, 10)

    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert estimate.low == pytest.approx(0.7225, abs=1e-4)


def test_a_share_of_nothing_is_none():
    assert figures.share(0, 0) is None


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(1).normal(3.0, 2.0, 2000)

    estimate = figures.mean(values)

    assert estimate.value == values.mean()
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * 2.0 / np.sqrt(2000), rel=0.1)


def test_the_same_values_give_the_same_interval():
    values = np.random.default_rng(1).random(50)

    assert figures.mean(values) == figures.mean(values)


def test_scores_that_part_two_kinds_have_an_area_of_one():
    scores = np.array([0.1, 0.2, 0.7, 0.9])

    assert figures.auc(scores, scores > 0.5).value == 1.0


def test_the_area_counts_pairs_and_ties_half():
    scores = np.array([0.2, 0.5, 0.5, 0.9, 0.1])
    positive = np.array([False, False, True, True, True])

    # Of six pairs three are in order, one is a tie and two are not in order.
    assert figures.auc(scores, positive).value == pytest.approx(3.5 / 6)


def test_an_area_needs_both_kinds():
    assert figures.auc(np.array([0.2, 0.5]), np.array([True, True])) is None


def test_balanced_accuracy_weighs_each_truth_the_same():
    truth = np.array([0] * 8 + [1] * 2)
    right = np.array([True] * 8 + [True, False])

    assert figures.balanced_accuracy(truth, right).value == pytest.approx(0.75)


def test_a_truth_that_does_not_occur_is_no_part_of_balanced_accuracy():
    assert figures.balanced_accuracy(np.array([0, 2]), np.array([True, True])).value == 1.0


def test_calibration_error_is_the_gap_of_confidence_and_accuracy():
    confidence = np.array([0.9] * 10)
    right = np.array([True] * 7 + [False] * 3)

    assert figures.calibration_error(confidence, right).value == pytest.approx(0.2)


def test_gaps_in_two_bins_do_not_cancel():
    confidence = np.array([0.9] * 10 + [0.5] * 10)
    right = np.array([True] * 8 + [False] * 2 + [True] * 6 + [False] * 4)

    assert figures.calibration_error(confidence, right).value == pytest.approx(0.1)


def test_the_interval_of_a_calibration_error_includes_it():
    random = np.random.default_rng(3)
    confidence = random.uniform(0.5, 1.0, 300)
    right = random.random(300) < confidence

    estimate = figures.calibration_error(confidence, right)

    assert estimate.low <= estimate.value <= estimate.high
    assert estimate.low < estimate.high


def test_reliability_has_every_face_in_one_of_its_bins():
    confidence = np.array([0.0, 1 / 15, 0.5, 1.0])

    bins = figures.reliability(confidence, np.array([True, True, False, True]))

    assert [(i, one.n) for i, one in enumerate(bins) if one.n] == [(0, 2), (7, 1), (14, 1)]
    assert bins[7].accuracy.value == 0.0
    assert bins[7].confidence == 0.5
    assert bins[1].accuracy is None


def test_pearson_of_a_line_is_one():
    said = np.array([1.0, 2.0, 5.0, 9.0])

    assert figures.pearson(said, 3 * said - 1).value == pytest.approx(1.0)


def test_pearson_of_a_constant_is_none():
    assert figures.pearson(np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0])) is None
