"""The version of the service: what `pyproject.toml` says."""

from __future__ import annotations

import tomllib
from functools import cache

from django.conf import settings


@cache
def service_version() -> str:
    """Return the version of the code that runs, such as 0.1.0."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])
