"""`[[facet]]` tables of the manifest: what people filter by. No Django, no nets."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What a person or a net says when a top probability is under the facet's `min_score`.
UNSURE = "unsure"
# Names that mean something else in query strings.
RESERVED_NAMES = frozenset(
    (
        *("asset", "before", "collection", "cursor", "embedding", "embedding_net", "exact"),
        *("export", "face", "faces", "folder", "format", "image", "landmarks", "like", "limit"),
        *("max_age", "max_faces", "max_quality", "max_score", "max_size", "min_age", "min_faces"),
        *("min_probability", "min_quality", "min_score", "min_similarity", "min_size", "order"),
        *("page", "page_size", "person", "q", "scope", "show", "since", "tag", "text", "unlike"),
        *("until", "unwanted", "upload"),
    )
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_VALUE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}", re.ASCII)
_KEYS = frozenset({"name", "label", "reading", "min_score", "labels", "bins"})
_BIN_KEYS = frozenset({"value", "label", "below"})


@dataclass(frozen=True, slots=True)
class ValueSpec:
    """A value of a facet. `below` is where its bin of a number ends, None for the last one."""

    name: str
    label: str
    below: float | None = None


@dataclass(frozen=True, slots=True)
class FacetSpec:
    """One `[[facet]]`: a reading of probabilities, or bins of a reading that is a number."""

    name: str
    label: str
    reading: str
    topic: str
    """What switches it off: its reading's topic."""
    values: tuple[ValueSpec, ...]
    min_score: float | None
    is_number: bool


def read_facets(
    tables: Sequence[Mapping[str, Any]],
    *,
    labels: Mapping[str, Sequence[str]],
    topics: Mapping[str, str],
) -> tuple[FacetSpec, ...]:
    """Read `[[facet]]` tables; raise ValueError that names the facet and what is wrong with it.

    `labels` has each declared reading's labels, none for a number; `topics` has its topic.
    """
    facets: list[FacetSpec] = []
    for table in tables:
        facet = _read_facet(table, labels=labels, topics=topics)
        if any(facet.name == other.name for other in facets):
            raise _problem(facet.name, "there are two of that name")
        facets.append(facet)
    return tuple(facets)


def default_label(name: str) -> str:
    """Return what people see of a name that has no label of its own."""
    return name.replace("_", " ").capitalize()


def _read_facet(
    table: Mapping[str, Any], *, labels: Mapping[str, Sequence[str]], topics: Mapping[str, str]
) -> FacetSpec:
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _problem(name, "its name is not made of a to z, 0 to 9 and _, with a letter first")
    if name in RESERVED_NAMES:
        raise _problem(name, "its name means something else in addresses")
    _check_keys(name, table, _KEYS, where="")
    for key in ("label", "reading"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise _problem(name, f"it has no {key}")
    reading = table["reading"]
    if reading not in labels:
        raise _problem(name, f"no net gives the reading {reading!r}")
    is_number = not labels[reading]
    values = (
        _read_bins(name, table, reading=reading)
        if is_number
        else _read_labels(name, table, known=labels[reading])
    )
    _check_values(name, values)
    return FacetSpec(
        name=name,
        label=table["label"],
        reading=reading,
        topic=topics[reading],
        values=values,
        min_score=None if is_number else _read_min_score(name, table),
        is_number=is_number,
    )


def _read_labels(
    name: str, table: Mapping[str, Any], *, known: Sequence[str]
) -> tuple[ValueSpec, ...]:
    if "bins" in table:
        raise _problem(name, "it has bins, but its reading is no number")
    shown = table.get("labels", {})
    if not isinstance(shown, Mapping):
        raise _problem(name, "its labels are not a table")
    for value, label in shown.items():
        if value not in known:
            raise _problem(name, f"it has a label for {value!r}, which its reading never is")
        if not isinstance(label, str) or not label:
            raise _problem(name, f"the label of {value!r} is not a text")
    return tuple(ValueSpec(value, shown.get(value) or default_label(value)) for value in known)


def _read_bins(name: str, table: Mapping[str, Any], *, reading: str) -> tuple[ValueSpec, ...]:
    bins = table.get("bins")
    if not isinstance(bins, list) or not bins:
        raise _problem(name, f"the reading {reading!r} is a number, so it needs bins")
    for key in ("min_score", "labels"):
        if key in table:
            raise _problem(name, f"it has {key}, but its reading is a number")
    values: list[ValueSpec] = []
    for index, one in enumerate(bins):
        _check_keys(name, one, _BIN_KEYS, where=f" in bin {index + 1}")
        value, label, below = one.get("value"), one.get("label"), one.get("below")
        if not isinstance(value, str):
            raise _problem(name, f"bin {index + 1} has no value")
        if label is not None and (not isinstance(label, str) or not label):
            raise _problem(name, f"the label of {value!r} is not a text")
        is_last = index == len(bins) - 1
        if is_last != (below is None):
            raise _problem(name, "all bins but the last one need `below`, and the last has none")
        if below is not None and not _is_number(below):
            raise _problem(name, f"`below` of {value!r} is not a number")
        if below is not None and values and below <= (values[-1].below or 0):
            raise _problem(name, f"its bins are out of order: {value!r} ends before it begins")
        values.append(
            ValueSpec(value, label or default_label(value), None if is_last else float(below))
        )
    return tuple(values)


def _read_min_score(name: str, table: Mapping[str, Any]) -> float | None:
    score = table.get("min_score")
    if score is None:
        return None
    if not _is_number(score) or not 0 <= score <= 1:
        raise _problem(name, "its min_score is not a number from 0 to 1")
    return float(score)


def _check_values(name: str, values: Sequence[ValueSpec]) -> None:
    names = [value.name for value in values]
    for value in names:
        if not _VALUE.fullmatch(value):
            raise _problem(
                name,
                f"the value {value!r} is not made of a to z, 0 to 9 and _: it cannot be in URLs",
            )
        if value == UNSURE:
            raise _problem(name, f"{UNSURE!r} is what a value under min_score is called")
        if names.count(value) > 1:
            raise _problem(name, f"it has the value {value!r} twice")


def _check_keys(name: str, table: object, known: Collection[str], *, where: str) -> None:
    if not isinstance(table, Mapping):
        raise _problem(name, f"it has something that is not a table{where}")
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise _problem(name, f"{', '.join(map(repr, unknown))}{where} is not known")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)


def _problem(name: object, what: str) -> ValueError:
    return ValueError(f"the facet {name!r}: {what}")
