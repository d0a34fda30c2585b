"""What the addresses of static files begin with: it changes when one of them may have."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

# Packages whose static files are served, too.
_PACKAGES = ("django-htmx", "drf-spectacular-sidecar", "djangorestframework", "django")


def static_version(folder: Path) -> str:
    """Return a digest of all files in a folder, and of the versions of packages."""
    found = hashlib.sha256(" ".join(version(name) for name in _PACKAGES).encode())
    for path in sorted(folder.rglob("*.*")):
        found.update(f"\n{path.relative_to(folder)}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:12]
