"""Marked regions in XMP: those of the Metadata Working Group (MWG-RS) and Microsoft's (MP).

Both are relative to the picture as it is stored, before its EXIF orientation is applied (MWG
Guidelines 2.0, "Image Regions"; digiKam, Lightroom, Immich and ExifTool do the same). Some programs
wrote them relative to the upright picture: where AppliedToDimensions are those of the upright
picture, and not of the stored one, the areas are taken for that. An MWG area is given by its
centre, an MP rectangle by its left upper corner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dam.metadata.facts import MOST_REGIONS, Region, line
from dam.metadata.packets import Kind, Property

Properties = Mapping[str, Sequence[str]]

MWG = "mwg-rs.Regions"
MP = "MP.RegionInfo"
MWG_LIST = f"{MWG}/mwg-rs:RegionList"
MP_LIST = f"{MP}/MPRI:Regions"
# What Windows and Picasa write where a face has no name.
_NAMELESS = frozenset({"ffffffffffffffff", "unknown", "untagged"})
# Smaller is no face, but how some programs mark that there is none.
SMALLEST_SIDE = 0.002
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture as it is stored: its sides in pixels, and the EXIF orientation to be applied."""

    width: int
    height: int
    orientation: int


def stored_picture(*, width: int, height: int, orientation: int) -> Stored:
    """Return how a picture is stored whose upright sides these are."""
    sides = (height, width) if orientation >= 5 else (width, height)
    return Stored(*sides, orientation)


def read_regions(found: Properties, stored: Stored) -> tuple[Region, ...]:
    """Return the faces that are marked in XMP, upright: MWG's, or MP's where there are none."""
    marked = list(marked_by_mwg(found, stored)) or list(marked_by_mp(found, stored))
    return tuple(region for _, region in marked[:MOST_REGIONS])


def write_regions(regions: Sequence[Region], stored: Stored) -> Iterator[Property]:
    """Yield upright regions as MWG and MP properties for a picture that is stored so."""
    if not regions:
        return
    laid = [(region.name, lay_down(region, stored.orientation)) for region in regions]
    yield from mwg_head(stored)
    for number, (name, box) in enumerate(laid, start=1):
        yield from mwg_entry(number, name, box)
    yield from mp_head()
    for number, (name, box) in enumerate(laid, start=1):
        yield from mp_entry(number, name, box)


def raise_up(region: Region, orientation: int) -> Region:
    """Return a region of the stored picture as one of the upright picture."""
    left, top, width, height = region.left, region.top, region.width, region.height
    right, bottom = 1 - left - width, 1 - top - height
    turned = {
        2: (right, top, width, height),
        3: (right, bottom, width, height),
        4: (left, bottom, width, height),
        5: (top, left, height, width),
        6: (bottom, left, height, width),
        7: (bottom, right, height, width),
        8: (top, right, height, width),
    }
    return Region(region.name, *turned.get(orientation, (left, top, width, height)))


def lay_down(region: Region, orientation: int) -> Region:
    """Return a region of the upright picture as one of the stored picture."""
    # All but the quarter turns are their own reverse.
    return raise_up(region, {6: 8, 8: 6}.get(orientation, orientation))


def marked_by_mwg(found: Properties, stored: Stored) -> Iterator[tuple[int, Region]]:
    """Yield MWG's faces, upright, with their numbers in the list."""
    full_width, full_height = _applied(found, stored)
    orientation = mwg_orientation(found, stored)
    for number in range(1, MOST_REGIONS + 1):
        base = f"{MWG_LIST}[{number}]"
        if base not in found:
            return
        kind = _text(found, f"{base}/mwg-rs:Type")
        area = f"{base}/mwg-rs:Area/stArea:"
        sides = [_number(found, area + side) for side in "xywh"]
        if kind.casefold() not in {"face", ""} or None in sides:
            continue
        x, y, width, height = (side or 0.0 for side in sides)
        if _text(found, f"{area}unit") == "pixel":
            x, width = x / full_width, width / full_width
            y, height = y / full_height, height / full_height
        name = _name(_text(found, f"{base}/mwg-rs:Name"))
        sides_of_box = (x - width / 2, y - height / 2, width, height)
        for region in _placed(name, sides_of_box, orientation):
            yield number, region


def marked_by_mp(found: Properties, stored: Stored) -> Iterator[tuple[int, Region]]:
    """Yield MP's faces, upright, with their numbers in the list."""
    for number in range(1, MOST_REGIONS + 1):
        base = f"{MP_LIST}[{number}]"
        if base not in found:
            return
        sides = _NUMBER.findall(_text(found, f"{base}/MPReg:Rectangle"))
        if len(sides) == 4:
            left, top, width, height = map(float, sides)
            name = _name(_text(found, f"{base}/MPReg:PersonDisplayName"))
            for region in _placed(name, (left, top, width, height), stored.orientation):
                yield number, region


def mwg_orientation(found: Properties, stored: Stored) -> int:
    """Return the orientation that turns a packet's MWG regions upright."""
    return 1 if _is_upright(*_applied(found, stored), stored) else stored.orientation


def mwg_head(stored: Stored) -> Iterator[Property]:
    """Yield what stands before MWG regions: the dimensions, and the list itself."""
    yield Property(MWG, kind=Kind.STRUCT)
    applied = f"{MWG}/mwg-rs:AppliedToDimensions"
    yield Property(applied, kind=Kind.STRUCT)
    for side, value in (("w", stored.width), ("h", stored.height), ("unit", "pixel")):
        yield Property(f"{applied}/stDim:{side}", (str(value),))
    yield Property(MWG_LIST, kind=Kind.BAG)


def mwg_entry(number: int, name: str, box: Region) -> Iterator[Property]:
    """Yield one MWG region, which lies as the picture is stored."""
    base = f"{MWG_LIST}[{number}]"
    yield Property(base, kind=Kind.STRUCT)
    if name:
        yield Property(f"{base}/mwg-rs:Name", (name,))
    yield Property(f"{base}/mwg-rs:Type", ("Face",))
    yield Property(f"{base}/mwg-rs:Area", kind=Kind.STRUCT)
    centre = (box.left + box.width / 2, box.top + box.height / 2, box.width, box.height)
    for side, share in zip("xywh", centre, strict=True):
        yield Property(f"{base}/mwg-rs:Area/stArea:{side}", (f"{share:.6f}",))
    yield Property(f"{base}/mwg-rs:Area/stArea:unit", ("normalized",))


def mp_head() -> Iterator[Property]:
    """Yield what stands before MP regions."""
    yield Property(MP, kind=Kind.STRUCT)
    yield Property(MP_LIST, kind=Kind.BAG)


def mp_entry(number: int, name: str, box: Region) -> Iterator[Property]:
    """Yield one MP region, which lies as the picture is stored."""
    base = f"{MP_LIST}[{number}]"
    yield Property(base, kind=Kind.STRUCT)
    sides = (box.left, box.top, box.width, box.height)
    yield Property(f"{base}/MPReg:Rectangle", (", ".join(f"{side:.6f}" for side in sides),))
    if name:
        yield Property(f"{base}/MPReg:PersonDisplayName", (name,))


def _applied(found: Properties, stored: Stored) -> tuple[float, float]:
    """Return the sides of the picture that MWG regions were made on."""
    applied = f"{MWG}/mwg-rs:AppliedToDimensions/stDim:"
    width = _number(found, f"{applied}w") or float(stored.width)
    height = _number(found, f"{applied}h") or float(stored.height)
    return width, height


def _placed(
    name: str, sides: tuple[float, float, float, float], orientation: int
) -> Iterator[Region]:
    """Yield an upright region, cut at the picture's borders, if it is within them."""
    left, top = max(sides[0], 0.0), max(sides[1], 0.0)
    right, bottom = min(sides[0] + sides[2], 1.0), min(sides[1] + sides[3], 1.0)
    # Also false for what is not a number.
    if right - left >= SMALLEST_SIDE and bottom - top >= SMALLEST_SIDE:
        yield raise_up(Region(name, left, top, right - left, bottom - top), orientation)


def _is_upright(width: float, height: float, stored: Stored) -> bool:
    """Tell whether these sides are those of the upright picture and not of the stored one."""
    if stored.orientation < 5 or width == height or stored.width == stored.height:
        return False
    # Of the same shape: the regions may have been made on a smaller copy.
    return (width > height) != (stored.width > stored.height)


def _name(text: str) -> str:
    name = line(text)
    return "" if name.casefold() in _NAMELESS else name


def _text(found: Properties, key: str) -> str:
    values = found.get(key)
    return values[0].strip() if values else ""


def _number(found: Properties, key: str) -> float | None:
    match = _NUMBER.fullmatch(_text(found, key).replace(",", "."))
    return float(match[0]) if match else None
