from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery.signals import after_task_publish
from kombu import pools
from rest_framework.test import APIClient

from analysis import nets
from dam.celery import app
from tests.fakes import FakePipeline


@pytest.fixture
def client(api: APIClient) -> APIClient:
    return api


@pytest.fixture
def use_pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakePipeline], FakePipeline]:
    """Let the service load a given pipeline in place of the nets."""

    def use(pipeline: FakePipeline) -> FakePipeline:
        monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
        monkeypatch.setattr(nets, "_version", lambda _: pipeline.version)
        return pipeline

    return use


@pytest.fixture
def fake_pipeline(use_pipeline: Callable[[FakePipeline], FakePipeline]) -> FakePipeline:
    return use_pipeline(FakePipeline())


@pytest.fixture
def sent_run_ids(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Send to a broker in memory; the ids of the runs that it was given."""
    ids: list[int] = []

    def note(sender: str, body: Any, **_: object) -> None:
        if sender == "analysis.analyze_asset":
            ids.extend(body[0])

    _forget_connections()
    monkeypatch.setattr(app.conf, "broker_url", "memory://")
    after_task_publish.connect(note)
    yield ids
    after_task_publish.disconnect(note)
    _forget_connections()


def _forget_connections() -> None:
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
