"""Faces from pixels. Works without Django: numpy arrays in, dataclasses out."""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.manifest import MODELS_DIR, load_manifest

if TYPE_CHECKING:
    from analysis.pipeline.pipeline import FacePipeline

_lock = threading.Lock()
_loaded: dict[tuple[Path, int, frozenset[str]], FacePipeline] = {}


def load_pipeline(
    models_dir: Path | None = None, *, threads: int = 0, topics_off: Collection[str] = ()
) -> FacePipeline:
    """Return the pipeline of a folder of nets, loaded once in each process.

    `threads` is the number of cores a net may use, 0 for all. Readings of `topics_off` are not
    made. Raises NetError if a net is missing, altered or invalid.
    """
    # onnxruntime and OpenCV take longer to import than most commands to run.
    from analysis.pipeline.pipeline import FacePipeline

    key = ((models_dir or MODELS_DIR).resolve(), threads, frozenset(topics_off))
    with _lock:
        if key not in _loaded:
            manifest = load_manifest(key[0]).without(key[2])
            _loaded[key] = FacePipeline(manifest, threads=threads)
        return _loaded[key]
