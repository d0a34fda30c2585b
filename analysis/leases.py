"""Keeps a claim alive while its holder computes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection

from analysis.recording import Claim, renew_lease

logger = logging.getLogger(__name__)

JOIN_SECONDS = 10


@contextmanager
def renewed_lease(claim: Claim) -> Iterator[None]:
    """Renew a claim's lease from a thread, three times in each lease, until the block ends.

    A worker that hangs for good is ended by the task's time limit, not by its lease.
    """
    done = threading.Event()
    thread = threading.Thread(target=_renew, args=(claim, done), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(JOIN_SECONDS)


def _renew(claim: Claim, done: threading.Event) -> None:
    try:
        while not done.wait(settings.DAM_LEASE_SECONDS / 3):
            try:
                if not renew_lease(claim):
                    return
            except DatabaseError:
                logger.warning("run %s: its lease could not be renewed", claim.run_id)
                connection.close()
    finally:
        # Django's connections belong to threads; nobody else would close this one.
        connection.close()
