"""The nets that the settings name, for the rest of Django."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from analysis.errors import NetsUnusable
from analysis.manifest import Manifest, NetError, load_manifest
from analysis.pipeline import load_pipeline

if TYPE_CHECKING:
    from analysis.pipeline.pipeline import FacePipeline


def pipeline(*, processes: int = 1) -> FacePipeline:
    """Return the pipeline, loaded once in each process; raise NetsUnusable if that fails.

    `processes` is how many of the caller's kind share the cores.
    """
    threads = settings.DAM_NET_THREADS or max(1, settings.DAM_CORES // processes)
    try:
        return load_pipeline(
            Path(settings.DAM_MODELS_DIR), threads=threads, topics_off=settings.DAM_READINGS_OFF
        )
    except NetError as error:
        raise NetsUnusable(error) from error


def current_version() -> str:
    """Return the pipeline's version from the manifest, without loading a net.

    Raises NetsUnusable if the manifest cannot be read.
    """
    try:
        return _version(Path(settings.DAM_MODELS_DIR))
    except NetError as error:
        raise NetsUnusable(error) from error


def current_manifest() -> Manifest:
    """Return the manifest without what is switched off; raise NetsUnusable if there is none."""
    return full_manifest().without(settings.DAM_READINGS_OFF)


def full_manifest() -> Manifest:
    """Return the manifest with what is switched off, too.

    It is read once. Raises NetsUnusable if it cannot be read.
    """
    try:
        return _manifest(Path(settings.DAM_MODELS_DIR))
    except NetError as error:
        raise NetsUnusable(error) from error


def _version(models_dir: Path) -> str:
    return _manifest(models_dir).without(settings.DAM_READINGS_OFF).version


@cache
def _manifest(models_dir: Path) -> Manifest:
    return load_manifest(models_dir)
