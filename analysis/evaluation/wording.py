"""Figures in words, for Markdown and pages alike. No Django."""

from __future__ import annotations

from collections.abc import Callable

from analysis.evaluation.figures import Estimate

NOTHING = "–"


def percent(estimate: Estimate | None) -> str:
    """Return a share such as "97.5 % (96.1–98.4)"."""
    if estimate is None:
        return NOTHING
    value, low, high = (100 * part for part in (estimate.value, estimate.low, estimate.high))
    return f"{value:.1f} % ({low:.1f}–{high:.1f})"


def fraction(estimate: Estimate | None) -> str:
    """Return a figure of at most 1 such as ".013 (.009–.020)"."""
    return _with_interval(estimate, lambda value: f"{value:.3f}".replace("0.", ".", 1))


def number(estimate: Estimate | None) -> str:
    """Return a figure such as "3.94 (3.80–4.08)"; below zero with "to" between the ends."""
    return _with_interval(estimate, lambda value: f"{value:.2f}")


def _with_interval(estimate: Estimate | None, write: Callable[[float], str]) -> str:
    if estimate is None:
        return NOTHING
    between = " to " if estimate.low < 0 else "–"
    low, high = write(estimate.low), write(estimate.high)
    return f"{write(estimate.value)} ({low}{between}{high})".replace("-", "−")
