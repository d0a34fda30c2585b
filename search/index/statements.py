"""Statements with binary results, which Django's cursors do not ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray

# Of what `array_send` writes: dimensions, flags, type, length, lower bound.
_ARRAY_HEADER_BYTES = 20


@contextmanager
def binary_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """Give a cursor on Django's connection whose results come as they are stored.

    Errors are Django's.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.format = psycopg.pq.Format.BINARY
        yield cursor


def fetch_one(statement: str, parameters: Mapping[str, object]) -> tuple[Any, ...] | None:
    """Return a statement's only row, if there is one."""
    with binary_cursor() as cursor:
        row: tuple[Any, ...] | None = cursor.execute(statement, parameters).fetchone()
        return row


def read_array(sent: bytes | None, kind: str) -> NDArray[Any]:
    """Return what `array_send` wrote of an array of numbers, none of them NULL.

    `kind` is their type in network order, such as `>i8`; that of the result is in this machine's.
    """
    element = np.dtype(kind)
    native = element.newbyteorder("=")
    if sent is None or len(sent) < _ARRAY_HEADER_BYTES:
        return np.empty(0, dtype=native)
    parts = np.frombuffer(
        sent, dtype=[("length", ">i4"), ("value", element)], offset=_ARRAY_HEADER_BYTES
    )
    return parts["value"].astype(native)
