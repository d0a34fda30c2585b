"""The pages of rules, below the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dam.audit import Actor, actor_of
from dam.collections import find_or_create_collection
from dam.collections.lists import suggested_names
from dam.errors import DamError
from dam.models import Asset, RuleOutcome
from dam.names import InvalidName
from dam.roles import Right, needs
from search.models import Rule
from search.query import InvalidQuery
from search.rules.examples import examples, find_example
from search.rules.queries import canonical_rule_query, read_rule_query
from search.rules.rules import (
    MOST_MESSAGE,
    RuleValues,
    UnknownRule,
    change_rule,
    create_rule,
    delete_rule,
    find_rule,
    order_rules,
    values_of,
)
from search.rules.state import count_concerned, describe_rules

Write = Callable[[RuleValues, Actor], None]


@needs(Right.ADMIN)
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """All rules in the order in which they are judged, with what they would concern now."""
    states = describe_rules(Rule.objects.select_related("collection"))
    context = {"states": states, "photo_count": Asset.objects.count(), "examples": examples()}
    return render(request, "search/rules/rules.html", context)


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """The form of a new rule; `example` and `number` fill it with a ready one."""
    if request.method == "POST":
        return _write(request, lambda values, by: _note_new(request, create_rule(values, by=by)))
    example = find_example(request.GET.get("example", ""))
    if example is None:
        values = RuleValues(
            name="", action=RuleOutcome.Action.WARN, query=request.GET.get("query", "")
        )
        return _show_form(request, asdict(values))
    number = request.GET.get("number", "")
    return _show_form(request, asdict(example.values(int(number) if _is_number(number) else None)))


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def edit_rule(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of a rule that there is."""
    rule = _find(uid)
    if request.method == "POST":

        def change(values: RuleValues, by: Actor) -> None:
            change_rule(rule, asdict(values), by=by)
            messages.success(request, f"The rule “{rule.name}” was changed.")

        return _write(request, change, rule=rule)
    shown = asdict(values_of(rule))
    shown["collection"] = rule.collection.name if rule.collection else ""
    return _show_form(request, shown, rule=rule)


@needs(Right.ADMIN)
@require_GET
def preview_rule(request: HttpRequest) -> HttpResponse:
    """What a query says and how many photos it concerns, as the form shows it."""
    shown = {
        "query": request.GET.get("query", ""),
        "sources": [one for one in request.GET.getlist("sources") if one in Asset.Source.values],
    }
    return render(request, "search/rules/_preview.html", _preview(shown))


@needs(Right.ADMIN)
@require_POST
def move_rule(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Let a rule be judged one place earlier or later: `direction` is up or down."""
    rule = _find(uid)
    uids = list(Rule.objects.values_list("uid", flat=True))
    place = uids.index(rule.uid)
    steps = {"up": -1, "down": 1}
    step = steps.get(request.POST.get("direction", ""))
    if step is None:
        raise BadRequest("direction is neither up nor down")
    target = min(max(place + step, 0), len(uids) - 1)
    uids.insert(target, uids.pop(place))
    order_rules(uids, by=actor_of(request))
    return redirect("rules")


@needs(Right.ADMIN)
@require_POST
def switch_rule(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Switch a rule on or off: `enabled` is 1 or 0."""
    rule = _find(uid)
    is_on = request.POST.get("enabled") == "1"
    try:
        change_rule(rule, {"enabled": is_on}, by=actor_of(request))
    except DamError:
        messages.error(request, f"“{rule.name}” has a problem: mend it first.")
        return redirect("rule-edit", uid=uid)
    messages.success(request, f"“{rule.name}” is {'on' if is_on else 'off'} now.")
    return redirect("rules")


@needs(Right.ADMIN)
@require_http_methods(["GET", "POST"])
def remove_rule(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask whether a rule is to be deleted, and delete it."""
    rule = _find(uid)
    if request.method == "GET":
        return render(request, "search/rules/delete_rule.html", {"rule": rule})
    delete_rule(rule, by=actor_of(request))
    messages.success(request, f"The rule “{rule.name}” was deleted.")
    return redirect("rules")


def _write(request: HttpRequest, write: Write, *, rule: Rule | None = None) -> HttpResponse:
    """Write what the form sent, or show the form again with all that is wrong."""
    sent = request.POST
    try:
        with transaction.atomic():
            write(_read_values(request), actor_of(request))
    except DamError as error:
        shown = {
            **{name: sent.get(name, "") for name in ("name", "query", "message", "collection")},
            "action": sent.get("action", ""),
            "sources": sent.getlist("sources"),
            "enabled": "enabled" in sent,
        }
        return _show_form(request, shown, rule=rule, error=error)
    return redirect("rules")


def _read_values(request: HttpRequest) -> RuleValues:
    """Return what the form says; a collection that it names is made if there is none."""
    sent = request.POST
    action, collection = sent.get("action", ""), None
    if action == RuleOutcome.Action.ROUTE:
        try:
            found = find_or_create_collection(
                name=sent.get("collection", ""), user=actor_of(request).user
            )
        except InvalidName:
            # The rule says that it needs one, together with all else that is wrong.
            collection = None
        else:
            collection = found.uid
    return RuleValues(
        name=sent.get("name", ""),
        action=action,
        query=sent.get("query", ""),
        message=sent.get("message", ""),
        collection=collection,
        sources=sent.getlist("sources"),
        enabled="enabled" in sent,
    )


def _show_form(
    request: HttpRequest,
    values: dict[str, Any],
    *,
    rule: Rule | None = None,
    error: DamError | None = None,
) -> HttpResponse:
    context = {
        "rule": rule,
        "values": values,
        "errors": error.fields if error else {},
        "actions": RuleOutcome.Action.choices,
        "sources": Asset.Source.choices,
        "most_message": MOST_MESSAGE,
        "collection_names": suggested_names(),
        "examples": () if rule else examples(),
        **_preview(values),
    }
    status = error.status if error else 200
    return render(request, "search/rules/edit_rule.html", context, status=status)


def _preview(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a query says in words and how many photos it concerns, or what is wrong."""
    try:
        query = read_rule_query(canonical_rule_query(values["query"]))
    except InvalidQuery as error:
        return {"problems": error.errors}
    return {
        "conditions": query.describe(),
        "concerned": count_concerned(query, sources=values["sources"]),
        "photo_count": Asset.objects.count(),
        "found_at": query.to_params().urlencode(),
    }


def _note_new(request: HttpRequest, rule: Rule) -> None:
    messages.success(request, f"The rule “{rule.name}” holds for photos that come from now on.")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _find(uid: UUID) -> Rule:
    try:
        return find_rule(uid)
    except UnknownRule as error:
        raise Http404(error.message) from error
