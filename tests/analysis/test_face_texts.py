from __future__ import annotations

import pytest

from analysis.face_texts import ReadingText, describe_quality, describe_readings
from analysis.models import Face


def test_an_age_is_told_in_years():
    (reading,) = describe_readings({"age": 34.6})

    assert (reading.label, reading.value, reading.percent) == ("Age", "35 years", None)


def test_the_likeliest_label_is_told_with_its_probability():
    (reading,) = describe_readings({"face_covering": {"no_mask": 0.25, "worn_mask": 0.75}})

    assert (reading.label, reading.value, reading.percent) == ("Face covering", "worn mask", 75)


def test_quality_has_eight_scores_and_three_levels():
    scores = {"score": 85, "noise": 84.9, "blur": 60, "fnf": 59.9}
    others = dict.fromkeys(("glass", "mask", "illumination", "pose"), 100)

    texts = describe_quality(Face(**{f"quality_{k}": v for k, v in (scores | others).items()}))

    assert [text.level for text in texts[:4]] == ["good", "fair", "fair", "poor"]
    assert len(texts) == 8


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (ReadingText("Age", "34 years"), "34 years"),
        (ReadingText("Gender", "female", 97.0), "female"),
        (ReadingText("Glasses", "sunglasses", 97.0), "sunglasses"),
        (ReadingText("Mask", "worn", 97.0), "mask worn"),
        (ReadingText("Mask", "none", 97.0), ""),
    ],
)
def test_reading_in_a_sentence_needs_no_table(reading, words):
    assert reading.in_a_sentence == words
