"""What a person did since they began to review: what they can take back, and how fast they are."""

from __future__ import annotations

import time
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
    def last(self) -> Step | None:
        """What can be taken back next."""
        steps = self._kept["steps"]
        return Step(**steps[-1]) if steps else None

    @property
    def pace(self) -> float | None:
        """Seconds that a decision takes; None before there are enough."""
        taken = [step["seconds"] for step in self._kept["steps"] if step["kind"] != "skip"]
        return median(taken[-PACE_OF:]) if len(taken) >= PACE_FROM else None

    def add(self, kind: Kind, tag: int, *, change: int = 0, label: str = "") -> None:
        """Keep a step that was just made."""
        seconds = min(max(time.time() - self._kept["shown"], 0.0), MOST_SECONDS)
        step = Step(kind, tag, change=change, label=label, seconds=seconds)
        self._kept["steps"] = [*self._kept["steps"], asdict(step)][-MOST_STEPS:]
        if kind == "skip":
            self._kept["skipped"] = [*self.skipped, tag][-MOST_SKIPPED:]
        else:
            self._kept["decided"] += 1

    def drop_last(self) -> None:
        """Forget the last step, and that it skipped something."""
        step = self._kept["steps"].pop()
        if step["kind"] == "skip":
            self._kept["skipped"] = [tag for tag in self.skipped if tag != step["tag"]]
        else:
            self._kept["decided"] -= 1

    def ask_skipped_again(self) -> None:
        """Forget all that was skipped."""
        self._kept["skipped"] = []

    def save(self) -> None:
        """Keep the round; from now on the time of the next decision counts."""
        self._kept["shown"] = time.time()
        self._session[_KEY] = self._kept
