"""Ready rules, from which people start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.facets import facets
from dam.models import RuleOutcome
from search.query import InvalidQuery
from search.rules.queries import read_rule_query
from search.rules.rules import RuleValues

Action = RuleOutcome.Action


@dataclass(frozen=True, slots=True)
class Example:
    """A ready rule; one with a number is made for any from `lowest` to `highest`."""

    key: str
    name: str
    query: str
    action: str
    message: str
    number: int | None = None
    lowest: int = 0
    highest: int = 0

    def values(self, number: int | None = None) -> RuleValues:
        """Return the rule for a number; one that is out of range is brought into it."""
        known = self.number if number is None else number
        n = min(max(known or 0, self.lowest), self.highest)
        # Ranges include their ends: “under 85” ends just before it.
        words = {"n": n, "above": n + 1, "under": f"{n - 0.01:.2f}"}
        return RuleValues(
            name=self.name.format(**words),
            query=self.query.format(**words),
            action=self.action,
            message=self.message.format(**words),
        )

    @property
    def words(self) -> tuple[str, str]:
        """The name before and after the number."""
        before, _, after = self.name.partition("{n}")
        return before.strip(), after.strip()


EXAMPLES = (
    Example("no-face", "No face", "max_faces=0", Action.REFUSE, "Nobody's face can be seen in it."),
    Example("mask", "Mask worn", "mask=worn", Action.WARN, "Somebody in it wears a mask."),
    Example(
        "quality",
        "Quality under {n}",
        "max_quality={under}",
        Action.WARN,
        "A face in it has a quality under {n} of 100: blurred, dark or turned away.",
        number=85,
        lowest=1,
        highest=100,
    ),
    Example(
        "many-faces",
        "More than {n} faces",
        "min_faces={above}",
        Action.REFUSE,
        "There are more than {n} faces in it.",
        number=5,
        lowest=0,
        highest=1000,
    ),
)


def examples() -> Iterator[Example]:
    """Yield those that this server's nets can judge."""
    known = tuple(facets())
    for example in EXAMPLES:
        try:
            read_rule_query(example.values().query, known=known)
        except InvalidQuery:
            continue
        yield example


def find_example(key: str) -> Example | None:
    """Return the example of that key, None if there is none."""
    return next((example for example in EXAMPLES if example.key == key), None)
