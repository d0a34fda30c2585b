"""Made-up samples with known answers, and the report on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.evaluation.evaluation import Looks, Sample, report_on
from analysis.evaluation.labels import LabelledFace
from analysis.evaluation.report import Pictures, Report
from analysis.evaluation.subjects import Subject, age_group_of
from analysis.pipeline.types import Reading

GENDER = Subject("gender", ("female", "male"), "genders", "b" * 64)
AGE = Subject("age", (), "ages", "a" * 64)


def sample(
    readings: Mapping[str, Reading],
    *,
    gender: str = "",
    age: float | None = None,
    source: str = "studio",
) -> Sample:
    classes = {"gender": frozenset({gender})} if gender else {}
    if age is not None:
        classes["age_group"] = frozenset({age_group_of(age)})
    numbers = {} if age is None else {"age": age}
    label = LabelledFace(Path("a.png"), "faces/a.png", source, None, classes, numbers)
    return Sample(label, readings)


def made_report(samples: Sequence[Sample] | None = None) -> Report:
    """Return the report on samples: without any, on three faces of which two are right."""
    if samples is None:
        samples = [
            sample({"gender": {"female": 0.9, "male": 0.1}, "age": 30.0}, gender="female", age=34),
            sample({"gender": {"female": 0.8, "male": 0.2}, "age": 20.0}, gender="male", age=22),
            sample({"gender": {"female": 0.4, "male": 0.6}}, gender="male", source="street"),
        ]
    pictures = Pictures(4, len(samples) + 1, len(samples), ("faces/b.png",), (), ())
    return report_on(
        Looks(tuple(samples), pictures),
        (GENDER, AGE),
        min_scores={"gender": {"gender": 0.7}},
        pipeline_version="1-made",
        folders=["faces"],
        measured_on="2026-11-21",
    )
