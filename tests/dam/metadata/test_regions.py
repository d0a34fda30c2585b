from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from dam.imaging import TRANSPOSITIONS
from dam.metadata.facts import Region
from dam.metadata.packets import read_xmp, write_xmp
from dam.metadata.regions import (
    lay_down,
    raise_up,
    read_regions,
    stored_picture,
    write_regions,
)
from tests.dam.metadata.samples import DIGIKAM

ORIENTATIONS = range(1, 9)
GRACE = Region("Grace & “<Hopper>”", 0.2, 0.1, 0.3, 0.4)
NOBODY = Region("", 0.7, 0.5, 0.1, 0.2)


def close(regions: tuple[Region, ...]) -> list[tuple[object, ...]]:
    return [
        (one.name, *(round(side, 5) for side in (one.left, one.top, one.width, one.height)))
        for one in regions
    ]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_region_turns_as_the_pixels_do(orientation: int) -> None:
    stored = np.zeros((60, 100), np.uint8)
    stored[12:30, 20:50] = 255
    turn = TRANSPOSITIONS.get(orientation)
    upright = Image.fromarray(stored)
    upright = upright.transpose(turn) if turn is not None else upright

    region = raise_up(Region("", 0.2, 0.2, 0.3, 0.3), orientation)

    rows, columns = np.nonzero(np.asarray(upright))
    assert (region.left, region.top, region.width, region.height) == pytest.approx(
        (
            columns.min() / upright.width,
            rows.min() / upright.height,
            (np.ptp(columns) + 1) / upright.width,
            (np.ptp(rows) + 1) / upright.height,
        )
    )


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_laying_down_undoes_raising_up(orientation: int) -> None:
    assert close((lay_down(raise_up(GRACE, orientation), orientation),)) == close((GRACE,))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_what_is_written_is_read_back(orientation: int) -> None:
    stored = stored_picture(width=3000, height=4000, orientation=orientation)

    found = read_xmp(write_xmp(write_regions([GRACE, NOBODY], stored)))

    assert close(read_regions(found, stored)) == close((GRACE, NOBODY))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_microsofts_regions_are_written_alike(orientation: int) -> None:
    stored = stored_picture(width=3000, height=4000, orientation=orientation)
    found = read_xmp(write_xmp(write_regions([GRACE], stored)))

    only_mp = {key: values for key, values in found.items() if key.startswith("MP.")}

    assert close(read_regions(only_mp, stored)) == close((GRACE,))


def test_areas_are_of_the_stored_picture() -> None:
    upright = stored_picture(width=3096, height=4128, orientation=6)

    (region,) = read_regions(read_xmp(DIGIKAM), upright)

    # Turned right by a quarter: what was left is above now.
    assert close((region,)) == [("Grace Hopper", 0.5, 0.2, 0.4, 0.3)]


def test_areas_for_the_upright_picture_stay() -> None:
    packet = DIGIKAM.replace(b'w="4128" stDim:h="3096"', b'w="3096" stDim:h="4128"')
    upright = stored_picture(width=3096, height=4128, orientation=6)

    (region,) = read_regions(read_xmp(packet), upright)

    assert close((region,)) == [("Grace Hopper", 0.2, 0.1, 0.3, 0.4)]


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ('stArea:x="0.05" stArea:y="0.5" stArea:w="0.2" stArea:h="0.2"', (0.0, 0.4, 0.15, 0.2)),
        (
            'stArea:x="40" stArea:y="30" stArea:w="40" stArea:h="20" stArea:unit="pixel"',
            (0.2, 0.2, 0.4, 0.2),
        ),
    ],
    ids=["over the border", "pixels"],
)
def test_areas_are_cut_and_scaled(area: str, expected: tuple[float, ...]) -> None:
    (region,) = read_regions(
        read_xmp(one_region(area)), stored_picture(width=100, height=100, orientation=1)
    )

    assert close((region,)) == [("A", *expected)]


@pytest.mark.parametrize(
    "area",
    [
        'stArea:x="0.5" stArea:y="0.5" stArea:w="0" stArea:h="0"',
        'stArea:x="nan" stArea:y="0.5" stArea:w="0.1" stArea:h="0.1"',
        'stArea:x="5" stArea:y="5" stArea:w="0.1" stArea:h="0.1"',
        'stArea:x="0.5" stArea:w="0.1" stArea:h="0.1"',
        'stArea:x="1e999" stArea:y="0.5" stArea:w="1e999" stArea:h="0.1"',
    ],
)
def test_areas_that_cannot_be_are_left_out(area: str) -> None:
    stored = stored_picture(width=100, height=100, orientation=1)

    assert read_regions(read_xmp(one_region(area)), stored) == ()


def one_region(area: str) -> bytes:
    return f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
        xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
        xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#">
      <mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
        <rdf:li><rdf:Description mwg-rs:Name="A" mwg-rs:Type="Face">
          <mwg-rs:Area {area}/></rdf:Description></rdf:li>
      </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
      </rdf:Description></rdf:RDF>""".encode()
