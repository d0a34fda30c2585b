"""What there is to tell of what rules said of photos."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from dam.models import Asset, RuleOutcome


def told_outcomes() -> Prefetch:
    """Return what lists of assets fetch beforehand, so that telling outcomes asks no more."""
    return Prefetch("outcomes", RuleOutcome.objects.select_related("collection", "accepted_by"))


def warnings_of(asset: Asset) -> list[str]:
    """Return what rules warn of in a photo; takes no query where none has judged it."""
    if asset.verdict in ("", Asset.Verdict.WAITING):
        return []
    warning = RuleOutcome.Action.WARN
    return [outcome.message for outcome in asset.outcomes.all() if outcome.action == warning]


def reasons_of(asset: Asset) -> list[RuleOutcome]:
    """Return the outcomes for which a photo is refused."""
    refusal = RuleOutcome.Action.REFUSE
    return [outcome for outcome in asset.outcomes.all() if outcome.action == refusal]


def refused_assets() -> QuerySet[Asset]:
    """Return all refused photos, those that were refused last first."""
    refused = Asset.everything.filter(refused_at__isnull=False)
    return refused.order_by("-refused_at", "-id")
