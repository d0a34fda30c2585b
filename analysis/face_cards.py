"""Faces in words: what the photo page shows of each beside the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.face_evidence import measured_readings
from analysis.face_tags import tags_of
from analysis.face_texts import (
    QualityText,
    ReadingText,
    TagText,
    describe_quality,
    describe_readings,
    describe_tag,
)
from analysis.facets import Facet, facets
from analysis.listing import faces_for_lists
from analysis.models import Face
from analysis.net_report.cards import ReadingCard
from analysis.nets import visible_readings
from analysis.overlay import FaceMarks, mark_face
from analysis.people import PERSON
from dam.models import Asset

# What `age` and `age_group` sum up: nobody reads 21 probabilities.
NOT_SHOWN = frozenset({"age_distribution"})


@dataclass(frozen=True, slots=True)
class FaceCard:
    """Everything the photo page shows of a face."""

    face: Face
    number: int
    name: str
    """The person's; empty where nobody said it."""
    marks: FaceMarks
    readings: tuple[ReadingText, ...]
    """Those that no facet is made of."""
    tags: tuple[TagText, ...]
    """Who it is first, then what it looks like."""
    qualities: tuple[QualityText, ...]

    @property
    def summary(self) -> str:
        """One line in words, such as "Face 1: 34 years, female, glasses"."""
        parts = [self.name, *(reading.in_a_sentence for reading in self.readings)]
        parts += [tag.in_a_sentence for tag in self.tags if tag.facet.name != PERSON]
        words = ", ".join(filter(None, parts))
        return f"Face {self.number}: {words}" if words else f"Face {self.number}"


def face_cards(asset: Asset) -> list[FaceCard]:
    """Return all faces of an asset, the largest first."""
    known, measured = facets(), measured_readings()
    faces = faces_for_lists(landmarks=True).filter(asset=asset).order_by("position")
    return [face_card(face, known=known, measured=measured) for face in faces]


def face_card(
    face: Face, *, known: Sequence[Facet], measured: Mapping[str, ReadingCard]
) -> FaceCard:
    """Return one face with its tags of some facets; the face should have its tags prefetched."""
    known = sorted(known, key=lambda facet: facet.name != PERSON)
    tags = tuple(describe_tag(one, face.readings, measured) for one in tags_of(face, known=known))
    return FaceCard(
        face=face,
        number=face.position + 1,
        name=next((one.value for one in tags if one.facet.name == PERSON and one.tag), ""),
        marks=mark_face(face),
        readings=describe_readings(
            visible_readings(face.readings),
            leave_out=NOT_SHOWN.union(facet.reading for facet in known),
            measured=measured,
        ),
        tags=tags,
        qualities=describe_quality(face),
    )
