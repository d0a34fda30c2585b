"""What a person said of faces that may be somebody's, kept in their session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

_KEY = "review_people"
MOST_STEPS = 100
# Of one person; who refuses more sees the first ones again.
MOST_REFUSED = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `change` is the id of the stored TagCorrection, 0 for a no."""

    name: str
    face: int
    change: int = 0


class PeopleRound:
    """Answers of one session: a no is kept here only, so that it is not asked again at once."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session
        self._kept: dict[str, Any] = session.get(_KEY) or {
            "decided": 0,
            "finished": [],
            "refused": {},
            "steps": [],
        }

    @property
    def decided(self) -> int:
        return int(self._kept["decided"])

    @property
    def finished(self) -> list[str]:
        """People of whom nothing was found."""
        names: list[str] = self._kept["finished"]
        return names

    @property
    def refused(self) -> Mapping[str, Sequence[int]]:
        """By name the ids of faces that are not that person's."""
        refused: dict[str, list[int]] = self._kept["refused"]
        return refused

    @property
    def last(self) -> Answer | None:
        """What can be taken back next."""
        steps = self._kept["steps"]
        return Answer(**steps[-1]) if steps else None

    def add(self, answer: Answer) -> None:
        """Keep an answer."""
        self._kept["steps"] = [*self._kept["steps"], asdict(answer)][-MOST_STEPS:]
        self._kept["decided"] += 1
        if not answer.change:
            refused = [*self.refused.get(answer.name, []), answer.face][-MOST_REFUSED:]
            self._kept["refused"][answer.name] = refused

    def drop_last(self) -> None:
        """Forget the last answer, so that it is asked again."""
        answer = Answer(**self._kept["steps"].pop())
        self._kept["decided"] -= 1
        refused = self.refused.get(answer.name, [])
        self._kept["refused"][answer.name] = [face for face in refused if face != answer.face]
        self._kept["finished"] = []

    def finish(self, names: Sequence[str]) -> None:
        """Look at some people no more."""
        self._kept["finished"] = [*self.finished, *names]

    def begin_again(self) -> None:
        """Forget who was looked at and what was refused; answers that are stored stay."""
        self._kept |= {"finished": [], "refused": {}}

    def save(self) -> None:
        self._session[_KEY] = self._kept
