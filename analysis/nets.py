"""The nets that the settings name, for the rest of Django."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from analysis.errors import NetsUnusable
from analysis.manifest import Manifest, NetError, load_manifest
from analysis.pipeline import load_pipeline
from analysis.pipeline.types import Reading

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


def switched_off_facets() -> frozenset[str]:
    """Return the names of the manifest's facets that are switched off."""
    known = {facet.name for facet in full_manifest().facets}
    return frozenset(known - {facet.name for facet in current_manifest().facets})


def visible_readings(readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return stored readings without those of topics that were switched off since."""
    hidden = switched_off_readings()
    return {name: reading for name, reading in readings.items() if name not in hidden}


def switched_off_readings() -> frozenset[str]:
    """Return the names of readings whose topics are switched off."""
    off = frozenset(settings.DAM_READINGS_OFF)
    # A reading that no net gives any more is its own topic.
    return readings_of(off) | off if off else off


def readings_of(topics: Collection[str]) -> frozenset[str]:
    """Return the names of the manifest's readings of some topics."""
    readings = (reading for net in full_manifest().nets for reading in net.readings)
    return frozenset(reading.name for reading in readings if reading.topic in topics)


def _version(models_dir: Path) -> str:
    return _manifest(models_dir).without(settings.DAM_READINGS_OFF).version


@cache
def _manifest(models_dir: Path) -> Manifest:
    return load_manifest(models_dir)
