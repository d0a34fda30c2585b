"""Signs of embeddings, 1,024 bits a face: what is near by them is likely to be near."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.models import EMBEDDING_DIMENSIONS

Sketches: TypeAlias = NDArray[np.uint64]

SKETCH_BYTES = EMBEDDING_DIMENSIONS // 8
SKETCH_WORDS = EMBEDDING_DIMENSIONS // 64


def sketch(embeddings: ArrayLike) -> Sketches:
    """Return the signs of one embedding (16 words), or of n as (n, 16).

    The bytes in memory are those of pgvector's `binary_quantize`: a number above zero is 1, and the
    first is the highest bit of the first byte.
    """
    signs = np.asarray(embeddings) > 0
    return np.packbits(signs, axis=-1).view("<u8")
