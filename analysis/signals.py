"""The signals: apps that work on what was found listen to them."""

from __future__ import annotations

from django.dispatch import Signal

# An analysis was recorded. Sent with `asset: Asset`, whose row is held, inside the transaction that
# records it, by `send_robust`: what goes wrong in a receiver is logged and keeps no analysis from
# being recorded, so a receiver that writes needs a savepoint of its own.
analysis_recorded = Signal()
