from __future__ import annotations

from pathlib import Path

from django.templatetags.static import static
from django.test import Client

from dam.static_version import static_version


def test_static_files_are_kept_for_ever(client: Client):
    answer = client.get(static("dam/css/base.css"))

    assert b"".join(answer)
    assert "immutable" in answer["Cache-Control"]


def test_the_version_changes_with_a_file_and_with_its_name(tmp_path: Path):
    file = tmp_path / "css" / "base.css"
    file.parent.mkdir()
    file.write_text("a {}")
    first = static_version(tmp_path)

    file.write_text("b {}")
    second = static_version(tmp_path)
    file.rename(tmp_path / "css" / "other.css")

    assert len({first, second, static_version(tmp_path)}) == 3
