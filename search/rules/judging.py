"""Judges one photo by all rules, from its own rows: no worker needs the face index for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet

from analysis.facets import Facet, facets
from analysis.models import Face
from analysis.refusals import hide_faces
from dam.models import Asset, RuleOutcome
from dam.verdicts.verdicts import Said, expect_verdict, record_verdict
from search.index import Snapshot
from search.index.rows import read_faces
from search.matching import find_matches
from search.matching.faceless import finds_faceless, stored_assets
from search.models import Rule
from search.query import FaceQuery, InvalidQuery, Show
from search.query.asset_conditions import ASSET_CONDITIONS
from search.rules.queries import read_rule_query

logger = logging.getLogger(__name__)

_NOTHING_OF_PHOTOS: dict[str, Any] = dict.fromkeys((*ASSET_CONDITIONS, "since", "until"))


def expect_judgement(asset: Asset) -> None:
    """Let a new photo wait for its verdict, if there is a rule that concerns it.

    Runs in the transaction that stores the photo. Takes one query where there is none.
    """
    if _rules_for(asset).exists():
        expect_verdict(asset)


def judge(asset: Asset) -> None:
    """Store what rules say of an analyzed photo, and act on it; doing it again changes nothing.

    Rules are asked in their order, and a refusal ends it. Takes two queries for the photo's faces,
    and one for a rule that asks for something that is not known of faces, such as the folder. Runs
    in a transaction that holds the photo's row.
    """
    record_verdict(asset, list(_say(asset, list(_rules_for(asset)))))
    hide_faces(asset)


def _rules_for(asset: Asset) -> QuerySet[Rule]:
    concerned = Q(sources=[]) | Q(sources__contains=[asset.source])
    return Rule.objects.filter(concerned, enabled=True).select_related("collection")


def _say(asset: Asset, rules: Iterable[Rule]) -> Iterator[Said]:
    photo = _Photo(asset)
    for rule in rules:
        if photo.is_found_by(rule):
            yield Said(
                rule_uid=rule.uid,
                rule_name=rule.name,
                action=rule.action,
                message=rule.message,
                collection=rule.collection,
            )
            if rule.action == RuleOutcome.Action.REFUSE:
                return


class _Photo:
    """What there is to know of a photo, each fetched when the first rule asks for it."""

    def __init__(self, asset: Asset) -> None:
        self._asset = asset

    def is_found_by(self, rule: Rule) -> bool:
        """Tell whether a rule's query finds the photo; one that cannot be read finds none."""
        try:
            query = read_rule_query(rule.query, known=self._facets)
        except InvalidQuery as error:
            logger.warning("rule %s cannot be read: %s", rule.uid, error.errors)
            return False
        return self._is_stored_as(query) and self._has_faces_as(query)

    def _is_stored_as(self, query: FaceQuery) -> bool:
        """Tell whether it meets what is asked of a photo and is not known of its faces."""
        if not (query.asked_of_assets() or query.since or query.until):
            return True
        return stored_assets(replace(query, asset=self._asset.uid)).exists()

    def _has_faces_as(self, query: FaceQuery) -> bool:
        if not self._snapshot.count:
            return finds_faceless(query)
        of_faces = replace(query, **_NOTHING_OF_PHOTOS, show=Show.FACES)
        return find_matches(of_faces, snapshot=self._snapshot).photo_count > 0

    @cached_property
    def _facets(self) -> tuple[Facet, ...]:
        return tuple(facets())

    @cached_property
    def _snapshot(self) -> Snapshot:
        """The photo's present faces as if there were no others."""
        ids = Face.objects.present().filter(asset=self._asset).order_by("pk")
        found = np.array(list(ids.values_list("pk", flat=True)), dtype=np.int64)
        return Snapshot((read_faces(found, retagged=found[:0]).faces,))
