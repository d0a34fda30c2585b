"""Turns frozen dataclasses into plain values for JSON, and back."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
DECIMALS = 4


def to_plain(value: object) -> Any:
    """Return a dataclass as mappings, lists, text, numbers and None; fractions to 4 decimals."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: to_plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return round(value, DECIMALS) if isinstance(value, float) else value


def from_plain(kind: type[T], value: Any) -> T:
    """Return what `to_plain` was given; raise ValueError if the value has not that shape."""
    made: T = _read(kind, value, kind.__name__)
    return made


def _read(kind: Any, value: Any, place: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (kind,) = (one for one in arguments if one is not type(None))
        return _read(kind, value, place)
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, value, place)
    if origin is tuple and isinstance(value, list):
        return tuple(_read(arguments[0], item, f"{place}[]") for item in value)
    if kind is float and type(value) is int:
        return float(value)
    if origin is None and type(value) is kind:
        return value
    raise ValueError(f"{place} is not {kind}")


def _read_dataclass(kind: Any, value: Any, place: str) -> Any:
    hints = get_type_hints(kind)
    if not isinstance(value, dict) or value.keys() != hints.keys():
        raise ValueError(f"{place} has not the fields {', '.join(hints)}")
    return kind(**{name: _read(hints[name], value[name], f"{place}.{name}") for name in hints})
