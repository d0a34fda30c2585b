"""Stored chunks as this process keeps them: each version is read once, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from search.index.encoding import UnknownFormat, decode_columns, decode_sketches
from search.index.segments import Segment
from search.index.statements import fetch_one

_LOAD = """
    SELECT columns, sketch_version,
           CASE WHEN sketch_version = %(known)s THEN NULL ELSE sketches END
    FROM search_indexchunk WHERE number = %(number)s AND version = %(version)s
"""


class ChunkGone(Exception):
    """A chunk was written again since its version was seen."""


class UnreadableChunk(Exception):
    """A stored chunk is in no format that is known, so it has to be made again."""

    def __init__(self, number: int) -> None:
        super().__init__(f"chunk {number}")
        self.number = number


@dataclass(frozen=True, slots=True)
class Chunk:
    """One version of a stored chunk."""

    version: UUID
    sketch_version: UUID
    segment: Segment


class ChunkCache:
    """The newest version of each chunk that this process has read. Safe to use by threads."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._chunks: Mapping[int, Chunk] = {}

    def segments(self, versions: Mapping[int, UUID], *, keep: bool) -> list[Segment]:
        """Return chunks in these versions, in their order; what is not there is read.

        One thread reads at a time, so that those who come meanwhile find what it has read. With
        `keep` they are what is kept from now on. Raises ChunkGone where a version is no more, and
        UnreadableChunk.
        """
        chunks = self._chunks
        if not all(_is_version(chunks, number, version) for number, version in versions.items()):
            with self._loading:
                chunks = self._load(versions, keep=keep)
        return [chunks[number].segment for number in versions]

    def forget(self) -> None:
        self._chunks = {}

    def _load(self, versions: Mapping[int, UUID], *, keep: bool) -> Mapping[int, Chunk]:
        chunks = dict(self._chunks)
        for number, version in versions.items():
            if not _is_version(chunks, number, version):
                chunks[number] = _read(number, version=version, known=chunks.get(number))
                if keep:
                    # At once: where the next one is gone, this one is still there.
                    self._chunks = dict(chunks)
        if keep:
            self._chunks = {number: chunks[number] for number in versions}
        return chunks


def _is_version(chunks: Mapping[int, Chunk], number: int, version: UUID) -> bool:
    return number in chunks and chunks[number].version == version


def _read(number: int, *, version: UUID, known: Chunk | None) -> Chunk:
    """Read a chunk, and its sketches unless those are known."""
    row = fetch_one(
        _LOAD,
        {
            "number": number,
            "version": version,
            "known": known.sketch_version if known else None,
        },
    )
    if row is None:
        raise ChunkGone
    columns, sketch_version, stored = row
    try:
        if stored is not None:
            sketches = decode_sketches(stored)
        elif known is not None:
            sketches = known.segment.sketches
        else:
            raise UnknownFormat
        return Chunk(version, sketch_version, decode_columns(columns, sketches))
    except UnknownFormat:
        raise UnreadableChunk(number) from None
