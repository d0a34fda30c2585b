"""Makes, changes, orders and deletes rules. The only writer of Rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from dam.audit import Actor, Kind, record
from dam.errors import DamError
from dam.models import Asset, Collection, RuleOutcome
from dam.names import InvalidName, NameTaken, name_key, read_name
from search.models import Rule
from search.query import InvalidQuery
from search.rules.queries import canonical_rule_query

Action = RuleOutcome.Action

MOST_RULES = 100
MOST_MESSAGE = 500


class InvalidRule(DamError):
    """A rule cannot be like that; `fields` has every problem."""

    code = "invalid"
    status = 400

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("Some values are not valid.", fields=fields)


class UnknownRule(DamError):
    """There is no such rule, or not any more."""

    code = "unknown_rule"
    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such rule (any more).")


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What people say of a rule, as they say it."""

    name: str
    action: str
    query: str = ""
    message: str = ""
    collection: UUID | None = None
    """Where `route` puts photos."""
    sources: Sequence[str] = field(default=())
    """Values of Asset.Source; none stands for all."""
    enabled: bool = True


def create_rule(values: RuleValues, *, by: Actor) -> Rule:
    """Make a rule that is judged after all others. Raises InvalidRule and NameTaken."""
    written = _read(values)
    if Rule.objects.count() >= MOST_RULES:
        raise InvalidRule({"name": [f"There may be {MOST_RULES} rules at most."]})
    last = Rule.objects.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    try:
        with transaction.atomic():
            rule = Rule.objects.create(**written, position=position, created_by=by.user)
            record(Kind.RULE, f"made the rule “{rule.name}”", by=by)
    except IntegrityError as error:
        raise NameTaken(written["name"]) from error
    return rule


def change_rule(rule: Rule, changes: dict[str, Any], *, by: Actor) -> None:
    """Give a rule other values, by the names of RuleValues; photos that it judged stay as they are.

    A rule that cannot be read any more may still be switched off. Raises InvalidRule, NameTaken,
    and UnknownRule if it was deleted since.
    """
    switched_off = changes == {"enabled": False}
    written = changes if switched_off else _read(replace(values_of(rule), **changes))
    try:
        with transaction.atomic():
            is_there = Rule.objects.filter(pk=rule.pk).update(**written, updated_at=timezone.now())
            if is_there:
                record(Kind.RULE, f"changed the rule “{written.get('name', rule.name)}”", by=by)
    except IntegrityError as error:
        raise NameTaken(written["name"]) from error
    if not is_there:
        raise UnknownRule
    rule.refresh_from_db()


def delete_rule(rule: Rule, *, by: Actor) -> None:
    """Delete a rule; what it said of photos stays. Deleting one that is gone changes nothing."""
    with transaction.atomic():
        deleted, _ = Rule.objects.filter(pk=rule.pk).delete()
        if deleted:
            record(Kind.RULE, f"deleted the rule “{rule.name}”", by=by)


def order_rules(uids: Sequence[UUID], *, by: Actor) -> None:
    """Let rules be judged in that order; raises InvalidRule unless each is named once."""
    with transaction.atomic():
        by_uid = {rule.uid: rule for rule in Rule.objects.select_for_update().order_by("pk")}
        if sorted(uids) != sorted(by_uid):
            raise InvalidRule({"rules": ["Name each rule once, and no others."]})
        for position, uid in enumerate(uids):
            by_uid[uid].position = position
        Rule.objects.bulk_update(by_uid.values(), ["position"])
        record(Kind.RULE, "changed the order of the rules", by=by)


def find_rule(uid: UUID) -> Rule:
    """Return a rule; raises UnknownRule."""
    found = Rule.objects.select_related("collection", "created_by").filter(uid=uid).first()
    if found is None:
        raise UnknownRule
    return found


def values_of(rule: Rule) -> RuleValues:
    """Return what people said of a rule."""
    return RuleValues(
        name=rule.name,
        action=rule.action,
        query=rule.query,
        message=rule.message,
        collection=rule.collection.uid if rule.collection else None,
        sources=tuple(rule.sources),
        enabled=rule.enabled,
    )


def _read(values: RuleValues) -> dict[str, Any]:
    """Return the fields of a rule; raises InvalidRule with all that is wrong."""
    problems: dict[str, list[str]] = {}
    written = asdict(values)
    try:
        written["name"] = read_name(values.name)
        written["name_key"] = name_key(written["name"])
    except InvalidName as error:
        problems |= error.fields
    try:
        written["query"] = canonical_rule_query(values.query)
    except InvalidQuery as error:
        problems |= error.errors
    written["message"] = " ".join(values.message.split())
    problems |= _problems_of_message(written["message"], values.action)
    if values.action not in Action.values:
        problems["action"] = [f"Must be one of {', '.join(Action.values)}."]
    unknown = sorted(set(values.sources) - set(Asset.Source.values))
    written["sources"] = [one for one in Asset.Source.values if one in values.sources]
    if unknown:
        known = ", ".join(Asset.Source.values)
        problems["sources"] = [f"“{one}” is not one of {known}." for one in unknown]
    written["collection"] = None
    if values.action == Action.ROUTE:
        written["collection"] = Collection.objects.filter(uid=values.collection).first()
        if written["collection"] is None:
            problems["collection"] = ["Name a collection that there is."]
    if problems:
        raise InvalidRule(problems)
    return written


def _problems_of_message(message: str, action: str) -> dict[str, list[str]]:
    if len(message) > MOST_MESSAGE:
        return {"message": [f"Must have {MOST_MESSAGE} letters at most."]}
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in message):
        return {"message": ["There is a control character in this text."]}
    if not message and action in (Action.REFUSE, Action.WARN):
        return {"message": ["Say what is wrong, for who brings such a photo."]}
    return {}
