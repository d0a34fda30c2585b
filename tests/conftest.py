"""What every test has: one PostgreSQL for the whole session, in a temporary folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from dam.embedded.accounts import service_account
from dam.embedded.ports import free_port
from dam.embedded.postgres import PostgresServer, find_binaries
from dam.env import describe_database

# A session's database is thrown away, so it need not survive a power cut.
UNSAFE_AND_QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database server's URL: DATABASE_URL's, or an embedded one's of this session."""
    if not settings.STARTS_POSTGRES:
        yield os.environ["DATABASE_URL"]
        return
    home = Path(settings.DAM_HOME)
    server = PostgresServer(
        home / "postgres",
        port=free_port(),
        password="only-for-tests",
        binaries=find_binaries(settings.DAM_PG_BIN),
        account=service_account(),
        options=UNSAFE_AND_QUICK,
    )
    with server.running(log=home / "postgres.log"):
        yield server.url()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_url: str) -> None:
    """Point Django's connection at this session's server, before the test database is made."""
    connections.settings["default"].update(describe_database(postgres_url))
