from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import pytest

from search.export.zip_stream import ZippedFile, _entry, zip_pieces

AT = datetime(2026, 11, 21, 18, 30, 42, tzinfo=UTC)


def zipped(files: list[ZippedFile]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zip_pieces(files, at=AT))))


def test_files_come_out_as_they_went_in() -> None:
    files = [
        ZippedFile("2021/Mädchen am Meer.jpg.xmp", b"<x/>" * 1000),
        ZippedFile("empty.xmp", b""),
        ZippedFile("b.xmp", bytes(range(256))),
    ]

    archive = zipped(files)

    assert archive.testzip() is None
    assert [(one.filename, archive.read(one)) for one in archive.infolist()] == [
        (file.path, file.content) for file in files
    ]
    assert archive.infolist()[0].date_time == (2026, 11, 21, 18, 30, 42)


def test_no_files_are_an_empty_archive() -> None:
    assert zipped([]).namelist() == []


def test_more_files_than_a_small_archive_holds() -> None:
    archive = zipped([ZippedFile(f"{number}.xmp", b"x") for number in range(65_600)])

    assert len(archive.namelist()) == 65_600
    assert archive.read("65599.xmp") == b"x"


def test_a_file_beyond_four_gigabytes_is_found() -> None:
    about = b"\x14\x00" + b"\0" * 20

    entry = _entry(about, b"far.xmp", offset=5 * 2**30)

    assert entry.endswith(b"far.xmp\x01\x00\x08\x00" + (5 * 2**30).to_bytes(8, "little"))
    assert entry[42:46] == b"\xff\xff\xff\xff"


@pytest.mark.skipif(sys.platform != "linux", reason="needs ru_maxrss in kilobytes")
def test_memory_does_not_grow_with_files() -> None:
    program = (
        "import resource, datetime\n"
        "from search.export.zip_stream import ZippedFile, zip_pieces\n"
        "files = (ZippedFile(f'{n}.xmp', b'x' * 100) for n in range({count}))\n"
        "for piece in zip_pieces(files, at=datetime.datetime.now()): pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    few, many = (
        int(
            subprocess.run(
                [sys.executable, "-c", program.replace("{count}", count)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for count in ("5_000", "45_000")
    )

    assert many - few < 2_000
