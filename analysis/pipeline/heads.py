"""Reads attributes: from the backbone's own outputs, and by small nets on its features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.manifest import NetError, NetSpec, ReadingSpec
from analysis.pipeline.decoders import DECODERS
from analysis.pipeline.session import Session
from analysis.pipeline.types import Floats, Reading


class Heads:
    """All heads of a pipeline. Raises NetError if a declared decoder does not exist."""

    def __init__(self, backbone: NetSpec, heads: Sequence[tuple[Session, NetSpec]]) -> None:
        self._backbone = backbone
        self._heads = tuple(heads)
        for spec in (backbone, *(spec for _, spec in heads)):
            _check_decoders(spec)

    def read(self, features: Mapping[str, Floats]) -> list[dict[str, Reading]]:
        """Return the readings of each face by name."""
        count = len(next(iter(features.values())))
        readings: list[dict[str, Reading]] = [{} for _ in range(count)]
        _decode(self._backbone.readings, features, readings)
        for session, spec in self._heads:
            outputs = session.run({name: features[name] for name in spec.features})
            _decode(spec.readings, outputs, readings)
        return readings


def _decode(
    specs: Sequence[ReadingSpec],
    outputs: Mapping[str, Floats],
    readings: list[dict[str, Reading]],
) -> None:
    for spec in specs:
        decoded = DECODERS[spec.decoder](outputs[spec.output], spec.labels)
        for face, reading in zip(readings, decoded, strict=True):
            face[spec.name] = reading


def _check_decoders(spec: NetSpec) -> None:
    for reading in spec.readings:
        if reading.decoder not in DECODERS:
            raise NetError(
                "net_invalid",
                f"The net {spec.name} names the decoder {reading.decoder!r}; "
                f"there are {', '.join(DECODERS)}.",
            )
