from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis.evaluation.report import write_accuracy
from analysis.manifest import MODELS_DIR
from tests.analysis.evaluation.samples import made_report
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def measured(settings, tmp_path: Path) -> None:
    shutil.copy(MODELS_DIR / "manifest.toml", tmp_path)
    write_accuracy(made_report(), tmp_path)
    settings.DAM_MODELS_DIR = tmp_path


def test_figures_fit_the_page(sign_in, measured):
    page = sign_in(viewport=PHONE)

    page.goto("/nets/")
    for summary in page.locator(".reading__more summary").all():
        summary.click()

    assert page.get_by_role("table", name="By gender × age group").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
