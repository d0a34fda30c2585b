from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis.evaluation.report import write_accuracy
from analysis.manifest import MODELS_DIR
from tests.analysis.evaluation.samples import made_report


@pytest.fixture
def models_dir(settings, tmp_path: Path) -> Path:
    """A folder with the real manifest and nothing else."""
    shutil.copy(MODELS_DIR / "manifest.toml", tmp_path)
    settings.DAM_MODELS_DIR = tmp_path
    return tmp_path


@pytest.fixture
def measured(models_dir: Path) -> Path:
    """Figures of gender and age, measured with other nets than those of the manifest."""
    write_accuracy(made_report(), models_dir)
    return models_dir
