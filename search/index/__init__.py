"""The face index: all present faces as columns in memory, exact at any moment.

Rows are the truth. Triggers mark the faces that a statement touched; `fold_changes` brings marked
faces into stored chunks; `current_snapshot` takes chunks, and marked faces from their rows.
"""

from search.index.folding import fold_changes, rebuild_index
from search.index.segments import Codes, Mask, Segment, Snapshot
from search.index.sketches import sketch
from search.index.snapshots import current_snapshot

__all__ = [
    "Codes",
    "Mask",
    "Segment",
    "Snapshot",
    "current_snapshot",
    "fold_changes",
    "rebuild_index",
    "sketch",
]
