from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import nets
from analysis.custom_tags import training
from analysis.custom_tags.examples import mark_examples
from analysis.custom_tags.learning import Learned, learn
from analysis.custom_tags.logistic import Marks, Vectors
from analysis.custom_tags.tags import create_tag
from analysis.faces import apply_result
from analysis.models import EMBEDDING_DIMENSIONS, CustomTag, Face
from tests.factories import BOX, make_bare_runs
from tests.fakes import fake_result

_numbers = count(1)

# A direction that tells yes from no; everything else of an embedding is by chance.
DIRECTION = np.zeros(EMBEDDING_DIMENSIONS)
DIRECTION[::2] = 1 / np.sqrt(EMBEDDING_DIMENSIONS / 2)


def embedding(number: int, *, yes: bool) -> NDArray[np.float64]:
    """Return a made-up embedding: the number decides who it is, `yes` what can be learned."""
    chance = np.random.default_rng(number).standard_normal(EMBEDDING_DIMENSIONS)
    chance /= np.linalg.norm(chance)
    vector = chance + (1.0 if yes else -1.0) * DIRECTION
    return vector / np.linalg.norm(vector)


@pytest.fixture
def net() -> str:
    return nets.current_manifest().embedding_net


@pytest.fixture
def make_faces(net: str) -> Callable[..., list[Face]]:
    """Makes faces of different photos that look like a yes or like a no.

    Their photos have rows and no files, which dozens of faces would take long to ingest.
    """

    def make(number_of: int, *, yes: bool, start: int = 0, embedding_net: str = net) -> list[Face]:
        numbers = [next(_numbers) for _ in range(number_of)]
        faces = []
        runs = make_bare_runs(number_of)
        for index, (number, run) in enumerate(zip(numbers, runs, strict=True), start=start):
            face = Face(asset_id=run.asset_id, run=run, position=0, embedding_net=embedding_net)
            apply_result(face, fake_result(BOX, seed=number))
            face.embedding = embedding(index + (10_000 if yes else 0), yes=yes).tolist()
            faces.append(face)
        return Face.objects.bulk_create(faces)

    return make


@pytest.fixture
def tag(db: None) -> CustomTag:
    return create_tag(label="Red hat", user=None)


_learned: dict[tuple[object, ...], Learned] = {}


@pytest.fixture
def learn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn the same examples once for all tests that only need a trained tag."""

    def learn_or_remember(
        embeddings: Vectors, marks: Marks, *, photos: Sequence[Hashable], library: Vectors
    ) -> Learned:
        places = {photo: place for place, photo in enumerate(dict.fromkeys(photos))}
        groups = tuple(places[photo] for photo in photos)
        key = (embeddings.tobytes(), marks.tobytes(), groups, library.tobytes())
        if key not in _learned:
            _learned[key] = learn(embeddings, marks, photos=photos, library=library)
        return _learned[key]

    monkeypatch.setattr(training, "learn", learn_or_remember)


@pytest.fixture
def taught_tag(tag: CustomTag, make_faces: Callable[..., list[Face]]) -> CustomTag:
    """A tag with ten examples of yes and ten of no that was not trained yet."""
    mark_examples(
        tag,
        yes=[face.uid for face in make_faces(10, yes=True)],
        no=[face.uid for face in make_faces(10, yes=False)],
        user=None,
    )
    return tag
