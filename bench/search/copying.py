"""Rows as PostgreSQL's binary COPY wants them, made of whole arrays.

A row is its number of fields, then each field as its length in bytes and the bytes, all big-endian
(https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_REAL_OID = 700


def numbers(values: NDArray[np.generic], kind: str) -> Bytes:
    """Return n numbers as n × size bytes; `kind` is numpy's, such as i8 or f4."""
    array = np.ascontiguousarray(values, dtype=f">{kind}")
    return array.view(np.uint8).reshape(len(array), -1)


def times(seconds: NDArray[np.int64]) -> Bytes:
    """Return whole seconds since 1970 as timestamptz."""
    offset = int(_EPOCH.timestamp())
    return numbers((seconds - offset) * 1_000_000, "i8")


def uids(random: np.random.Generator, count: int) -> Bytes:
    """Return `count` random UUIDs (version 4)."""
    drawn = random.integers(0, 256, (count, 16), dtype=np.uint8)
    drawn[:, 6] = drawn[:, 6] & 0x0F | 0x40
    drawn[:, 8] = drawn[:, 8] & 0x3F | 0x80
    return drawn


def reals(values: NDArray[np.float32]) -> Bytes:
    """Return n × k numbers as n arrays of real."""
    count, size = values.shape
    head = np.array([1, 0, _REAL_OID, size, 1], dtype=">i4").view(np.uint8)
    items = np.empty((count, size), dtype=[("length", ">i4"), ("value", ">f4")])
    items["length"] = 4
    items["value"] = values
    body = items.view(np.uint8).reshape(count, -1)
    return np.hstack([np.broadcast_to(head, (count, len(head))), body])


def halves(values: NDArray[np.float32]) -> Bytes:
    """Return n × k numbers as n halfvecs (pgvector: dimensions, unused, two bytes each)."""
    count, size = values.shape
    head = np.array([size, 0], dtype=">i2").view(np.uint8)
    return np.hstack([np.broadcast_to(head, (count, 4)), numbers(values, "f2")])


def same(value: bytes, count: int) -> Bytes:
    """Return one value `count` times."""
    return np.broadcast_to(np.frombuffer(value, np.uint8), (count, len(value)))


def rows(fields: Sequence[Bytes | None]) -> bytes:
    """Return rows of fields whose length is the same in each row; None is NULL in all of them."""
    count = next(len(field) for field in fields if field is not None)
    width = 2 + sum(4 + (0 if field is None else field.shape[1]) for field in fields)
    table = np.empty((count, width), dtype=np.uint8)
    table[:, :2] = _big_endian(len(fields), 2)
    place = 2
    for field in fields:
        size = 0 if field is None else field.shape[1]
        table[:, place : place + 4] = _big_endian(-1 if field is None else size, 4)
        place += 4
        if field is not None:
            table[:, place : place + size] = field
            place += size
    return table.tobytes()


def fill(
    templates: Sequence[bytes],
    kinds: NDArray[np.intp],
    values: Mapping[int, Bytes],
    *,
    keep: Mapping[int, NDArray[np.bool_]],
) -> bytes:
    """Return a row of one of several templates for each of `kinds`, with values put in.

    `values` has n × size bytes by their place in a row; rows of `keep` stay as their template is.
    """
    lengths = np.array([len(template) for template in templates])
    table = np.zeros((len(templates), lengths.max()), np.uint8)
    for row, template in zip(table, templates, strict=True):
        row[: len(template)] = np.frombuffer(template, np.uint8)
    filled = table[kinds]
    for place, value in values.items():
        part = filled[:, place : place + value.shape[1]]
        part[:] = np.where(keep[place][:, None], part, value) if place in keep else value
    inside = np.arange(table.shape[1]) < lengths[:, None]
    return filled[inside[kinds]].tobytes()


def _big_endian(value: int, size: int) -> Bytes:
    return np.frombuffer(value.to_bytes(size, "big", signed=True), np.uint8)
