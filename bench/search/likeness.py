"""Are made-up embeddings spread as real ones?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.search.library import PHOTOS_A_BLOCK, Library
from bench.search.people import PERCENTILES

_FACES = 6000


def cosines(library: Library) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the cosines of pairs of one person and of two, of the library's first faces."""
    faces = library.block(0, min(PHOTOS_A_BLOCK, library.photo_count)).faces
    embeddings, people = faces.embeddings[:_FACES], faces.people[:_FACES]
    first, second = np.triu_indices(len(people), k=1)
    products = (embeddings @ embeddings.T)[first, second]
    same = people[first] == people[second]
    return products[same], products[~same]


def print_likeness(library: Library) -> None:
    """Print the percentiles of made-up and of real cosines."""
    print("cosines, percentiles   " + "".join(f"{one:>8g}" for one in PERCENTILES))
    kinds = ("one person", "two people")
    real = (library.statistics.same, library.statistics.other)
    for kind, drawn, known in zip(kinds, cosines(library), real, strict=True):
        made = np.percentile(drawn, PERCENTILES)
        print(f"  {kind}, made-up  " + "".join(f"{one:8.3f}" for one in made))
        print(f"  {kind}, real     " + "".join(f"{one:8.3f}" for one in known))
