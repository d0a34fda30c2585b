"""Made-up segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from search.index.merging import code_texts
from search.index.segments import FLOATS, Codes, Segment


def codes(texts: Sequence[str | None]) -> Codes:
    values = sorted({text for text in texts if text is not None})
    numbers = {text: number for number, text in enumerate(values, start=1)}
    return code_texts(values, np.array([numbers.get(text, 0) for text in texts], dtype=int))


def segment(
    ids: Sequence[int], *, seed: int = 0, facets: Mapping[str, Sequence[str | None]] | None = None
) -> Segment:
    """Make faces with these ids and tags, the rest at random."""
    generator = np.random.default_rng(seed)
    size = len(ids)
    floats = {name: generator.random(size, dtype=np.float32) for name in FLOATS}
    return Segment(
        ids=np.array(ids, dtype=np.int64),
        assets=generator.integers(1, 2**40, size),
        positions=generator.integers(0, 32768, size).astype(np.uint16),
        numbers={**floats, "stored": generator.integers(0, 2**33, size)},
        codes={name: codes(texts) for name, texts in (facets or {}).items()},
        nets=codes(["net"] * size),
        sketches=generator.integers(0, 2**63, (size, 16)).astype("<u8"),
    )


def texts(of: Codes) -> list[str | None]:
    return [of.values[code - 1] if code else None for code in of.codes]
