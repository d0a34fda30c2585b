from __future__ import annotations

import numpy as np
import pytest

from analysis.evaluation.groups import FEW, group_faces

ORDER = {"gender": ("female", "male"), "age_group": ("child", "teen", "senior")}


def test_each_group_has_its_count_and_accuracy():
    members = [{"gender": "male"}] * 12 + [{"gender": "female"}] * 20
    right = np.array([True] * 6 + [False] * 6 + [True] * 20)

    by_gender = group_faces(members, order=ORDER, right=right)[0]

    assert [(g.values, g.n, g.accuracy.value) for g in by_gender.groups] == [
        (("female",), 20, 1.0),
        (("male",), 12, 0.5),
    ]


def test_groups_of_few_faces_are_marked():
    members = [{"gender": "male"}] * FEW + [{"gender": "female"}] * (FEW - 1)

    by_gender = group_faces(members, order=ORDER, right=np.ones(len(members), bool))[0]

    assert [(group.values[0], group.few) for group in by_gender.groups] == [
        ("female", True),
        ("male", False),
    ]


def test_labelled_dimensions_are_crossed():
    members = [
        {"gender": "female", "age_group": "teen"},
        {"gender": "female", "age_group": "child"},
        {"gender": "male", "age_group": "teen"},
        {"gender": "male"},
    ]

    cross = group_faces(members, order=ORDER, right=np.array([True, False, True, True]))[-1]

    assert cross.by == ("gender", "age_group")
    assert [(group.values, group.n) for group in cross.groups] == [
        (("female", "child"), 1),
        (("female", "teen"), 1),
        (("male", "teen"), 1),
    ]
    assert cross.unlabelled == 1


def test_a_dimension_without_labels_says_so():
    groupings = group_faces([{"gender": "male"}] * 3, order=ORDER, right=np.ones(3, bool))

    ethnicity = next(grouping for grouping in groupings if grouping.by == ("ethnicity",))
    assert (ethnicity.groups, ethnicity.unlabelled) == ((), 3)


def test_groups_of_numbers_have_error_and_bias():
    members = [{"age_group": "senior"}] * 2

    groupings = group_faces(members, order=ORDER, errors=np.array([-14.0, 2.0]))

    (group,) = groupings[1].groups
    assert group.mae.value == pytest.approx(8.0)
    assert group.bias.value == pytest.approx(-6.0)
    assert group.accuracy is None
