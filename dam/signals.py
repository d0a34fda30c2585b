"""The signals: apps that work on assets listen to them, so that `dam` need not know them.

Both are sent with `asset: Asset` inside the transaction that stores the change, so that what a
receiver writes is stored with it or not at all.
"""

from __future__ import annotations

from django.dispatch import Signal

# There is a new asset. Never sent for bytes that are known already.
asset_ingested = Signal()
# An asset's metadata changed: its file came in again, with a sidecar that says something else.
asset_described = Signal()
