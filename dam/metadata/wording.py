"""Metadata in words, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from dam.metadata.facts import Metadata


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said of a picture."""

    label: str
    text: str
    is_long: bool = False


def facts_in_words(told: Metadata) -> list[Fact]:
    """Return all that is said, what says most of the picture first."""
    facts = [
        Fact("Title", told.title),
        Fact("Description", told.description, is_long=True),
        Fact("People", ", ".join(told.people), is_long=True),
        Fact("Keywords", ", ".join(told.keywords), is_long=True),
        Fact("Taken", told.taken_at.replace("T", " ")),
        Fact("Place", ", ".join(filter(None, (told.city, told.country)))),
        Fact("Photographer", ", ".join(told.creator)),
        Fact("Copyright", told.copyright),
        Fact("Rating", _stars(told.rating)),
        Fact("Camera", told.camera),
    ]
    return [fact for fact in facts if fact.text]


def _stars(rating: int | None) -> str:
    if rating is None:
        return ""
    return "Rejected" if rating < 0 else f"{rating} of 5"
