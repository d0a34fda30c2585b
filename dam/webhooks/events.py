"""What can be told of."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices


class Event(TextChoices):
    """The names of events, which receivers know, and what people call them."""

    # Any, because the type checker knows no Django and would take members for tuples.
    ANALYSIS_FINISHED: Any = "analysis.finished", "Analysis finished"
    ANALYSIS_FAILED: Any = "analysis.failed", "Analysis failed"
    TAG_CORRECTED: Any = "tag.corrected", "Tag corrected"
    ASSET_DELETED: Any = "asset.deleted", "Photo deleted"
    # Only when somebody asks for it.
    PING: Any = "ping", "Ping"


SUBSCRIBABLE = (
    Event.ANALYSIS_FINISHED,
    Event.ANALYSIS_FAILED,
    Event.TAG_CORRECTED,
    Event.ASSET_DELETED,
)
SUBSCRIBABLE_CHOICES = [(event.value, event.label) for event in SUBSCRIBABLE]
