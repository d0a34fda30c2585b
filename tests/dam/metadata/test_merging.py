from __future__ import annotations

import pytest

from dam.metadata.facts import Region
from dam.metadata.merging import WRITTEN, Said, merge_xmp
from dam.metadata.packets import UnreadablePacket, read_xmp
from dam.metadata.regions import Stored, read_regions
from tests.dam.metadata.samples import DIGIKAM, LIGHTROOM

STORED = Stored(96, 64, 1)
NOTHING = Said(lists={}, regions=(), gone=frozenset())
FACE = Region("Zoe", 0.8, 0.8, 0.1, 0.1)
ZOE = Said(
    lists={
        "dc.subject": ("Sunglasses", "Zoe"),
        "lr.hierarchicalSubject": ("Facet|Glasses|Sunglasses",),
        "iptcExt.PersonInImage": ("Zoe",),
    },
    regions=(FACE,),
    gone=frozenset(),
)
# As darktable keeps its history, beside what no other program knows.
STRANGE = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:foo="http://foo.example/1/" xmlns:darktable="http://darktable.sf.net/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" foo:bar="1" darktable:xmp_version="5">
<darktable:history><rdf:Seq><rdf:li darktable:num="0" darktable:params="gz12"/></rdf:Seq>
</darktable:history>
<foo:deep><rdf:Seq><rdf:li rdf:parseType="Resource"><foo:a>1</foo:a></rdf:li></rdf:Seq></foo:deep>
<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Rex</mwg-rs:Name><mwg-rs:Type>Pet</mwg-rs:Type>
<mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:w="0.1" stArea:h="0.1"/>
<mwg-rs:Extensions rdf:parseType="Resource"><foo:breed>Pug</foo:breed></mwg-rs:Extensions></rdf:li>
</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def faces(packet: bytes) -> dict[str, Region]:
    return {region.name: region for region in read_regions(read_xmp(packet), STORED)}


@pytest.mark.parametrize("packet", [DIGIKAM, LIGHTROOM, STRANGE])
def test_what_others_wrote_is_still_there(packet: bytes) -> None:
    before = read_xmp(packet)

    after = read_xmp(merge_xmp(packet, ZOE, STORED))

    assert {path: texts for path, texts in after.items() if before.get(path) == texts} == {
        path: texts for path, texts in before.items() if path not in ZOE.lists
    }
    assert all(
        set(before.get(path, ())) <= set(after[path]) for path in ZOE.lists if path in before
    )


@pytest.mark.parametrize("packet", [DIGIKAM, LIGHTROOM, STRANGE])
def test_what_we_wrote_can_be_taken_away_again(packet: bytes) -> None:
    merged = merge_xmp(packet, ZOE, STORED)

    assert read_xmp(merge_xmp(merged, NOTHING, STORED)) == read_xmp(packet)


def test_merging_again_changes_no_byte() -> None:
    merged = merge_xmp(DIGIKAM, ZOE, STORED)

    assert merge_xmp(merged, ZOE, STORED) == merged


def test_a_keyword_that_was_there_before_us_stays_when_ours_goes() -> None:
    word = Said(lists={"dc.subject": ("Sunglasses",)}, regions=(), gone=frozenset())
    theirs = merge_xmp(STRANGE, word, STORED).replace(b"dc.subject=Sunglasses", b"something=else")

    assert read_xmp(merge_xmp(theirs, NOTHING, STORED))["dc.subject"] == ["Sunglasses"]


def test_a_region_of_another_program_keeps_its_place_and_gets_the_name() -> None:
    theirs = faces(DIGIKAM)
    name, place = next(iter(theirs.items()))
    ours = Region("Zoe", place.left, place.top, place.width, place.height)

    merged = merge_xmp(DIGIKAM, Said({}, (ours,), frozenset({name})), STORED)

    assert len(faces(merged)) == len(theirs)
    assert faces(merged)["Zoe"].left == pytest.approx(place.left)
    assert name not in faces(merged)


def test_a_name_that_we_gave_to_another_programs_region_is_taken_back() -> None:
    place = next(iter(faces(DIGIKAM).values()))
    named = Region("Zoe", place.left, place.top, place.width, place.height)
    merged = merge_xmp(DIGIKAM, Said({}, (named,), frozenset()), STORED)
    nameless = Region("", place.left, place.top, place.width, place.height)

    assert "Zoe" not in faces(merge_xmp(merged, Said({}, (nameless,), frozenset()), STORED))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_region_lies_where_the_face_does(orientation: int) -> None:
    stored = Stored(96, 64, orientation)

    (found,) = read_regions(read_xmp(merge_xmp(b"", ZOE, stored)), stored)

    assert found.overlap(FACE) > 0.99


def test_a_new_packet_tells_what_is_ours() -> None:
    assert "dc.subject=Sunglasses" in read_xmp(merge_xmp(b"", ZOE, STORED))[WRITTEN]


def test_a_broken_packet_is_not_replaced() -> None:
    with pytest.raises(UnreadablePacket):
        merge_xmp(b"<x:xmpmeta><rdf:RDF", ZOE, STORED)
