"""With real faces and real labels: does a handful of examples teach a tag?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from django.conf import settings

DATA = Path(os.environ.get("FACET_DATA") or "/nonexistent")
MOST_PICTURES = 640


@pytest.mark.nets
@pytest.mark.timeout(1800)
@pytest.mark.skipif(
    not (DATA / "lfw_attributes.zip").exists(),
    reason="FACET_DATA names no folder with lfw_attributes.zip",
)
def test_fifty_examples_teach_eyewear(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(settings.BASE_DIR / "bench"), *sys.path])
    from custom_tags import draw_and_judge, read_labelled

    labelled = read_labelled(DATA, most=MOST_PICTURES)

    areas = draw_and_judge(labelled, "glasses", examples=50, draws=10)

    assert areas.mean() >= 0.95, areas
