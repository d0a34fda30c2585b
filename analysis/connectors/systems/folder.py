"""A folder of this machine, with XMP sidecars beside the pictures."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import ClassVar
from urllib.parse import quote, unquote

from django.conf import settings

from analysis.connectors.errors import InvalidOptions, ItemFailed, SystemUnavailable
from analysis.connectors.interface import Field, Found, Page, Picture, Written, is_picture
from analysis.connectors.systems.sidecars import merged
from analysis.photo_tags import PhotoTags
from dam.folders import read_sidecar, sidecar_paths
from dam.metadata.packets import MOST_XMP_BYTES

logger = logging.getLogger(__name__)

PAGE_SIZE = 500
SIGN = "+"


class Folder:
    """Pulls what is in a folder and below it, and writes `photo.jpg.xmp` beside each picture."""

    kind: ClassVar[str] = "folder"
    label: ClassVar[str] = "Folder with XMP sidecars"
    about: ClassVar[str] = (
        "Pictures in a folder of this machine and below it. Tags are written to XMP files beside "
        "them, which digiKam, darktable, Lightroom and others read."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "path",
            "Folder",
            help="Of the machine that Facet runs on, below one of DAM_CONNECTOR_FOLDERS.",
            placeholder="/srv/photos",
        ),
    )

    def __init__(self, options: Mapping[str, str]) -> None:
        self._root = _read_root(options["path"])

    def place(self) -> str:
        return str(self._root)

    def check(self) -> None:
        try:
            os.scandir(self._root).close()
        except OSError as error:
            raise SystemUnavailable(
                f"The folder {self._root} cannot be read: {error.strerror}."
            ) from error

    def list_pages(self, cursor: str) -> Iterator[Page]:
        self.check()
        start = _order(unquote(cursor, errors="surrogateescape")) if cursor else None
        items: list[Found] = []
        for item in self._found():
            if start is not None and _order(item.key) <= start:
                continue
            items.append(item)
            if len(items) == PAGE_SIZE:
                yield _page(items)
                items = []
        if items:
            yield _page(items)

    @contextlib.contextmanager
    def open(self, key: str, *, version: str) -> Iterator[Picture]:  # noqa: ARG002
        path = self._path(key)
        folder = PurePosixPath(key).parent.as_posix().removeprefix(".")
        with _told(path.name):
            # Reading from a pipe or a device could wait for ever.
            if not stat.S_ISREG(path.stat().st_mode):
                raise ItemFailed(f"{path.name} is not a regular file.", code="unreadable_file")
            file = path.open("rb")
        with file:
            yield Picture(file, path.name, folder, read_sidecar(path))

    def write_back(self, key: str, *, version: str, tags: PhotoTags) -> Written:
        path = self._path(key)
        sidecar = _sidecar_to_write(path)
        with _told(sidecar.name):
            before = _state(sidecar)
            if sidecar.is_symlink():
                raise ItemFailed(f"{sidecar.name} is a link, which is left alone.")
            packet = _read(sidecar) if before else b""
            packet_now = merged(packet, tags, of=sidecar.name)
            if packet_now == packet:
                return Written(version, is_changed=False)
            _replace(sidecar, packet_now, before=before, like=path)
            return Written(f"{version.partition(SIGN)[0]}{SIGN}{_state(sidecar)}", is_changed=True)

    def _found(self) -> Iterator[Found]:
        """Yield the pictures: those of a folder by name, then what is in the folders below."""
        for parent, folders, names in os.walk(self._root, onerror=_log):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name.startswith(".") or not is_picture(name):
                    continue
                path = Path(parent, name)
                if state := _state(path):
                    beside = next(filter(None, map(_state, sidecar_paths(path))), "")
                    version = f"{state}{SIGN}{beside}" if beside else state
                    key = path.relative_to(self._root).as_posix()
                    yield Found(key, version, size_bytes=int(state.partition("-")[0]))

    def _path(self, key: str) -> Path:
        """Return where a picture is. Raises ItemFailed where that is not within the folder."""
        try:
            path = (self._root / key).resolve()
        except (OSError, ValueError) as error:
            raise ItemFailed(f"{key} cannot be found.", code="unreadable_file") from error
        if not path.is_relative_to(self._root):
            raise ItemFailed(f"{key} leads out of the folder.", code="outside_folder")
        return self._root / key


def _read_root(text: str) -> Path:
    """Return a folder that a connector may lead to. Raises InvalidOptions."""
    roots = [root.resolve() for root in settings.DAM_CONNECTOR_FOLDERS]
    if not roots:
        problem = "No folder may be used: name some in the setting DAM_CONNECTOR_FOLDERS first."
        raise InvalidOptions({"path": [problem]})
    path = Path(text)
    if not path.is_absolute():
        raise InvalidOptions({"path": ["Give the whole path, from / on."]})
    try:
        path = path.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidOptions({"path": ["This is not a path."]}) from error
    if not any(path.is_relative_to(root) for root in roots):
        allowed = ", ".join(map(str, settings.DAM_CONNECTOR_FOLDERS))
        raise InvalidOptions({"path": [f"Must lie in one of DAM_CONNECTOR_FOLDERS: {allowed}."]})
    return path


def _page(items: list[Found]) -> Page:
    # Names of files may hold bytes that are no text, and a database stores none of those.
    return Page(tuple(items), quote(items[-1].key, errors="surrogateescape"))


def _order(key: str) -> list[tuple[bool, str]]:
    """Return what sorts keys as they are listed: files of a folder come before its folders."""
    *folders, name = key.split("/")
    return [*((True, folder) for folder in folders), (False, name)]


def _state(path: Path) -> str:
    """Return what changes when a file is written; "" where there is none."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"


def _sidecar_to_write(path: Path) -> Path:
    """Return the sidecar that there is, or what a new one is called.

    `photo.xmp` is not written where it might be about `photo.png` as well as `photo.jpg`.
    """
    own, *_ = sidecar_paths(path)
    there = next((one for one in sidecar_paths(path) if one.exists()), own)
    if there.stem == path.stem and _is_shared(path):
        return own
    return there


def _is_shared(path: Path) -> bool:
    with os.scandir(path.parent) as entries:
        names = [PurePosixPath(entry.name) for entry in entries]
    return sum(name.stem == path.stem and is_picture(name.name) for name in names) > 1


def _read(sidecar: Path) -> bytes:
    with sidecar.open("rb") as file:
        return file.read(MOST_XMP_BYTES + 1)


def _replace(sidecar: Path, packet: bytes, *, before: str, like: Path) -> None:
    """Put a sidecar in its place, whole or not at all. Raises ItemFailed if another was faster."""
    temporary = sidecar.with_name(f".{secrets.token_hex(8)}.xmp")
    mode = stat.S_IMODE((sidecar if before else like).stat().st_mode) & 0o666
    try:
        with temporary.open("xb") as file:
            file.write(packet)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        if _state(sidecar) != before:
            raise ItemFailed(
                f"{sidecar.name} was changed at this moment.", code="changed_meanwhile"
            )
        temporary.replace(sidecar)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ItemFailed(f"{name}: {reason}.", code="unreadable_file") from error


def _log(error: OSError) -> None:
    logger.warning("a folder of a connector cannot be read: %s", error.strerror)
