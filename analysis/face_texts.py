"""What is read of a face, in words, with what the photo page's bars need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.face_evidence import Evidence, evidence_of
from analysis.face_tags import FacetTag
from analysis.facet_specs import UNSURE
from analysis.facets import Facet
from analysis.models import Face, FaceTag
from analysis.net_report.cards import ReadingCard

GOOD_QUALITY = 85
FAIR_QUALITY = 60
NOT_WORTH_SAYING = frozenset({"none", "no", "unsure"})


@dataclass(frozen=True, slots=True)
class ReadingText:
    """A reading in words: "34 years", or the likeliest label and its probability in percent."""

    label: str
    value: str
    percent: float | None = None
    evidence: Evidence | None = None

    @property
    def in_a_sentence(self) -> str:
        """The value where it speaks for itself, such as "34 years"; else with its name."""
        return _in_a_sentence(self.label, self.value)


@dataclass(frozen=True, slots=True)
class ChoiceBar:
    """One value of a facet: how likely the nets find it, and whether it is the tag's."""

    name: str
    label: str
    percent: float | None
    """None where there is no probability of it."""
    is_shown: bool
    is_likeliest: bool


@dataclass(frozen=True, slots=True)
class TagText:
    """The tag of one facet, in words, and what it may be corrected to."""

    facet: Facet
    tag: FaceTag | None
    number: float | None = None
    """The reading, where the facet is bins of a number."""
    shares: Mapping[str, float] | None = None
    """The reading, where it is probabilities."""
    evidence: Evidence | None = None

    @property
    def value(self) -> str:
        return self.facet.label_of(self.tag.value) if self.tag else "Not known"

    @property
    def percent(self) -> float | None:
        """The model's probability of the value that is shown; None for what a person said."""
        sure = self.tag and self.tag.value == self.tag.model_dominant
        return _percent(self.tag.score) if sure and self.tag else None

    @property
    def is_by_person(self) -> bool:
        return self.tag is not None and self.tag.source == FaceTag.Source.USER

    @property
    def nets_say(self) -> str:
        """What nets say where that is not what is shown, such as "glasses, 45 %"; else nothing."""
        if self.tag is None or not self.tag.model_dominant or self.percent is not None:
            return ""
        label = self.facet.label_of(self.tag.model_dominant)
        percent = _percent(self.tag.model_score)
        if percent is None:
            return label if self.is_by_person else ""
        return f"{label}, {percent:.0f} %"

    @property
    def guess(self) -> str:
        """The value that the nets find likeliest; empty where they say none."""
        dominant = self.tag.model_dominant if self.tag else ""
        return self.facet.label_of(dominant) if dominant else ""

    @property
    def is_unsure(self) -> bool:
        """Whether the nets have a guess that is less likely than the facet asks for."""
        return self.tag is not None and self.tag.value == UNSURE and not self.is_by_person

    @property
    def bar_percent(self) -> float | None:
        """How likely the nets find their best guess, whoever said what is shown."""
        return _percent(self.tag.model_score) if self.tag else None

    @property
    def least_percent(self) -> float | None:
        """From where on the nets count as sure; None where they always do."""
        return _percent(self.facet.min_score)

    @property
    def bars(self) -> tuple[ChoiceBar, ...]:
        """All that a person may say, in the facet's order, with what the nets think of each."""
        shown = self.tag.value if self.tag else ""
        likeliest = self.tag.model_dominant if self.tag else ""
        return tuple(
            ChoiceBar(
                value.name,
                value.label,
                percent=self._percent_of(value.name),
                is_shown=value.name == shown,
                is_likeliest=value.name == likeliest,
            )
            for value in self.facet.all_values
        )

    def _percent_of(self, value: str) -> float | None:
        if self.shares is not None:
            return _percent(self.shares.get(value))
        tag = self.tag
        return _percent(tag.model_score) if tag and tag.model_dominant == value else None

    @property
    def in_a_sentence(self) -> str:
        return _in_a_sentence(self.facet.label, self.tag.value if self.tag else "none")


@dataclass(frozen=True, slots=True)
class QualityText:
    """One of the eight scores of a face's quality, 0–100, higher is better."""

    label: str
    value: float

    @property
    def level(self) -> str:
        """Return "good" from GOOD_QUALITY on: fit for recognition; else "fair" or "poor"."""
        if self.value >= GOOD_QUALITY:
            return "good"
        return "fair" if self.value >= FAIR_QUALITY else "poor"


def describe_readings(
    readings: Mapping[str, Any],
    *,
    leave_out: Collection[str] = (),
    measured: Mapping[str, ReadingCard] | None = None,
) -> tuple[ReadingText, ...]:
    """Return readings in words, in the order of their names."""
    shown = sorted(set(readings) - set(leave_out))
    return tuple(_describe_reading(name, readings[name], measured or {}) for name in shown)


def describe_quality(face: Face) -> tuple[QualityText, ...]:
    """Return the eight scores with their names, the one of all first."""
    return (
        QualityText("Overall", face.quality_score),
        QualityText("Noise", face.quality_noise),
        QualityText("Sharpness", face.quality_blur),
        QualityText("Is a face", face.quality_fnf),
        QualityText("Eyes free", face.quality_glass),
        QualityText("Mouth free", face.quality_mask),
        QualityText("Light", face.quality_illumination),
        QualityText("Pose", face.quality_pose),
    )


def _describe_reading(name: str, reading: Any, measured: Mapping[str, ReadingCard]) -> ReadingText:
    label = name.replace("_", " ").capitalize()
    card = measured.get(name)
    if isinstance(reading, Mapping):
        likeliest = max(reading, key=lambda key: reading[key])
        share = reading[likeliest]
        evidence = evidence_of(card, probability=share) if card else None
        return ReadingText(label, likeliest.replace("_", " "), 100 * share, evidence)
    unit = " years" if name == "age" else ""
    evidence = evidence_of(card, probability=None) if card else None
    return ReadingText(label, value=f"{reading:.0f}{unit}", evidence=evidence)


def describe_tag(
    one: FacetTag, readings: Mapping[str, Any], measured: Mapping[str, ReadingCard]
) -> TagText:
    reading = readings.get(one.facet.reading)
    card = measured.get(one.facet.reading)
    probability = one.tag.model_score if one.tag else None
    return TagText(
        one.facet,
        one.tag,
        number=float(reading) if isinstance(reading, (int, float)) else None,
        shares=reading if isinstance(reading, Mapping) else None,
        evidence=evidence_of(card, probability=probability) if card else None,
    )


def _percent(score: float | None) -> float | None:
    return None if score is None else 100 * score


def _in_a_sentence(label: str, value: str) -> str:
    words = value.replace("_", " ")
    if words in NOT_WORTH_SAYING:
        return ""
    speaks = label in {"Age", "Gender"} or label.lower() in words
    return words if speaks else f"{label.lower()} {words}"
