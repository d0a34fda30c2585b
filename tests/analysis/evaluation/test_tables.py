from __future__ import annotations

from analysis.evaluation.groups import Group, Grouping
from analysis.evaluation.tables import group_table, headline, label_tables, reliability_table
from tests.analysis.evaluation.samples import made_report


def test_the_headline_is_the_figure_that_says_most():
    gender, age = made_report().readings

    assert headline(gender).startswith("accuracy 66.7 %")
    assert headline(age).startswith("mean error 3.00")


def test_reliability_shows_only_what_occurs():
    table = reliability_table(made_report().readings[0].classes)

    assert [row[:2] for row in table.rows] == [
        ("53–60 %", "1"),
        ("73–80 %", "1"),
        ("87–93 %", "1"),
    ]


def test_rows_of_crossed_groups_have_a_name_for_each_dimension():
    age = made_report().readings[1]

    table = group_table(age.groupings[-1])

    assert (table.title, table.names) == ("By gender × age group", 2)
    assert table.rows[0][:3] == ("female", "young_adult", "1*")


def test_a_group_of_several_labels_is_told_in_words():
    either = Group(values=("asian|indian",), n=12, few=False)
    grouping = Grouping(by=("ethnicity",), unlabelled=0, groups=(either,))

    assert group_table(grouping).rows[0][:2] == ("asian or indian", "12")


def test_labels_come_before_thresholds():
    tables = label_tables(made_report().readings[0].classes)

    assert [table.title for table in tables] == ["Each label", "Thresholds"]
