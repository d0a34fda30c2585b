"""The only signal: apps that work on assets listen to it, so that `dam` need not know them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with `asset: Asset` inside the transaction that stores a new asset, so that what a receiver
# writes is stored with it or not at all. Never sent for bytes that are known already.
asset_ingested = Signal()
