from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.evaluation.subjects import Subject
from tests.pictures import new_png

SUBJECTS = (
    Subject("age", (), "ages", "a" * 64),
    Subject("age_group", ("child", "teen", "young_adult", "adult", "senior"), "ages", "a" * 64),
    Subject("gender", ("female", "male"), "genders", "b" * 64),
    Subject("ethnicity", ("asian", "black", "white"), "regions", "c" * 64),
)


@pytest.fixture
def subjects() -> tuple[Subject, ...]:
    return SUBJECTS


@pytest.fixture
def labelled_folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder with a labels.csv of the given lines and a picture for each named file."""

    def make(*lines: str, pictures: tuple[str, ...] = ("a.png", "b.png")) -> Path:
        folder = tmp_path / "faces"
        for name in pictures:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(new_png())
        (folder / "labels.csv").write_text("\n".join(lines) + "\n")
        return folder

    return make
