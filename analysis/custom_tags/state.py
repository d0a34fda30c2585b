"""What is known of a tag: its examples, its versions, and what should be done next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis import nets
from analysis.custom_tags.applying import UNFINISHED
from analysis.custom_tags.examples import ExampleCounts, count_examples
from analysis.custom_tags.training import LEAST_EXAMPLES
from analysis.models import CustomTag, CustomTagVersion


@dataclass(frozen=True, slots=True)
class TagState:
    """A tag, how many faces are marked, and its active version."""

    tag: CustomTag
    counts: ExampleCounts
    current_net: str

    @property
    def version(self) -> CustomTagVersion | None:
        """The active version; None before the first training."""
        return self.tag.active_version

    @property
    def yes_lacking(self) -> int:
        return max(0, LEAST_EXAMPLES - self.counts.yes)

    @property
    def no_lacking(self) -> int:
        return max(0, LEAST_EXAMPLES - self.counts.no)

    @property
    def can_train(self) -> bool:
        """Tell whether there are enough examples, by their number alone."""
        return not self.yes_lacking and not self.no_lacking

    @property
    def is_outdated(self) -> bool:
        """Tell whether the active version is for other nets than those in use: train again."""
        return self.version is not None and self.version.embedding_net != self.current_net

    @property
    def is_applying(self) -> bool:
        return self.version is not None and self.version.status in UNFINISHED

    @property
    def status(self) -> str:
        """ "untrained", "outdated", or the active version's: "waiting", "applying", "applied"."""
        if self.version is None:
            return "untrained"
        return "outdated" if self.is_outdated else str(self.version.status)


def describe_tags(tags: Iterable[CustomTag]) -> list[TagState]:
    """Return the states of tags, in their order, with one query for all examples."""
    tags = list(tags)
    counts = count_examples(tags)
    net = nets.current_manifest().embedding_net
    return [TagState(tag, counts[tag.name], net) for tag in tags]


def describe_tag(tag: CustomTag) -> TagState:
    (state,) = describe_tags([tag])
    return state
