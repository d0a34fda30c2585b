from __future__ import annotations

import numpy as np
import pytest

from analysis.custom_tags.figures import area_under_curve, balanced_accuracy
from analysis.custom_tags.folds import assign_folds, group_examples
from analysis.custom_tags.learning import AllAlike, learn
from analysis.custom_tags.logistic import fit_calibration, fit_head, probability

RANDOM = np.random.default_rng(7)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def people(count: int, *, told_apart: float) -> tuple[np.ndarray, np.ndarray]:
    """Return embeddings, half of them yes, and how far yes and no are apart in one direction."""
    marks = np.arange(count) % 2 == 0
    embeddings = RANDOM.standard_normal((count, 64))
    embeddings[:, 0] += np.where(marks, told_apart, -told_apart)
    return unit(embeddings), marks


def nobody() -> np.ndarray:
    return np.zeros((0, 64))


class TestLogistic:
    def test_the_head_is_where_the_loss_has_no_slope(self):
        vectors, marks = people(40, told_apart=1.0)
        weights = np.full(40, 1 / 40)

        head = fit_head(vectors, marks.astype(float), weights=weights, penalty=0.01)

        missed = weights * (probability(head.score(vectors)) - marks)
        assert np.abs(vectors.T @ missed + 0.01 * head.weights).max() < 1e-4
        assert abs(missed.sum()) < 1e-4

    def test_calibrated_scores_are_probabilities(self):
        chances = RANDOM.uniform(0.02, 0.98, 4000)
        marks = RANDOM.uniform(size=4000) < chances
        scores = 3.0 * np.log(chances / (1 - chances)) + 1.0

        found = probability(fit_calibration(scores, marks).score(scores[:, None]))

        assert np.abs(found - chances).mean() < 0.03

    def test_scores_that_say_the_wrong_are_not_turned_round(self):
        marks = np.arange(20) % 2 == 0
        scores = np.where(marks, -1.0, 1.0)

        found = probability(fit_calibration(scores, marks).score(scores[:, None]))

        assert np.abs(found - 0.5).max() < 0.05


class TestFolds:
    def test_faces_of_a_photo_and_near_copies_stay_together(self):
        embeddings = unit(RANDOM.standard_normal((6, 64)))
        embeddings[3] = unit(embeddings[:1] + 0.01)[0]

        groups = group_examples(embeddings, photos=[1, 2, 2, 3, 4, 5])

        assert groups[1] == groups[2]
        assert groups[0] == groups[3]
        assert len(set(groups.tolist())) == 4

    def test_groups_are_not_parted_and_every_fold_has_both(self):
        groups = np.array([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8])
        marks = np.array([1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0], bool)

        folds = assign_folds(groups, marks)

        assert all(len(set(folds[groups == group])) == 1 for group in set(groups.tolist()))
        for fold in set(folds.tolist()):
            assert set(marks[folds != fold].tolist()) == {True, False}


class TestFigures:
    def test_the_area_counts_pairs_in_the_right_order(self):
        scores = np.array([0.9, 0.4, 0.5, 0.1])
        marks = np.array([True, True, False, False])

        assert area_under_curve(scores, marks, groups=(2, 2)).value == 0.75

    def test_perfect_figures_of_few_examples_have_a_range(self):
        scores, marks = np.array([1.0] * 10 + [-1.0] * 10), np.arange(20) < 10

        area = area_under_curve(scores, marks, groups=(10, 10))
        right = balanced_accuracy(scores, marks, groups=(10, 10))

        assert (area.value, right.value) == (1.0, 1.0)
        assert 0.7 < area.low < 0.95
        assert 0.7 < right.low < 0.95

    def test_more_examples_narrow_the_range(self):
        scores, marks = np.array([1.0, -1.0] * 50), np.arange(100) % 4 < 2

        few = balanced_accuracy(scores, marks, groups=(10, 10))
        many = balanced_accuracy(scores, marks, groups=(50, 50))

        assert many.high - many.low < few.high - few.low


class TestLearning:
    def test_what_tells_yes_from_no_is_found(self):
        embeddings, marks = people(60, told_apart=4.0)
        others, their_marks = people(200, told_apart=4.0)

        learned = learn(embeddings, marks, photos=range(60), library=others)

        assert learned.auc.value > 0.95
        assert ((learned.head.score(others) > 0) == their_marks).mean() > 0.9

    def test_marks_by_chance_get_figures_of_chance(self):
        embeddings, marks = people(60, told_apart=0.0)

        learned = learn(embeddings, marks, photos=range(60), library=nobody())

        assert learned.auc.low < 0.5 < learned.auc.high

    def test_copies_of_a_face_do_not_flatter(self):
        """Ten copies of six faces with marks by chance: parted at random they would be known."""
        faces, _ = people(6, told_apart=0.0)
        embeddings = unit(np.repeat(faces, 10, axis=0) + 1e-3 * RANDOM.standard_normal((60, 64)))
        marks = np.repeat(np.array([True, False, True, False, True, False]), 10)

        learned = learn(embeddings, marks, photos=range(60), library=nobody())

        assert learned.balanced_accuracy.value < 0.85
        assert learned.balanced_accuracy.high - learned.balanced_accuracy.low > 0.3

    def test_most_of_the_library_may_have_the_tag(self):
        embeddings, marks = people(40, told_apart=4.0)
        library, library_marks = people(300, told_apart=4.0)
        mostly_yes = np.concatenate([library[library_marks], library[~library_marks][:15]])

        learned = learn(embeddings, marks, photos=range(40), library=mostly_yes)

        assert ((learned.head.score(library) > 0) == library_marks).mean() > 0.9

    def test_the_same_examples_give_the_same_head(self):
        embeddings, marks = people(40, told_apart=1.0)

        first, second = (
            learn(embeddings, marks, photos=range(40), library=nobody()) for _ in range(2)
        )

        assert first.head.offset == second.head.offset
        assert (first.head.weights == second.head.weights).all()

    def test_all_of_one_photo_cannot_be_held_out(self):
        embeddings, marks = people(20, told_apart=1.0)
        photos = [0 if mark else number for number, mark in enumerate(marks, start=1)]

        with pytest.raises(AllAlike, match="yes"):
            learn(embeddings, marks, photos=photos, library=nobody())
