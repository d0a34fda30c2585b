from __future__ import annotations

import re
import tomllib

import pytest
from django.conf import settings
from packaging.requirements import Requirement

PROJECT = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())


def pinned(name: str) -> dict[str, set[str]]:
    """Return the versions of each package in a lock file; some differ between Pythons."""
    versions: dict[str, set[str]] = {}
    text = (settings.BASE_DIR / name).read_text()
    for package, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, re.MULTILINE
    ):
        versions.setdefault(package.lower(), set()).add(version)
    return versions


def requirements(*lists: list[str]) -> list[Requirement]:
    return [Requirement(text) for one in lists for text in one]


@pytest.mark.parametrize(
    ("lock", "needed"),
    [
        ("requirements.lock", requirements(PROJECT["project"]["dependencies"])),
        (
            "requirements-dev.lock",
            requirements(
                PROJECT["project"]["dependencies"],
                PROJECT["dependency-groups"]["test"],
                PROJECT["dependency-groups"]["lint"],
            ),
        ),
    ],
)
def test_lock_fits_the_project(lock: str, needed: list[Requirement]) -> None:
    versions = pinned(lock)

    unmet = [
        str(requirement)
        for requirement in needed
        if not versions.get(requirement.name.lower())
        or not all(requirement.specifier.contains(v) for v in versions[requirement.name.lower()])
    ]

    assert unmet == []


def test_tests_run_with_the_versions_of_the_service() -> None:
    service, tests = pinned("requirements.lock"), pinned("requirements-dev.lock")

    assert {name: tests.get(name) for name in service} == service
