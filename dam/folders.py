"""Files on this machine's disks: finding, ingesting and watching them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dam.ingest import Outcome, RejectedUpload, try_ingest
from dam.models import Asset


def find_files(paths: Iterable[Path], *, recursive: bool) -> Iterator[Path]:
    """Yield files, and what is in folders; sorted, without what is hidden in a folder.

    A path that is neither, or a folder that cannot be read, is yielded as it is: to ingest it
    tells why that is impossible.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path, recursive=recursive)
        else:
            yield path


def ingest_path(path: Path, *, source: Asset.Source) -> Outcome:
    """Ingest a file; what is wrong with it is in the outcome. Raises StorageUnavailable."""
    try:
        # Reading from a pipe or a device could wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(None, "It is not a regular file")
        with path.open("rb") as file:
            return try_ingest(file, name=path.name, source=source)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"The file cannot be read: {reason}."
        return Outcome(name=path.name, error=RejectedUpload(message, code="unreadable_file"))


@dataclass(frozen=True, slots=True)
class _State:
    """What changes when a file is written, replaced or made readable."""

    size_bytes: int
    modified_ns: int
    changed_ns: int


class FolderWatch:
    """Tells which files below a folder are complete and not dealt with yet.

    Remembers in memory alone: after a start every file is read once, and known bytes are found by
    their digest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, _State] = {}
        self._settled: dict[Path, _State] = {}

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

    def _states(self) -> Iterator[tuple[Path, _State]]:
        for path in find_files([self.folder], recursive=True):
            try:
                status = path.stat()
            except OSError:
                continue
            yield path, _State(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _walk(folder: Path, *, recursive: bool) -> Iterator[Path]:
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        # What is taken out of `folders` is not entered.
        folders[:] = _shown(folders) if recursive else []
        for name in _shown(names):
            yield Path(parent, name)
    for error in unreadable:
        yield Path(error.filename)


def _shown(names: list[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("."))
