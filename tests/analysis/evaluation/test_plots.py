from __future__ import annotations

import subprocess
import sys

from django.conf import settings
from PIL import Image

from analysis.evaluation.plots import draw_plots
from tests.analysis.evaluation.samples import made_report


def test_each_reading_gets_the_plots_that_fit_it(tmp_path):
    names = draw_plots(made_report(), tmp_path)

    assert names == [
        "confusion_gender.png",
        "reliability_gender.png",
        "groups_gender.png",
        "groups_age.png",
    ]
    assert {path.name for path in tmp_path.iterdir()} == set(names)


def test_plots_are_pictures_with_something_on_them(tmp_path):
    for name in draw_plots(made_report(), tmp_path):
        with Image.open(tmp_path / name) as image:
            assert min(image.size) > 100
            assert len(image.convert("RGB").getcolors(10**6)) > 10


def test_the_same_report_gives_the_same_bytes(tmp_path):
    draw_plots(made_report(), tmp_path)
    before = (tmp_path / "groups_age.png").read_bytes()

    draw_plots(made_report(), tmp_path)

    assert (tmp_path / "groups_age.png").read_bytes() == before


def test_matplotlib_is_loaded_only_to_draw():
    code = "import sys, analysis.evaluation.plots; sys.exit('matplotlib' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR)

    assert done.returncode == 0
