from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dam.home import (
    Addresses,
    HomeInUse,
    default_home,
    is_open_to_all,
    kept_secret,
    lock,
    open_home,
    read_addresses,
    write_addresses,
)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers change their user")


def test_home_is_beside_the_project(home: Path) -> None:
    assert default_home(home) == home / "var"


@needs_root
def test_home_of_a_project_that_others_cannot_reach_is_elsewhere(home: Path) -> None:
    project = home / "closed" / "project"
    project.mkdir(parents=True)
    project.parent.chmod(0o700)

    assert default_home(project).is_relative_to("/var/lib/facet")
    assert default_home(project) != default_home(project.parent)


def test_addresses_come_back(tmp_path: Path) -> None:
    addresses = Addresses(database_url="postgresql://x", broker_url="redis://y")

    write_addresses(tmp_path, addresses)

    assert read_addresses(tmp_path) == addresses


def test_addresses_are_private(tmp_path: Path) -> None:
    write_addresses(tmp_path, Addresses())

    assert (tmp_path / "embedded.json").stat().st_mode & 0o777 == 0o600


def test_no_addresses_before_the_first_start(tmp_path: Path) -> None:
    assert read_addresses(tmp_path) == Addresses()


@pytest.mark.parametrize("text", ["{", '{"unknown": 1}', "[]"])
def test_damaged_addresses_are_a_value_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "embedded.json").write_text(text)

    with pytest.raises(ValueError):  # noqa: PT011
        read_addresses(tmp_path)


def test_secret_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret-key"

    first, second = kept_secret(path), kept_secret(path)

    assert first == second
    assert len(first) >= 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_new_home_cannot_be_listed_by_others(tmp_path: Path) -> None:
    open_home(tmp_path / "a" / "b")

    assert (tmp_path / "a" / "b").stat().st_mode & 0o066 == 0


@needs_root
def test_strict_umask_does_not_lock_the_servers_out(home: Path) -> None:
    usual = os.umask(0o077)
    try:
        open_home(home / "a" / "b")
    finally:
        os.umask(usual)

    assert is_open_to_all(home / "a" / "b")


def test_held_home_says_who_holds_it(tmp_path: Path) -> None:
    with (
        lock(tmp_path, address="http://127.0.0.1:8000/"),
        pytest.raises(HomeInUse, match=rf"process {os.getpid()}, http://127.0.0.1:8000/"),
        lock(tmp_path, address="http://127.0.0.1:9000/"),
    ):
        pass


def test_lock_goes_with_its_process(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, dam.home\n"
        f"holder = dam.home.lock(pathlib.Path({str(tmp_path)!r}), address='old')\n"
        "holder.__enter__()\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert "old" in (tmp_path / "up.lock").read_text()

    with lock(tmp_path, address="new"):
        assert "new" in (tmp_path / "up.lock").read_text()
