"""What the page of the review shows: one question, its answers, and how far one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from analysis.face_evidence import measured_readings
from analysis.face_tags import FacetTag
from analysis.face_texts import ChoiceBar, TagText, describe_tag
from analysis.facets import UNSURE
from analysis.models import Face, FaceTag
from analysis.overlay import Stage, close_up
from search.review.queue import Queue
from search.review.rounds import Round

# As many as there are keys.
MOST_ANSWERS = 9
# So many are looked up at once, and so many of them looked at again for each question.
AHEAD = 30
LOOKED_AT = 4
_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Question:
    """One tag to ask about."""

    id: int
    """Of the tag."""
    face: Face
    text: TagText
    stage: Stage
    """The part of the photo around the face."""

    @property
    def answers(self) -> tuple[ChoiceBar, ...]:
        """The likeliest values, in the facet's order: a key means the same for each face."""
        bars = [bar for bar in self.text.bars if bar.name != UNSURE]
        likeliest = sorted(bars, key=lambda bar: bar.percent or 0.0, reverse=True)
        kept = {bar.name for bar in likeliest[:MOST_ANSWERS]}
        return tuple(bar for bar in bars if bar.name in kept)


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A facet that can be reviewed, or all of them."""

    label: str
    address: str
    waiting: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is."""

    decided: int
    left: int
    skipped: int
    pace: float | None
    """Seconds that a decision takes; None where that is not known yet."""

    @property
    def total(self) -> int:
        return self.decided + self.left

    @property
    def time_left(self) -> str:
        """How long the rest takes, in words; empty where nobody can say."""
        if self.pace is None or not self.left:
            return ""
        seconds = self.pace * self.left
        if seconds < 60:
            return "under a minute left"
        if seconds < _HOUR_SECONDS:
            return _about(seconds / 60, "minute")
        return _about(seconds / _HOUR_SECONDS, "hour")


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page shows."""

    queue: Queue
    question: Question | None
    next_photo: UUID | None
    """The photo after this one, to load it ahead."""
    links: tuple[FacetLink, ...]
    progress: Progress


def show(queue: Queue, kept: Round, *, at: int | None = None, anew: bool = True) -> Shown:
    """Return the first question of a queue, or the one about the tag `at`.

    Unless it is to look `anew`, it goes on with what the round knows.
    """
    tags = [] if anew else queue.still_waiting(kept.ahead[:LOOKED_AT])
    if len(tags) < 2:
        everything = queue.waiting(skipped=kept.skipped)
        tags = queue.first(AHEAD, waiting=everything, at=at)
        kept.look_ahead([tag.pk for tag in tags], everything.counts())
    waiting = kept.waiting
    left = waiting[queue.chosen.name] if queue.chosen else sum(waiting.values())
    return Shown(
        queue=queue,
        question=_question(tags[0], queue) if tags else None,
        next_photo=tags[1].face.asset.uid if len(tags) > 1 else None,
        links=tuple(_links(queue, waiting)),
        progress=Progress(kept.decided, left, len(kept.skipped), kept.pace),
    )


def _question(tag: FaceTag, queue: Queue) -> Question:
    face = tag.face
    text = describe_tag(FacetTag(queue.facet(tag.facet), tag), face.readings, measured_readings())
    stage = close_up(face.box, width=face.asset.width, height=face.asset.height)
    return Question(tag.pk, face, text, stage)


def _links(queue: Queue, waiting: dict[str, int]) -> Sequence[FacetLink]:
    everything = FacetLink(
        "All", queue.about(None).address, sum(waiting.values()), is_chosen=queue.chosen is None
    )
    return [
        everything,
        *(
            FacetLink(
                facet.label,
                queue.about(facet).address,
                waiting[facet.name],
                is_chosen=facet == queue.chosen,
            )
            for facet in queue.known
        ),
    ]


def _about(number: float, unit: str) -> str:
    whole = round(number)
    return f"about {whole} {unit}{'' if whole == 1 else 's'} left"
