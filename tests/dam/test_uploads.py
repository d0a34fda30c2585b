from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

MEGABYTE = 10**6


@pytest.fixture(autouse=True)
def _large_files_go_to_disk(settings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.DAM_MAX_UPLOAD_BYTES = 3 * MEGABYTE


def sent(size_bytes: int) -> UploadedFile:
    content = bytes(range(256)) * (size_bytes // 256) + bytes(size_bytes % 256)
    request: HttpRequest = RequestFactory().post("/", {"file": SimpleUploadedFile("a", content)})
    return request.FILES["file"]


def test_a_file_within_the_limit_is_kept_whole():
    with sent(3 * MEGABYTE) as file:
        assert len(file.read()) == file.size == 3 * MEGABYTE


def test_of_a_file_over_the_limit_only_one_byte_more_is_kept(tmp_path):
    with sent(5 * MEGABYTE) as file:
        assert file.size == 3 * MEGABYTE + 1
        assert [path.stat().st_size for path in tmp_path.iterdir()] == [3 * MEGABYTE + 1]
