"""What there is to tell of rules: words, counts, and what is wrong with them by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from analysis.facets import Facet, facets
from dam.models import Asset, RuleOutcome
from search.index import Snapshot, current_snapshot
from search.matching import find_matches
from search.matching.asset_ids import asset_ids
from search.models import Rule
from search.query import Condition, FaceQuery, InvalidQuery
from search.rules.queries import read_rule_query


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule as it is now.

    `problems` says by parameter what is wrong: facets, values and collections may go after a rule
    was made. A rule with a problem in its query concerns no photo.
    """

    rule: Rule
    conditions: tuple[Condition, ...]
    problems: Mapping[str, Sequence[str]]
    photo_count: int | None
    """Photos of the library that it would concern; None where its query cannot be read."""

    @property
    def rule_uid(self) -> UUID:
        return self.rule.uid

    @property
    def source_labels(self) -> list[str]:
        return [str(Asset.Source(source).label) for source in self.rule.sources]


def describe_rules(rules: Iterable[Rule]) -> list[RuleState]:
    """Return rules with their counts, all of the same moment and in their order.

    The number of queries grows only with those that ask for something that the index does not
    know: sources, folder, text, a collection, or photos without faces.
    """
    rules = list(rules)
    if not rules:
        return []
    known, snapshot = facets(), current_snapshot()
    return [_describe(rule, known=known, snapshot=snapshot) for rule in rules]


def describe_rule(rule: Rule) -> RuleState:
    """Return a rule with its count."""
    (state,) = describe_rules([rule])
    return state


def count_concerned(
    query: FaceQuery, *, sources: Sequence[str] = (), snapshot: Snapshot | None = None
) -> int:
    """Return how many photos of the library a query finds, from some sources or from all."""
    matches = find_matches(query, snapshot=snapshot)
    if not sources:
        return matches.photo_count
    from_there = asset_ids(Asset.objects.filter(source__in=sources))
    return len(np.intersect1d(matches.asset_ids(), from_there, assume_unique=True))


def _describe(rule: Rule, *, known: Sequence[Facet], snapshot: Snapshot) -> RuleState:
    problems: dict[str, Sequence[str]] = {}
    if rule.action == RuleOutcome.Action.ROUTE and rule.collection is None:
        problems["collection"] = ["Its collection was deleted: choose another one."]
    try:
        query = read_rule_query(rule.query, known=known)
    except InvalidQuery as error:
        return RuleState(rule, (), {**problems, **error.errors}, photo_count=None)
    count = count_concerned(query, sources=rule.sources, snapshot=snapshot)
    return RuleState(rule, query.describe(known), problems, photo_count=count)
