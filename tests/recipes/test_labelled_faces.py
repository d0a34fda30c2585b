from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from analysis.manifest import MODELS_DIR
from tests.pictures import encoded, picture

sys.path.append(str(MODELS_DIR / "recipes"))

from face_groups import part_of
from labelled_faces import Pictures, read_samples


def write_set(folder: Path, name: str, text: str, **pictures: bytes) -> None:
    (folder / f"{name}.csv").write_text(text)
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as bundle:
        for file, data in pictures.items():
            bundle.writestr(file.replace("_jpg", ".jpg"), data)


def test_other_of_utkface_stands_for_either_of_two_classes(tmp_path: Path) -> None:
    write_set(tmp_path, "utk", "file,age,gender,race,glasses,hat,smile\na.jpg,31,male,other,1,,0\n")

    (sample,) = read_samples(tmp_path, "utk")

    assert sample.labels["ethnicity"] == "middle_eastern|latino_hispanic"


def test_what_nobody_looked_at_has_no_label(tmp_path: Path) -> None:
    write_set(tmp_path, "utk", "file,age,gender,race,glasses,hat,smile\na.jpg,31,male,other,1,,0\n")

    (sample,) = read_samples(tmp_path, "utk")

    assert "hat" not in sample.labels
    assert (sample.labels["glasses"], sample.labels["smile"]) == ("glasses", "none")


def test_beauty_is_rescaled_to_100(tmp_path: Path) -> None:
    write_set(tmp_path, "scut", "file,beauty_1_to_5\nAF1.jpg,3\n")

    assert float(read_samples(tmp_path, "scut")[0].labels["beauty"]) == 50


def test_crops_of_a_photo_belong_together(tmp_path: Path) -> None:
    rows = "".join(f"party_{number}.jpg,none,photo,1,2,3,4\n" for number in range(2))
    write_set(tmp_path, "masks", f"file,mask,source,left,top,width,height\n{rows}")

    assert [sample.person for sample in read_samples(tmp_path, "masks")] == ["party", "party"]


def test_tile_is_cut_out_of_its_sheet(tmp_path: Path) -> None:
    sheet = PillowImage.new("L", (96, 96), 0)
    sheet.paste(200, (48, 0, 96, 48))
    write_set(
        tmp_path,
        "fer",
        "sheet,row,column,emotion,split\ns.png,0,1,happy,train\n",
        **{"s.png": encoded(sheet)},
    )
    (sample,) = read_samples(tmp_path, "fer")

    tile = Pictures(tmp_path, "fer").read(sample)

    assert tile.shape == (48, 48, 3)
    assert tile.min() == 200


def test_pictures_are_blue_green_red(tmp_path: Path) -> None:
    write_set(
        tmp_path, "scut", "file,beauty_1_to_5\na.png,3\n", **{"a.png": encoded(picture(seed=0))}
    )

    pixels = Pictures(tmp_path, "scut").read(read_samples(tmp_path, "scut")[0])

    assert pixels[5, 5].tolist() == [40, 40, 200]


def test_part_is_drawn_by_the_group_alone() -> None:
    parts = [part_of(f"person {number}") for number in range(2000)]

    assert parts == [part_of(f"person {number}") for number in range(2000)]
    assert np.mean([part == "train" for part in parts]) == pytest.approx(0.7, abs=0.04)
    assert np.mean([part == "test" for part in parts]) == pytest.approx(0.15, abs=0.03)
