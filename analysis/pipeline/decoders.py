"""Turns a net's output for a batch of faces into readings. A new kind of output is added here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from analysis.pipeline.types import Floats, Reading

# Takes n × k values and the k labels, returns n readings.
Decoder: TypeAlias = Callable[[Floats, Sequence[str]], list[Reading]]


def decode_probabilities(values: Floats, labels: Sequence[str]) -> list[Reading]:
    """Read n × k values that are the probabilities of k labels already."""
    return [
        {label: float(value) for label, value in zip(labels, row, strict=True)} for row in values
    ]


def decode_number(values: Floats, labels: Sequence[str]) -> list[Reading]:
    """Read n × 1 values as they are."""
    if labels:
        raise ValueError("a number has no labels")
    if values.shape[1:] != (1,):
        raise ValueError(f"one number for each face was expected, not {values.shape[1:]}")
    return [float(value) for value in values[:, 0]]


DECODERS: Mapping[str, Decoder] = MappingProxyType(
    {
        "probabilities": decode_probabilities,
        "number": decode_number,
    }
)
