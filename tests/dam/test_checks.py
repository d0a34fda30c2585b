from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dam import checks
from dam.env import Problem


def ids(check: Callable[..., list[Any]]) -> list[str]:
    return [message.id for message in check()]


def test_settings_of_the_tests_are_in_order() -> None:
    found = [
        check_id
        for check in (
            checks.check_environment,
            checks.check_storage,
            checks.check_servers,
            checks.check_exposure,
        )
        for check_id in ids(check)
    ]

    assert found == []


def test_wrong_value_is_an_error(settings: Any) -> None:
    settings.DAM_ENV_PROBLEMS = (Problem("PORT", "a whole number from 1 to 65535"),)

    (message,) = checks.check_environment()

    assert message.id == "dam.E001"
    assert "PORT" in message.msg
    assert "a whole number" in message.hint


def test_misspelt_name_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAM_MAX_PIXEL", "5")

    (message,) = checks.check_names()

    assert message.id == "dam.W001"
    assert "DAM_MAX_PIXELS" in message.hint


def test_s3_needs_a_bucket(settings: Any) -> None:
    settings.DAM_STORAGE = "s3"

    assert ids(checks.check_storage) == ["dam.E002"]


def test_half_an_s3_credential_is_an_error(settings: Any) -> None:
    settings.DAM_S3_OPTIONS = {"access_key": "x", "secret_key": None}

    assert ids(checks.check_storage) == ["dam.E005"]


def test_bucket_without_s3_is_a_warning(settings: Any) -> None:
    settings.DAM_S3_BUCKET = "photos"

    assert ids(checks.check_storage) == ["dam.W002"]


def test_unknown_servers_are_errors(settings: Any) -> None:
    settings.DAM_DATABASE_IS_KNOWN = False
    settings.CELERY_BROKER_URL = ""

    assert ids(checks.check_servers) == ["dam.E003", "dam.E004"]


def test_wrong_server_is_reported_once(settings: Any) -> None:
    settings.DAM_DATABASE_IS_KNOWN = False
    settings.DAM_ENV_PROBLEMS = (Problem("DATABASE_URL", "a URL"),)

    assert ids(checks.check_servers) == []


def test_listening_everywhere_without_names_is_a_warning(settings: Any) -> None:
    settings.HOST = "0.0.0.0"

    assert ids(checks.check_exposure) == ["dam.W003"]


def test_short_secret_is_a_warning(settings: Any) -> None:
    settings.SECRET_KEY = "short"

    assert ids(checks.check_exposure) == ["dam.W005"]


def test_debug_on_the_network_is_a_warning(settings: Any) -> None:
    settings.HOST = "192.0.2.1"
    settings.DEBUG = True

    assert ids(checks.check_exposure) == ["dam.W004"]


def test_all_wrong_values_are_reported_at_once_without_a_traceback(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dam.settings",
        "DAM_HOME": str(tmp_path),
        "DATABASE_URL": "mysql://root:hunter2@localhost/x",
        "PORT": "80000",
        "DAM_STORAGE": "tape",
    }

    finished = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment, capture_output=True, text=True
    )

    assert finished.returncode == 1
    assert "Traceback" not in finished.stderr
    assert "hunter2" not in finished.stderr
    for name in ("DATABASE_URL", "PORT", "DAM_STORAGE"):
        assert f"(dam.E001) {name} cannot be used" in finished.stderr
