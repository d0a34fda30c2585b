"""How full the disks are that files and database are on."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

LEAST_FREE = 0.1


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of this machine, and what of ours is on it."""

    holds: tuple[str, ...]
    free_bytes: int
    total_bytes: int

    @property
    def used_bytes(self) -> int:
        return self.total_bytes - self.free_bytes

    @property
    def is_low(self) -> bool:
        return self.free_bytes < LEAST_FREE * self.total_bytes


def our_disks() -> list[Disk]:
    """Return the disks of the folders that grow, each disk once.

    What is elsewhere, such as pictures on S3 or a database server of its own, is not in it.
    """
    found: dict[int, Disk] = {}
    for name, folder in _folders().items():
        try:
            number = folder.stat().st_dev
            usage = shutil.disk_usage(folder)
        except OSError as error:
            logger.warning("the disk of %s cannot be looked at: %s", folder, error)
            continue
        holds = found[number].holds if number in found else ()
        found[number] = Disk((*holds, name), free_bytes=usage.free, total_bytes=usage.total)
    return list(found.values())


def _folders() -> dict[str, Path]:
    folders = {}
    if settings.DAM_STORAGE == "files":
        folders["pictures"] = _existing(Path(settings.MEDIA_ROOT))
    if settings.DAM_DATABASE_IS_EMBEDDED:
        folders["database"] = _existing(Path(settings.DAM_HOME) / "postgres")
    return folders


def _existing(folder: Path) -> Path:
    """Return a folder, or the one that it will be made in."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)
