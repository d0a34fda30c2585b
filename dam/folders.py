"""Files on this machine's disks: finding, ingesting and watching them."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from dam.ingest import Outcome, RejectedUpload, try_ingest
from dam.metadata.packets import MOST_XMP_BYTES
from dam.models import Asset

logger = logging.getLogger(__name__)


def find_files(paths: Iterable[Path], *, recursive: bool) -> Iterator[Path]:
    """Yield files, and what is in folders; sorted, without what is hidden in a folder or XMP.

    A path that is neither, or a folder that cannot be read, is yielded as it is: to ingest it
    tells why that is impossible.
    """
    for path in paths:
        if path.is_dir():
            found = _walk(path, recursive=recursive)
            yield from (one for one in found if not is_sidecar(one))
        else:
            yield path


def folder_below(root: Path, path: Path) -> str:
    """Return where a file is below a root, with "/" between the folders; "" for the root itself."""
    inside = path != root and path.is_relative_to(root)
    return path.relative_to(root).parent.as_posix().removeprefix(".") if inside else ""


def ingest_path(path: Path, *, source: Asset.Source, folder: str = "") -> Outcome:
    """Ingest a file with its sidecar; what is wrong with it is in the outcome.

    Raises StorageUnavailable.
    """
    try:
        # Reading from a pipe or a device could wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(None, "It is not a regular file")
        with path.open("rb") as file:
            return try_ingest(
                file, name=path.name, source=source, folder=folder, sidecar=read_sidecar(path)
            )
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"The file cannot be read: {reason}."
        return Outcome(name=path.name, error=RejectedUpload(message, code="unreadable_file"))


def read_sidecar(path: Path) -> bytes:
    """Return the XMP file beside a picture, as far as it may be read; b"" if there is none."""
    for sidecar in sidecar_paths(path):
        try:
            if sidecar.is_file():
                with sidecar.open("rb") as file:
                    return file.read(MOST_XMP_BYTES + 1)
        except OSError as error:
            logger.warning("the sidecar of %s cannot be read: %s", path.name, error.strerror)
    return b""


@dataclass(frozen=True, slots=True)
class _State:
    """What changes when a file is written, replaced or made readable."""

    size_bytes: int
    modified_ns: int
    changed_ns: int


_States: TypeAlias = tuple[_State, _State | None]


class FolderWatch:
    """Tells which pictures below a folder are complete and not dealt with yet.

    A picture whose sidecar changes is dealt with again.

    Remembers in memory alone: after a start every file is read once, and known bytes are found by
    their digest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, _States] = {}
        self._settled: dict[Path, _States] = {}

    def look(self) -> list[Path]:
        """Return files that did not change since the last look and are not settled.

        Raises OSError if the folder is gone; what is known of its files is kept then.
        """
        os.scandir(self.folder).close()
        found = dict(self._states())
        ready = [
            path
            for path, state in found.items()
            if self._seen.get(path) == state and self._settled.get(path) != state
        ]
        self._seen = found
        self._settled = {path: state for path, state in self._settled.items() if path in found}
        return ready

    def settle(self, path: Path) -> None:
        """Return a file no more until it changes."""
        self._settled[path] = self._seen[path]

    def _states(self) -> Iterator[tuple[Path, _States]]:
        """Yield the state of each picture, and with it that of its sidecar."""
        found: dict[Path, _State] = {}
        for path in _walk(self.folder, recursive=True):
            try:
                status = path.stat()
            except OSError:
                continue
            found[path] = _State(status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        for path, state in found.items():
            if not is_sidecar(path):
                beside = next((found[one] for one in sidecar_paths(path) if one in found), None)
                yield path, (state, beside)


def _walk(folder: Path, *, recursive: bool) -> Iterator[Path]:
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        # What is taken out of `folders` is not entered.
        folders[:] = _shown(folders) if recursive else []
        for name in _shown(names):
            yield Path(parent, name)
    for error in unreadable:
        yield Path(error.filename)


def is_sidecar(path: Path) -> bool:
    """Tell whether a file is about a picture beside it."""
    return path.suffix.casefold() == ".xmp"


def sidecar_paths(path: Path) -> tuple[Path, ...]:
    """Return what a picture's sidecar may be called: digiKam's way first, then Adobe's."""
    names = (f"{path.name}.xmp", f"{path.name}.XMP", f"{path.stem}.xmp", f"{path.stem}.XMP")
    return tuple(path.with_name(name) for name in names)


def _shown(names: list[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("."))
