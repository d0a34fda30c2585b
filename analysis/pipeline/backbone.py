"""The backbone: one pass over each face gives what the embedder and the heads read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.manifest import NetSpec
from analysis.pipeline.crops import Crops
from analysis.pipeline.feeding import to_batch
from analysis.pipeline.session import Session
from analysis.pipeline.types import Floats


class Backbone:
    """The backbone net over a batch of crops."""

    def __init__(self, session: Session, spec: NetSpec) -> None:
        if spec.input is None:
            raise ValueError(f"the backbone {spec.name} must be fed with pixels")
        self._session = session
        self._spec = spec.input

    def features(self, crops: Crops) -> dict[str, Floats]:
        """Return every output of the net, each with one row for each crop."""
        return self._session.run({self._spec.tensor: to_batch(crops.pixels, self._spec)})


def unit_length(embeddings: Floats) -> Floats:
    """Scale each row to length 1, so that an inner product is a cosine."""
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.asarray(embeddings / np.maximum(lengths, 1e-12), dtype=np.float32)


class Embedder:
    """The small net that makes embeddings of the backbone's features."""

    def __init__(self, session: Session, spec: NetSpec) -> None:
        self._session = session
        self._spec = spec

    def embed(self, features: Mapping[str, Floats]) -> Floats:
        """Return n × 1024 embeddings of unit length: their inner product is a cosine."""
        outputs = self._session.run({name: features[name] for name in self._spec.features})
        return unit_length(outputs["embedding"])
