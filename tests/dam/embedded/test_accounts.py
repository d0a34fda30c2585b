from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dam.embedded.accounts import Account, EmbeddedError, make_folder, reachable, service_account

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def program(home: Path) -> Path:
    """A program with a file it needs, which only root can reach."""
    root = home / "closed"
    (root / "bin").mkdir(parents=True)
    (root / "lib").mkdir()
    root.chmod(0o700)
    (root / "lib" / "greeting").write_text("hello")
    # As installed by somebody with a strict umask.
    (root / "lib" / "greeting").chmod(0o600)
    script = root / "bin" / "greet"
    script.write_text('#!/bin/sh\ncat "$(dirname "$0")/../lib/greeting"\n')
    script.chmod(0o700)
    return script


def copy_for(account: Account | None, program: Path, home: Path) -> Path:
    return reachable(
        program,
        root=program.parent.parent,
        parts=["bin", "lib"],
        copies=home / "programs",
        account=account,
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="only for plain users")
def test_plain_user_runs_the_servers_themselves() -> None:
    assert service_account() is None


@needs_root
def test_servers_of_root_run_as_somebody_without_rights() -> None:
    account = service_account()

    assert account is not None
    assert account.uid != 0


@needs_root
def test_folder_is_the_servers_own(home: Path) -> None:
    account = service_account()

    folder = make_folder(home / "new", account=account)

    assert account is not None
    assert folder.stat().st_uid == account.uid
    assert folder.stat().st_mode & 0o777 == 0o700


@needs_root
def test_folder_below_a_closed_one_is_refused(home: Path) -> None:
    (home / "closed").mkdir(mode=0o700)

    with pytest.raises(EmbeddedError, match="DAM_HOME"):
        make_folder(home / "closed" / "new", account=service_account())


def test_program_is_run_in_place_without_an_account(program: Path, home: Path) -> None:
    assert copy_for(None, program, home) == program


@needs_root
def test_program_out_of_reach_is_copied_with_what_it_needs(program: Path, home: Path) -> None:
    account = service_account()
    assert account is not None

    copy = copy_for(account, program, home)

    greeting = subprocess.run(
        [copy], user=account.uid, group=account.gid, extra_groups=[], capture_output=True, text=True
    )
    assert greeting.stdout == "hello"


@needs_root
def test_copy_is_made_once(program: Path, home: Path) -> None:
    first = copy_for(service_account(), program, home)
    made = first.stat().st_ino

    second = copy_for(service_account(), program, home)

    assert second.stat().st_ino == made


@needs_root
def test_new_version_replaces_the_copy(program: Path, home: Path) -> None:
    old = copy_for(service_account(), program, home)
    program.write_text("#!/bin/sh\necho new version\n")

    new = copy_for(service_account(), program, home)

    assert new.read_text() == "#!/bin/sh\necho new version\n"
    assert not old.exists()


@needs_root
def test_broken_off_copy_is_made_again(program: Path, home: Path) -> None:
    copy = copy_for(service_account(), program, home)
    copied = copy.parent.parent
    shutil.rmtree(copied / "lib")
    copied.rename(copied.with_name(f".{copied.name}"))

    again = copy_for(service_account(), program, home)

    assert (again.parent.parent / "lib" / "greeting").exists()
