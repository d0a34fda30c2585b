"""What we say of a picture, put into XMP that other programs wrote, and taken out of it again.

What others wrote stays as it is: properties that nobody here knows, their keywords, their regions.
What we add is noted in a property of our own, `facet:Written`, so that the next merge takes away
exactly that. A packet tells by itself what is ours, whatever a database remembers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dam.metadata.facts import Region
from dam.metadata.packets import OWN_PREFIX, Kind, Property, edit_xmp, read_xmp, write_xmp
from dam.metadata.pairing import pair_regions
from dam.metadata.regions import (
    MP,
    MP_LIST,
    MWG,
    MWG_LIST,
    Properties,
    Stored,
    lay_down,
    marked_by_mp,
    marked_by_mwg,
    mp_entry,
    mp_head,
    mwg_entry,
    mwg_head,
    mwg_orientation,
)
from dam.metadata.xmp import OWN_ROOT

WRITTEN = f"{OWN_PREFIX}.Written"
LISTS = {
    "dc.subject": Kind.BAG,
    "lr.hierarchicalSubject": Kind.BAG,
    "digiKam.TagsList": Kind.SEQ,
    "iptcExt.PersonInImage": Kind.BAG,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What we say of a picture."""

    lists: Mapping[str, tuple[str, ...]]
    """Texts by the path of their list, one of LISTS."""
    regions: tuple[Region, ...]
    """Faces of the upright picture, with names."""
    gone: frozenset[str]
    """Names that the file had and that nobody has any more."""


@dataclass(slots=True)
class _Edit:
    """What is to be changed of a packet."""

    dropped: list[str] = field(default_factory=list)
    renumbered: dict[str, dict[int, int]] = field(default_factory=dict)
    added: list[Property] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def rename(self, path: str) -> str | None:
        if any(path == gone or path.startswith((f"{gone}/", f"{gone}[")) for gone in self.dropped):
            return None
        for array, numbers in self.renumbered.items():
            if found := re.match(re.escape(array) + r"\[(\d+)\]", path):
                number = numbers.get(int(found[1]))
                return None if number is None else f"{array}[{number}]{path[found.end() :]}"
        return path


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the two ways in which XMP marks faces."""

    root: str
    array: str
    name: str
    place: tuple[str, ...]
    marked: Callable[[Properties, Stored], Iterator[tuple[int, Region]]]
    head: Callable[[Stored], Iterator[Property]]
    entry: Callable[[int, str, Region], Iterator[Property]]

    def place_of(self, found: Properties, number: int) -> str:
        """Return where a region lies, in its own words."""
        paths = (f"{self.array}[{number}]/{part}" for part in self.place)
        return " ".join(text for path in paths for text in found.get(path, ()))


_AREA = "mwg-rs:Area/stArea:"
_WAYS = (
    _Way(
        MWG,
        MWG_LIST,
        "mwg-rs:Name",
        tuple(f"{_AREA}{side}" for side in "xywh"),
        marked_by_mwg,
        mwg_head,
        mwg_entry,
    ),
    _Way(
        MP,
        MP_LIST,
        "MPReg:PersonDisplayName",
        ("MPReg:Rectangle",),
        marked_by_mp,
        lambda _: mp_head(),
        mp_entry,
    ),
)


def merge_xmp(packet: bytes, said: Said, stored: Stored) -> bytes:
    """Return a packet with what we say now in place of what we said before.

    The same bytes where that changes nothing; `packet` may be empty. Raises UnreadablePacket.
    """
    found = read_xmp(packet) if packet else {}
    before = frozenset(found.get(WRITTEN, ()))
    edit = _Edit(dropped=[WRITTEN])
    for path, kind in LISTS.items():
        _merge_list(edit, path, kind, found=found, before=before, said=said)
    for way in _WAYS:
        _merge_regions(edit, way, found=found, before=before, said=said, stored=stored)
    if edit.written:
        edit.added.append(Property(WRITTEN, tuple(edit.written), Kind.BAG))
    if not packet:
        return write_xmp(edit.added)
    merged = edit_xmp(packet, rename=edit.rename, properties=edit.added)
    return packet if read_xmp(merged) == found else merged


def _merge_list(
    edit: _Edit,
    path: str,
    kind: Kind,
    *,
    found: Properties,
    before: frozenset[str],
    said: Said,
) -> None:
    ours = said.lists.get(path, ())
    theirs = [
        text
        for text in found.get(path, ())
        if f"{path}={text}" not in before
        and not _is_ours(text, path)
        and _leaf(text, path) not in said.gone
    ]
    new = [text for text in ours if text not in theirs]
    edit.written += [f"{path}={text}" for text in new]
    if [*theirs, *new] == list(found.get(path, ())):
        return
    edit.dropped.append(path)
    if theirs or new:
        edit.added.append(Property(path, (*theirs, *new), kind))


def _merge_regions(
    edit: _Edit,
    way: _Way,
    *,
    found: Properties,
    before: frozenset[str],
    said: Said,
    stored: Stored,
) -> None:
    count = sum(1 for path in found if re.fullmatch(re.escape(way.array) + r"\[\d+\]", path))
    kept = [
        number
        for number in range(1, count + 1)
        if f"{way.root}={way.place_of(found, number)}" not in before
    ]
    if not kept and not said.regions:
        if count:
            edit.dropped.append(way.root)
        return
    edit.renumbered[way.array] = {number: new for new, number in enumerate(kept, start=1)}
    if way.array not in found:
        edit.added += [one for one in way.head(stored) if one.path not in found]
    theirs = [one for one in way.marked(found, stored) if one[0] in kept]
    paired = pair_regions([region for _, region in theirs], said.regions)
    for index, (number, region) in enumerate(theirs):
        ours = said.regions[paired[index]].name if index in paired else ""
        _name(edit, way, number, region.name, ours, found=found, before=before, gone=said.gone)
    orientation = mwg_orientation(found, stored) if way.root == MWG else stored.orientation
    alone = [one for index, one in enumerate(said.regions) if index not in paired.values()]
    for new, region in enumerate(alone, start=len(kept) + 1):
        entry = list(way.entry(new, region.name, lay_down(region, orientation)))
        edit.added += entry
        edit.written.append(f"{way.root}={_place(entry, way, new)}")


def _name(
    edit: _Edit,
    way: _Way,
    number: int,
    name: str,
    ours: str,
    *,
    found: Properties,
    before: frozenset[str],
    gone: frozenset[str],
) -> None:
    """Give a region of somebody else the name that its face has here, or take ours back."""
    mark = f"{way.root}={way.place_of(found, number)}="
    is_from_us = f"{mark}{name}" in before
    if is_from_us and name == ours:
        edit.written.append(mark + ours)
        return
    if name == ours or not (ours or is_from_us or name in gone):
        return
    edit.dropped.append(f"{way.array}[{number}]/{way.name}")
    if ours:
        new = edit.renumbered[way.array][number]
        edit.added.append(Property(f"{way.array}[{new}]/{way.name}", (ours,)))
        edit.written.append(mark + ours)


def _place(entry: Sequence[Property], way: _Way, number: int) -> str:
    """Return where a new region lies, as `place_of` will read it."""
    texts = {one.path: list(one.texts) for one in entry}
    return way.place_of(texts, number)


def _is_ours(text: str, path: str) -> bool:
    """Tell whether a keyword is below our own root, whoever put it there."""
    sign = {"lr.hierarchicalSubject": "|", "digiKam.TagsList": "/"}.get(path)
    return sign is not None and text.partition(sign)[0] == OWN_ROOT


def _leaf(text: str, path: str) -> str:
    sign = {"lr.hierarchicalSubject": "|", "digiKam.TagsList": "/"}.get(path)
    return text if sign is None else text.rpartition(sign)[2]
