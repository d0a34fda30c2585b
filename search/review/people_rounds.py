"""What a person said of faces that may be somebody's, since they began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.contrib.sessions.backends.base import SessionBase

_KEY = "people_round"
MOST_STEPS = 100
# Of one person; who skips more sees the first ones again.
MOST_SKIPPED = 500

Kind = Literal["yes", "no", "skip"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, or that there was none."""

    kind: Kind
    name: str
    face: int
    """The id of the face that was asked about."""
    change: int = 0
    """What was stored: the id of a TagCorrection for a yes, of a PersonDenial for a no."""


class PeopleRound:
    """What a session keeps: what can be taken back, and what it is not to ask about for now."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session
        self._kept: dict[str, Any] = session.get(_KEY) or {
            "decided": 0,
            "finished": [],
            "skipped": {},
            "steps": [],
        }

    @property
    def decided(self) -> int:
        """How many answers were stored and not taken back."""
        return int(self._kept["decided"])

    @property
    def finished(self) -> list[str]:
        """People of whom nothing was found."""
        names: list[str] = self._kept["finished"]
        return names

    @property
    def skipped(self) -> Mapping[str, Sequence[int]]:
        """By name the ids of faces that were passed over."""
        skipped: dict[str, list[int]] = self._kept["skipped"]
        return skipped

    @property
    def last(self) -> Answer | None:
        """What can be taken back next."""
        steps = self._kept["steps"]
        return Answer(**steps[-1]) if steps else None

    def add(self, answer: Answer) -> None:
        """Keep an answer."""
        self._kept["steps"] = [*self._kept["steps"], asdict(answer)][-MOST_STEPS:]
        if answer.kind == "skip":
            skipped = [*self.skipped.get(answer.name, []), answer.face][-MOST_SKIPPED:]
            self._kept["skipped"][answer.name] = skipped
        else:
            self._kept["decided"] += 1

    def drop_last(self) -> None:
        """Forget the last answer, so that it is asked again."""
        answer = Answer(**self._kept["steps"].pop())
        if answer.kind == "skip":
            skipped = self.skipped.get(answer.name, [])
            self._kept["skipped"][answer.name] = [one for one in skipped if one != answer.face]
        else:
            self._kept["decided"] -= 1
        self._kept["finished"] = []

    def finish(self, names: Sequence[str]) -> None:
        """Look at some people no more."""
        self._kept["finished"] = [*self.finished, *names]

    def begin_again(self) -> None:
        """Forget who was looked at and what was skipped; answers that are stored stay."""
        self._kept |= {"finished": [], "skipped": {}}

    def save(self) -> None:
        self._session[_KEY] = self._kept
