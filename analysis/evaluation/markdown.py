"""Writes a report as Markdown: short tables, and links to the plots. No Django."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.evaluation.report import Pictures, ReadingReport, Report
from analysis.evaluation.tables import Table, group_table, label_tables, overview

NAMED = 20


def render_report(report: Report, *, plots: Sequence[str]) -> str:
    """Return the report; `plots` names the files beside it that exist."""
    summary = (
        f"Measured on {report.measured_on} with the pipeline {report.pipeline_version} on "
        f"{', '.join(report.folders)}. In brackets: 95 % intervals (Wilson's for shares, else "
        "bootstrapped). A label of several classes is met by any of them."
    )
    parts = ["# Accuracy of the readings", summary, _pictures(report.pictures)]
    for reading in report.readings:
        parts += _reading(reading, plots)
    return "\n\n".join(parts) + "\n"


def _pictures(pictures: Pictures) -> str:
    found = (
        f"{pictures.measured_faces} of {pictures.labelled_faces} labelled faces in "
        f"{pictures.pictures} pictures were found and measured."
    )
    lines = []
    lists = (
        ("Pictures without a face", pictures.no_face),
        ("Pictures in which no face is where a labelled one is", pictures.not_found),
        ("Files that are no pictures", pictures.unreadable),
    )
    for title, names in lists:
        if names:
            more = ", …" if len(names) > NAMED else ""
            lines.append(f"- {title}: {len(names)} ({', '.join(names[:NAMED])}{more})")
    return "\n".join([found, "", *lines]).strip()


def _reading(reading: ReadingReport, plots: Sequence[str]) -> list[str]:
    tables = [overview(reading)]
    if reading.classes is not None:
        tables += label_tables(reading.classes)
    tables += [group_table(grouping) for grouping in reading.groupings]
    parts = [f"## {reading.reading}", f"Net `{reading.net}`, {reading.net_sha256[:12]}."]
    parts += [part for table in tables for part in _table(table)]
    for kind in ("confusion", "reliability", "groups"):
        name = f"{kind}_{reading.reading}.png"
        if name in plots:
            parts.append(f"![{kind.capitalize()} of {reading.reading}]({name})")
    return parts


def _table(table: Table) -> list[str]:
    parts = [f"**{table.title}**"]
    if table.rows:
        lines = [table.head, ("---",) * len(table.head), *table.rows]
        parts.append("\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines))
    if table.note:
        parts.append(_escaped(table.note))
    return parts


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")
