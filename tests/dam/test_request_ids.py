from __future__ import annotations

import logging
import uuid

import pytest
from celery.signals import before_task_publish

from dam.celery import app
from dam.request_ids import (
    RequestIdFilter,
    current_request_id,
    current_request_uuid,
    request_id,
)


def test_the_clients_id_is_answered(client):
    response = client.get("/healthz", headers={"X-Request-ID": "order-7"})

    assert response.headers["X-Request-ID"] == "order-7"


def test_without_one_a_new_one_is_made(client):
    first, second = (client.get("/healthz").headers["X-Request-ID"] for _ in range(2))

    assert uuid.UUID(first).version == uuid.UUID(second).version == 4
    assert first != second


@pytest.mark.parametrize("text", ["", "a b", "a\nERROR forged", "x" * 129, "é"])
def test_what_could_forge_lines_of_the_log_is_not_taken(text):
    with request_id(text) as taken:
        assert uuid.UUID(taken)


def test_it_is_in_each_line_of_the_log():
    record = logging.makeLogRecord({"msg": "hello"})

    with request_id("order-7"):
        RequestIdFilter().filter(record)

    assert record.request_id == "order-7"


@pytest.mark.django_db
def test_a_task_has_the_id_of_the_request_that_sent_it():
    seen = []

    @app.task(name="tests.note_request_id")
    def note() -> None:
        seen.append(current_request_id())

    headers: dict[str, str] = {}
    with request_id("order-7"):
        before_task_publish.send(sender=note.name, headers=headers)
    note.apply(headers=headers)
    note.apply()
    app.tasks.unregister(note.name)

    assert seen == ["order-7", "-"]
    assert current_request_id() == "-"


def test_after_the_request_there_is_none():
    with request_id("order-7"):
        pass

    assert current_request_id() == "-"


def test_a_uuid_is_kept_and_another_id_gets_one():
    with request_id("0b3c7a52-3c3f-4b0e-9d0b-0c4a63b7f4d1"):
        assert current_request_uuid() == "0b3c7a52-3c3f-4b0e-9d0b-0c4a63b7f4d1"
    with request_id("order-7"):
        assert uuid.UUID(current_request_uuid()).version == 4
