"""The systems that connectors lead to. A new one is a module here and a line in SYSTEMS."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.connectors.interface import System
from analysis.connectors.systems.bucket import Bucket
from analysis.connectors.systems.filerobot import FilerobotLibrary
from analysis.connectors.systems.folder import Folder

SYSTEMS: Mapping[str, type[System]] = {
    system.kind: system for system in (Folder, Bucket, FilerobotLibrary)
}
