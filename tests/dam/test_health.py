from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from dam import health, storage
from dam.health import Finding, NotReady, Readiness, Remembered
from tests.conftest import use_broker


@pytest.fixture
def broker(broker_url: str) -> Iterator[None]:
    use_broker(broker_url)
    yield
    use_broker("redis://127.0.0.1:1/0")


@pytest.fixture
def readiness(monkeypatch: pytest.MonkeyPatch) -> Readiness:
    readiness = Readiness()
    monkeypatch.setattr(health, "readiness", readiness)
    return readiness


def fail_with(reason: str) -> Callable[[], None]:
    def check() -> None:
        raise NotReady(reason)

    return check


def test_healthz_answers_anybody(client: Client) -> None:
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_ready_when_all_checks_pass(client: Client, readiness: Readiness) -> None:
    readiness.add("first", lambda: None)

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "checks": [{"name": "first", "ready": True, "reason": ""}],
    }


def test_not_ready_says_why(client: Client, readiness: Readiness) -> None:
    readiness.add("first", lambda: None)
    readiness.add("second", fail_with("It is raining."))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"][1] == {
        "name": "second",
        "ready": False,
        "reason": "It is raining.",
    }


def test_answers_are_not_kept_by_caches(client: Client, readiness: Readiness) -> None:
    assert "no-store" in client.get("/readyz").headers["Cache-Control"]


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/readyz").status_code == 405


def test_checks_run_once_a_second_at_most(readiness: Readiness) -> None:
    calls: list[int] = []
    readiness.add("counted", lambda: calls.append(1))

    readiness.look()
    readiness.look()

    assert len(calls) == 1


def test_success_is_remembered_and_failure_is_not() -> None:
    outcomes: Iterator[Any] = iter([NotReady("not yet"), None])

    def check() -> None:
        outcome = next(outcomes)
        if outcome:
            raise outcome

    remembered = Remembered(check, seconds=60)

    with pytest.raises(NotReady):
        remembered()
    remembered()
    remembered()


def test_everything_that_is_needed_is_checked(db: None) -> None:
    names = [finding.name for finding in health.readiness.look()]

    assert names == ["database", "migrations", "broker", "storage", "nets"]


def test_database_and_its_migrations_are_found(db: None) -> None:
    health.check_database()
    health.check_migrations()


def test_missing_migration_is_found(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'dam'")

    with pytest.raises(NotReady, match="not applied"):
        health.check_migrations()


def test_silent_broker_is_found() -> None:
    with pytest.raises(NotReady, match="broker"):
        health.check_broker()


def test_broker_is_found(broker: None) -> None:
    health.check_broker()


def test_storage_that_takes_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(storage.default_storage, "save", refuse)

    with pytest.raises(NotReady, match="stored"):
        health.check_storage()


def test_storage_is_left_as_it_was(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path

    health.check_storage()

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_reason_marks_a_finding_as_not_ready() -> None:
    assert Finding("a").is_ready
    assert not Finding("a", "why").is_ready
