"""What a person did since they began to review: what they can take back, and how fast they are."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Literal

from django.contrib.sessions.backends.base import SessionBase

_KEY = "review"
# Sessions are rows: who skips more sees the first ones again.
MOST_SKIPPED = 1000
MOST_STEPS = 100
# Of so many decisions the median is taken, from so many on.
PACE_OF = 20
PACE_FROM = 3
# Who takes longer did something else.
MOST_SECONDS = 60.0

Kind = Literal["tag", "face", "skip"]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision, or that there was none."""

    kind: Kind
    tag: int
    """The id of the tag that was asked about."""
    change: int = 0
    """What was stored: the id of a TagCorrection or of a FaceDecision, by the kind."""
    facet: str = ""
    label: str = ""
    """What was said, in words."""
    seconds: float = 0.0
    """How long it took, MOST_SECONDS at most."""


class Round:
    """What a session keeps of one queue; another queue begins another round."""

    def __init__(self, session: SessionBase, about: str) -> None:
        self._session = session
        kept: dict[str, Any] = session.get(_KEY) or {}
        if kept.get("about") != about:
            kept = {"about": about, "shown": time.time(), "decided": 0, "skipped": [], "steps": []}
            kept |= {"ahead": [], "waiting": {}}
        self._kept = kept

    @property
    def decided(self) -> int:
        """How many decisions were made and not taken back."""
        return int(self._kept["decided"])

    @property
    def skipped(self) -> list[int]:
        """The ids of tags that this person does not want to be asked about now."""
        ids: list[int] = self._kept["skipped"]
        return ids

    @property
    def ahead(self) -> list[int]:
        """The ids of the tags to ask about next, as far as they were looked up."""
        ids: list[int] = self._kept["ahead"]
        return ids

    @property
    def waiting(self) -> dict[str, int]:
        """How many tags wait by facet: as they were counted last, less the steps since."""
        return dict(self._kept["waiting"])

    def look_ahead(self, ids: Sequence[int], waiting: Mapping[str, int]) -> None:
        """Keep what was looked up, so that not each decision has to."""
        self._kept |= {"ahead": list(ids), "waiting": dict(waiting)}

    @property
    def last(self) -> Step | None:
        """What can be taken back next."""
        steps = self._kept["steps"]
        return Step(**steps[-1]) if steps else None

    @property
    def pace(self) -> float | None:
        """Seconds that a decision takes; None before there are enough."""
        taken = [step["seconds"] for step in self._kept["steps"] if step["kind"] != "skip"]
        return median(taken[-PACE_OF:]) if len(taken) >= PACE_FROM else None

    def add(self, kind: Kind, tag: int, *, facet: str, change: int = 0, label: str = "") -> None:
        """Keep a step that was just made."""
        seconds = min(max(time.time() - self._kept["shown"], 0.0), MOST_SECONDS)
        step = Step(kind, tag, change=change, facet=facet, label=label, seconds=seconds)
        self._kept["steps"] = [*self._kept["steps"], asdict(step)][-MOST_STEPS:]
        self._kept["ahead"] = [one for one in self.ahead if one != tag]
        self._count(facet, -1)
        if kind == "skip":
            self._kept["skipped"] = [*self.skipped, tag][-MOST_SKIPPED:]
        else:
            self._kept["decided"] += 1

    def drop_last(self) -> None:
        """Forget the last step, and that it skipped something."""
        step = self._kept["steps"].pop()
        self._kept["ahead"] = [step["tag"], *self.ahead]
        self._count(step["facet"], 1)
        if step["kind"] == "skip":
            self._kept["skipped"] = [tag for tag in self.skipped if tag != step["tag"]]
        else:
            self._kept["decided"] -= 1

    def ask_skipped_again(self) -> None:
        """Forget all that was skipped."""
        self._kept |= {"skipped": [], "ahead": []}

    def save(self) -> None:
        """Keep the round; from now on the time of the next decision counts."""
        self._kept["shown"] = time.time()
        self._session[_KEY] = self._kept

    def _count(self, facet: str, more: int) -> None:
        waiting = self._kept["waiting"]
        if facet in waiting:
            waiting[facet] = max(waiting[facet] + more, 0)
