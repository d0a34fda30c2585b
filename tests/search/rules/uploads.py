from __future__ import annotations

from analysis.pipeline.types import Box
from analysis.recording import claim_run, record_results, requeue_runs
from dam.audit import SERVICE
from dam.models import Asset
from search.models import Rule
from search.rules.rules import RuleValues, create_rule
from tests.factories import BOX, make_asset
from tests.fakes import EMBEDDING_NET, fake_result


def make_rule(query: str = "max_faces=0", action: str = "refuse", **values: object) -> Rule:
    """Make a rule, named by its query if it does not matter."""
    given = {"name": query, "message": f"Matches {query}.", **values}
    return create_rule(RuleValues(query=query, action=action, **given), by=SERVICE)


def analyze(asset: Asset, *qualities: float) -> Asset:
    """Record an analysis that finds a face of each quality; return the asset as it is then."""
    requeue_runs(asset.runs.all())
    claim = claim_run(asset.runs.get().pk)
    assert claim is not None
    results = [
        fake_result(Box(BOX.left + 35 * n, BOX.top, 30 - n, 30), seed=n, quality_score=quality)
        for n, quality in enumerate(qualities)
    ]
    record_results(claim, results, embedding_net=EMBEDDING_NET)
    return Asset.everything.get(pk=asset.pk)


def upload(*qualities: float, source: str = Asset.Source.UPLOAD) -> Asset:
    """Bring a new photo, analyzed."""
    return analyze(make_asset(source=Asset.Source(source)), *qualities)
