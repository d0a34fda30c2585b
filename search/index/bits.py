"""Sets of rows as bits: row i is bit i % 64 of word i // 64."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bits: TypeAlias = NDArray[np.uint64]
Mask: TypeAlias = NDArray[np.bool_]


def pack(mask: Mask) -> Bits:
    """Return n truth values as ceil(n / 64) words; the bits after the last are 0."""
    words = np.zeros(-(-len(mask) // 64), dtype="<u8")
    packed = np.packbits(mask, bitorder="little")
    words.view(np.uint8)[: len(packed)] = packed
    words.flags.writeable = False
    return words


def unpack(bits: Bits, size: int) -> Mask:
    """Return the truth values of the first `size` bits."""
    return np.unpackbits(bits.view(np.uint8), count=size, bitorder="little").view(np.bool_)


def count(bits: Bits) -> int:
    """Return how many bits are set."""
    return int(np.bitwise_count(bits).sum())
