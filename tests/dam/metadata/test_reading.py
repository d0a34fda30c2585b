from __future__ import annotations

import io
import json
import logging
from random import Random

import pytest
from PIL.PngImagePlugin import PngInfo

from dam.metadata.facts import Metadata, Region, from_json
from dam.metadata.reading import read_metadata
from tests.dam.metadata.samples import DIGIKAM, LIGHTROOM, WINDOWS, dataset, exif, jpeg
from tests.pictures import encoded, picture


def read(file: io.BytesIO, **given: object) -> Metadata:
    return read_metadata(file, **{"width": 96, "height": 64, **given})


class TestExif:
    def test_what_cameras_and_windows_write(self) -> None:
        tags = exif(
            {
                270: "At the sea",
                271: "NIKON CORPORATION",
                272: "NIKON D850",
                315: "Ada;Grace",
                33432: "© Ada\0".encode(),
                18246: 4,
                40091: "Sommer".encode("utf-16-le") + b"\0\0",
                40094: "sea;sun".encode("utf-16-le") + b"\0\0",
            },
            inner={36867: "2021:03:04 10:11:12", 36881: "+02:00"},
        )

        facts = read(jpeg(exif=tags))

        assert facts == Metadata(
            title="Sommer",
            description="At the sea",
            keywords=("sea", "sun"),
            creator=("Ada", "Grace"),
            copyright="© Ada",
            taken_at="2021-03-04T10:11:12+02:00",
            rating=4,
            camera="NIKON D850",
        )

    @pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "   \0"])
    def test_what_cameras_write_by_themselves_is_no_description(self, text: str) -> None:
        assert read(jpeg(exif=exif({270: text}))).description == ""

    @pytest.mark.parametrize("when", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday"])
    def test_no_time_is_no_time(self, when: str) -> None:
        assert read(jpeg(exif=exif({}, inner={36867: when}))).taken_at == ""

    def test_a_png_has_it_too(self) -> None:
        file = io.BytesIO(encoded(picture(), exif=exif({315: "Ada"})))

        assert read(file).creator == ("Ada",)


class TestIptc:
    def test_what_agencies_write(self) -> None:
        block = b"".join(
            dataset(number, value.encode())
            for number, value in (
                (5, "Tïtle"),
                (25, "one"),
                (25, "two"),
                (55, "20210304"),
                (60, "101112+0100"),
                (80, "Ada"),
                (90, "Köln"),
                (101, "Germany"),
                (116, "© Ada"),
                (120, "What is\nshown"),
            )
        )

        assert read(jpeg(iptc=block)) == Metadata(
            title="Tïtle",
            description="What is\nshown",
            keywords=("one", "two"),
            creator=("Ada",),
            copyright="© Ada",
            taken_at="2021-03-04T10:11:12+01:00",
            city="Köln",
            country="Germany",
        )

    def test_text_that_is_not_utf8_is_taken_for_latin(self) -> None:
        assert read(jpeg(iptc=dataset(90, "Köln".encode("latin-1")))).city == "Köln"


class TestXmp:
    def test_digikam(self) -> None:
        facts = read(jpeg(xmp=DIGIKAM))

        assert facts == Metadata(
            title="The admiral",
            keywords=("Grace Hopper", "Arlington"),
            taken_at="1983-06-01T10:20:30",
            rating=4,
            people=("Grace Hopper",),
            regions=(Region("Grace Hopper", *map(pytest.approx, (0.2, 0.1, 0.3, 0.4))),),
        )

    def test_lightroom(self) -> None:
        facts = read(jpeg(xmp=LIGHTROOM))

        assert facts == Metadata(
            description="Daguerreotype of the\ncountess",
            keywords=("Ada Lovelace", "portrait"),
            creator=("Antoine Claudet",),
            copyright="Public domain",
            taken_at="1843-07-10T09:00:00+00:00",
            city="London",
            country="United Kingdom",
            rating=5,
            people=("Ada Lovelace",),
            regions=(
                Region("Ada Lovelace", *map(pytest.approx, (0.4, 0.3, 0.16, 0.24))),
                Region("", *map(pytest.approx, (0.05, 0.05, 0.1, 0.1))),
            ),
        )

    def test_windows(self) -> None:
        facts = read(jpeg(xmp=WINDOWS))

        assert facts.regions == (Region("Alan Turing", 0.25, 0.125, 0.5, 0.25),)

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "JPEG"])
    def test_it_is_found_in_every_kind_of_file(self, kind: str) -> None:
        if kind == "TIFF":
            options: dict[str, object] = {"tiffinfo": {700: LIGHTROOM}}
        elif kind == "PNG":
            options = {"pnginfo": png_text("XML:com.adobe.xmp", LIGHTROOM.decode())}
        else:
            options = {"xmp": LIGHTROOM}

        facts = read(io.BytesIO(encoded(picture(), kind, **options)))

        assert facts.city == "London"

    def test_utf16_is_read(self) -> None:
        sidecar = b"\xff\xfe" + LIGHTROOM.decode().encode("utf-16-le")

        assert read(jpeg(), sidecar=sidecar).city == "London"

    def test_letters_that_xml_forbids_are_left_out(self) -> None:
        assert read(jpeg(), sidecar=LIGHTROOM.replace(b"London", b"Lon\0\x02don")).city == "London"


class TestWhoIsBelieved:
    def test_the_sidecar_first_and_exif_last(self) -> None:
        file = jpeg(
            exif=exif({315: "by exif", 33432: "by exif"}, inner={36867: "2001:01:01 01:01:01"}),
            iptc=dataset(80, b"by iptc") + dataset(116, b"by iptc") + dataset(5, b"by iptc"),
            xmp=LIGHTROOM,
        )

        facts = read(file, sidecar=DIGIKAM)

        assert (facts.title, facts.creator, facts.copyright, facts.taken_at) == (
            "The admiral",
            ("Antoine Claudet",),
            "Public domain",
            "1983-06-01T10:20:30",
        )

    def test_keywords_and_people_of_all_count(self) -> None:
        facts = read(jpeg(xmp=LIGHTROOM), sidecar=DIGIKAM)

        assert facts.keywords == ("Grace Hopper", "Arlington", "Ada Lovelace", "portrait")

    def test_the_pictures_own_orientation_counts(self) -> None:
        assert read(jpeg(exif=exif({274: 8})), sidecar=DIGIKAM).orientation == 8


class TestBadMetadata:
    @pytest.mark.parametrize(
        "sidecar",
        [
            b"\0" * 100,
            DIGIKAM[: len(DIGIKAM) // 2],
            DIGIKAM.replace(b"</rdf:li>", b"</rdf:lj>"),
            DIGIKAM.replace(b"<x:xmpmeta ", b"<!DOCTYPE a [<!ENTITY b 'c'>]><x:xmpmeta x='&b;' "),
            b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b"<a>" * 100_000 + b"</x:xmpmeta>",
            DIGIKAM.replace(b"The admiral", b"x" * 3_000_000),
            LIGHTROOM.replace(b"Ada", b"\xff\xfe\xfd"),
        ],
        ids=["zeros", "cut", "crossed", "entity", "deep", "huge", "bytes"],
    )
    def test_the_rest_is_read_and_nothing_reaches_stderr(
        self, sidecar: bytes, capfd: pytest.CaptureFixture[str]
    ) -> None:
        facts = read(jpeg(exif=exif({33432: "© Ada".encode()})), sidecar=sidecar)

        assert facts.copyright in {"© Ada", "Public domain"}
        assert foreign_lines(capfd) == []

    def test_it_is_logged_with_the_pictures_name(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            read(jpeg(), sidecar=b"<rdf:RDF>", of="sea.jpg")

        assert "sea.jpg" in caplog.text

    @pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of EXIF
    @pytest.mark.parametrize("seed", range(3))
    def test_any_byte_may_be_wrong(self, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
        random = Random(seed)
        block = dataset(5, b"title") + dataset(120, b"caption") + dataset(25, b"word")
        good = jpeg(
            exif=exif({270: "text", 271: "A", 272: "B"}, inner={36867: "2021:03:04 10:11:12"}),
            iptc=block,
            xmp=DIGIKAM,
        ).getvalue()
        for _ in range(150):
            bad, sidecar = bytearray(good), bytearray(random.choice((DIGIKAM, LIGHTROOM, WINDOWS)))
            for victim in (bad, sidecar):
                for _ in range(random.choice((1, 4, 30))):
                    victim[random.randrange(len(victim))] = random.randrange(256)

            facts = read(io.BytesIO(bad), sidecar=bytes(sidecar[: random.randrange(9000)]))

            assert from_json(json.loads(json.dumps(facts.to_json()))).title == facts.title
            assert "\0" not in json.dumps(facts.to_json(), ensure_ascii=False)
        assert foreign_lines(capfd) == []


def test_what_is_stored_is_read_as_it_was() -> None:
    facts = read(jpeg(xmp=LIGHTROOM))

    assert from_json(facts.to_json()).to_json() == facts.to_json()


def test_nothing_said_takes_no_room() -> None:
    assert read(jpeg()).to_json() == {"orientation": 1}


def png_text(key: str, text: str) -> PngInfo:
    info = PngInfo()
    info.add_itxt(key, text)
    return info


def foreign_lines(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was written to stderr besides our log."""
    return [line for line in capfd.readouterr().err.splitlines() if "dam.metadata" not in line]
