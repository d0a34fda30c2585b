from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from analysis.leases import renewed_lease
from analysis.models import AnalysisRun
from analysis.recording import Claim, claim_run
from tests.factories import make_run

# The thread that renews has a connection of its own and sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


def wait_until(condition: Callable[[], bool], *, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def lease_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "lease"]


@pytest.fixture
def claim(settings) -> Claim:
    settings.DAM_LEASE_SECONDS = 0.3
    claimed = claim_run(make_run().pk)
    assert claimed is not None
    return claimed


def expires_at(claim: Claim):
    return AnalysisRun.objects.get(pk=claim.run_id).lease_expires_at


def test_a_lease_is_renewed_as_long_as_its_holder_works(claim):
    first = expires_at(claim)

    with renewed_lease(claim):
        assert wait_until(lambda: expires_at(claim) > first + timedelta(seconds=0.2))
        assert claim_run(claim.run_id) is None


def test_a_lease_is_renewed_no_more_when_its_holder_is_done(claim):
    with renewed_lease(claim):
        pass

    assert lease_threads() == []


def test_an_error_ends_the_renewal(claim):
    with pytest.raises(ValueError, match="broken"), renewed_lease(claim):
        raise ValueError("broken")

    assert lease_threads() == []


def test_a_claim_that_another_took_is_not_renewed(claim):
    with renewed_lease(claim):
        AnalysisRun.objects.update(attempts=2, lease_expires_at=timezone.now())

        assert wait_until(lambda: lease_threads() == [])
