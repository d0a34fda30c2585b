"""When a delivery is tried again, and how long a receiver that fails is left alone."""

from __future__ import annotations

import random
from datetime import timedelta

# How long one delivery is tried, and how long a receiver may fail without a single success.
PATIENCE = timedelta(hours=24)
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=4)
LONGEST_REST_SECONDS = 600
# When the broker is taken to have lost what it was given.
RESEND_AFTER = timedelta(seconds=60)


def next_delay(tried_for: timedelta) -> timedelta | None:
    """Return when to try again what was tried for so long, None if that was long enough.

    It waits as long as it has been trying, which doubles each time: 30 s, 1 min, 2 min … 4 h, give
    or take a fifth so that deliveries spread out. The last attempt is PATIENCE after the first.
    """
    left = PATIENCE - tried_for
    if left <= timedelta():
        return None
    delay = min(max(tried_for, FIRST_DELAY), LONGEST_DELAY)
    return min(delay * random.uniform(0.8, 1.2), left)  # noqa: S311


def rest(failures: int) -> timedelta:
    """Return how long a receiver is left alone after that many failures one after another.

    So one that is down is asked every ten minutes at most, however much waits for it.
    """
    return timedelta(seconds=min(2.0 ** min(failures, 10), LONGEST_REST_SECONDS))
