"""Chunks as bytes: a header, a directory in JSON, and arrays as numpy has them, little-endian.

Bytes of another format or of another's making raise UnknownFormat, and whoever reads them has the
chunk made from its rows again: nothing of an older format need ever be understood.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.index.segments import FLOATS, Codes, Segment
from search.index.sketches import SKETCH_WORDS, Sketches

FORMAT = 1

_COLUMNS = b"FcIx"
_SKETCHES = b"FcSk"
# What it is, format, length of the directory in bytes or number of sketches.
_HEADER = struct.Struct("<4sIQ")
_ALIGNMENT = 16
_NUMBERS = {**dict.fromkeys(FLOATS, "<f4"), "stored": "<i8"}


class UnknownFormat(Exception):
    """Stored bytes are not a chunk in today's format."""


def encode_columns(segment: Segment) -> bytes:
    """Return all of a segment but its sketches."""
    arrays: dict[str, NDArray] = {
        "ids": segment.ids.astype("<i8"),
        "assets": segment.assets.astype("<i8"),
        "positions": segment.positions.astype("<u2"),
        **{f"number {name}": segment.numbers[name].astype(_NUMBERS[name]) for name in _NUMBERS},
        "nets": _plain(segment.nets),
        **{f"facet {name}": _plain(codes) for name, codes in segment.codes.items()},
    }
    directory = {
        "rows": len(segment),
        "arrays": [[name, array.dtype.str] for name, array in arrays.items()],
        "nets": segment.nets.values,
        "facets": {name: codes.values for name, codes in segment.codes.items()},
    }
    text = json.dumps(directory).encode()
    pieces = [_HEADER.pack(_COLUMNS, FORMAT, len(text)), text, _filling(len(text))]
    for array in arrays.values():
        pieces += [array.tobytes(), _filling(array.nbytes)]
    return b"".join(pieces)


def encode_sketches(segment: Segment) -> bytes:
    header = _HEADER.pack(_SKETCHES, FORMAT, len(segment))
    return header + segment.sketches.astype("<u8", copy=False).tobytes()


def decode_sketches(stored: bytes) -> Sketches:
    """Return what `encode_sketches` made of; the array shares the bytes. Raises UnknownFormat."""
    rows = _read_header(stored, _SKETCHES)
    if len(stored) != _HEADER.size + rows * SKETCH_WORDS * 8:
        raise UnknownFormat
    return np.frombuffer(stored, dtype="<u8", offset=_HEADER.size).reshape(rows, SKETCH_WORDS)


def decode_columns(stored: bytes, sketches: Sketches) -> Segment:
    """Return what `encode_columns` was given, with these sketches; arrays share the bytes.

    Raises UnknownFormat.
    """
    length = _read_header(stored, _COLUMNS)
    try:
        directory = json.loads(stored[_HEADER.size : _HEADER.size + length])
        arrays = _read_arrays(stored, directory, offset=_padded(_HEADER.size + length))
        segment = Segment(
            ids=arrays["ids"],
            assets=arrays["assets"],
            positions=arrays["positions"],
            numbers=MappingProxyType({name: arrays[f"number {name}"] for name in _NUMBERS}),
            codes=MappingProxyType(
                {
                    name: Codes(tuple(values), arrays[f"facet {name}"])
                    for name, values in directory["facets"].items()
                }
            ),
            nets=Codes(tuple(directory["nets"]), arrays["nets"]),
            sketches=sketches,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownFormat from error
    if len(sketches) != len(segment):
        raise UnknownFormat
    return segment


def _read_header(stored: bytes, kind: bytes) -> int:
    if len(stored) < _HEADER.size:
        raise UnknownFormat
    found, version, length = _HEADER.unpack_from(stored)
    if (found, version) != (kind, FORMAT):
        raise UnknownFormat
    return int(length)


def _read_arrays(
    stored: bytes, directory: Mapping[str, Any], *, offset: int
) -> dict[str, NDArray[Any]]:
    arrays = {}
    for name, kind in directory["arrays"]:
        array = np.frombuffer(stored, dtype=kind, count=directory["rows"], offset=offset)
        offset += _padded(array.nbytes)
        arrays[name] = array
    return arrays


def _plain(codes: Codes) -> NDArray:
    return codes.codes.astype(codes.codes.dtype.newbyteorder("<"), copy=False)


def _padded(length: int) -> int:
    return -(-length // _ALIGNMENT) * _ALIGNMENT


def _filling(length: int) -> bytes:
    return bytes(_padded(length) - length)
