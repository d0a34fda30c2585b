"""What a reader is told exists, and what exists is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from drf_spectacular.generators import SchemaGenerator

DOCS = settings.BASE_DIR / "docs"
OURS = {"dam", "analysis", "search"}


def page(name: str) -> str:
    return (DOCS / name).read_text()


def first_cells(text: str) -> set[str]:
    """Return what is in backquotes in the first column of the tables."""
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def check_ids() -> set[str]:
    sources = [settings.BASE_DIR / app / "checks.py" for app in OURS]
    text = "".join(path.read_text() for path in sources if path.exists())
    return set(re.findall(r'"((?:dam|analysis|search)\.[EW]\d{3})"', text))


def test_settings_are_those_of_the_code() -> None:
    listed = {name for name in first_cells(page("settings.md")) if name.isupper()}

    assert listed == set(settings.DAM_ENV_NAMES)


def test_checks_are_those_of_the_code() -> None:
    listed = {name for name in first_cells(page("settings.md")) if "." in name}

    assert listed == check_ids()


@pytest.mark.parametrize(
    "command", sorted(name for name, app in get_commands().items() if app in OURS)
)
def test_command_is_described(command: str) -> None:
    assert re.search(rf"`{command}\b", page("operations.md"))


@pytest.fixture
def operations(db: None) -> list[str]:
    """Operations of the REST API as `GET assets/{uid}`."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return [
        f"{method.upper()} {path.removeprefix('/api/v1/')}"
        for path, methods in paths.items()
        for method in methods
    ]


def curl_lines(text: str) -> list[str]:
    """Return what the examples call, as `POST bulk/2a4f…/undo`."""
    called = []
    for command in re.findall(r"^curl (.*?[^\\])$", text, re.MULTILINE | re.DOTALL):
        address = re.search(r"\$FACET/([^\s\"?]+)", command)
        method = re.search(r"-X ([A-Z]+)", command)
        sends = re.search(r"(^|\s)(-d|-F|--json) ", command)
        usual = "POST" if sends else "GET"
        if address:
            called.append(f"{method.group(1) if method else usual} {address.group(1)}")
    return called


def test_operations_of_the_rest_api_are_described(operations: list[str]) -> None:
    api = page("api.md")

    assert operations
    assert [operation for operation in operations if f"`{operation}`" not in api] == []


def test_each_operation_has_an_example_with_curl(operations: list[str]) -> None:
    called = curl_lines(page("api.md"))

    assert [
        operation
        for operation in operations
        if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation), line) for line in called)
    ] == []


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text())

    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (DOCS / "decisions").glob("[0-9]*.md")]

    assert sorted(set(numbers)) == sorted(numbers)
