"""What the service tells of its nets: each net, its readings and how right they are."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from analysis import nets
from analysis.evaluation.report import (
    ACCURACY_FILE,
    NOTHING_MEASURED,
    Accuracy,
    AccuracyInvalid,
    ReadingReport,
    read_accuracy,
)
from analysis.facet_specs import FacetSpec, default_label
from analysis.manifest import NetSpec, ReadingSpec

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingCard:
    """One reading: what it is, what is made of it, and how right it is."""

    net: NetSpec
    spec: ReadingSpec
    facets: tuple[FacetSpec, ...]
    is_on: bool
    report: ReadingReport | None
    """None where it was not measured."""

    @property
    def label(self) -> str:
        """What people see."""
        return self.facets[0].label if self.facets else default_label(self.spec.name)

    @property
    def is_outdated(self) -> bool:
        """Tell whether the figures are those of another net than the present one."""
        return self.report is not None and self.report.net_sha256 != self.net.sha256


@dataclass(frozen=True, slots=True)
class NetCard:
    """One net and its readings."""

    spec: NetSpec
    size_bytes: int | None
    """None where the file is missing."""
    readings: tuple[ReadingCard, ...]


def net_cards() -> tuple[NetCard, ...]:
    """Return all nets of the manifest, with what is switched off; raise NetsUnusable."""
    manifest = nets.full_manifest()
    accuracy = current_accuracy()
    off = frozenset(settings.DAM_READINGS_OFF)
    return tuple(
        NetCard(
            spec=net,
            size_bytes=net.path.stat().st_size if net.path.is_file() else None,
            readings=tuple(
                ReadingCard(
                    net=net,
                    spec=spec,
                    facets=tuple(one for one in manifest.facets if one.reading == spec.name),
                    is_on=spec.topic not in off,
                    report=accuracy.find(spec.name),
                )
                for spec in net.readings
            ),
        )
        for net in manifest.nets
    )


def current_accuracy() -> Accuracy:
    """Return the figures beside the nets. Those that cannot be read count as none: a system check
    tells why, and the nets work without them."""
    models_dir = Path(settings.DAM_MODELS_DIR)
    try:
        changed_ns = (models_dir / ACCURACY_FILE).stat().st_mtime_ns
    except OSError:
        return NOTHING_MEASURED
    try:
        return _read(models_dir, changed_ns)
    except AccuracyInvalid as error:
        logger.warning("%s", error)
        return NOTHING_MEASURED


@lru_cache(maxsize=2)
def _read(models_dir: Path, changed_ns: int) -> Accuracy:  # noqa: ARG001
    """Read the figures once for each state of their file."""
    return read_accuracy(models_dir)
