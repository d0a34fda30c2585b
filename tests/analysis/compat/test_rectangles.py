from __future__ import annotations

from analysis.compat.rectangles import Rectangle, rectangle
from analysis.pipeline.types import Box


def test_edges_are_rounded():
    found = rectangle(Box(10.4, 20.5, 30.2, 40.0), width=100, height=100)

    assert found == Rectangle(left=10, top=21, width=31, height=40)
    assert (found.right, found.bottom) == (41, 61)


def test_box_that_reaches_over_the_edge_is_cut_off():
    found = rectangle(Box(-5.0, 90.0, 200.0, 30.0), width=100, height=110)

    assert found == Rectangle(left=0, top=90, width=100, height=20)


def test_box_beside_the_picture_is_empty():
    assert rectangle(Box(-50.0, 0.0, 20.0, 30.0), width=100, height=100).width == 0
