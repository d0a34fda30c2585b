"""Writes the cards of the heads into `docs/nets.md`, from the manifest and a report.

    python models/recipes/write_cards.py REPORT

REPORT is the folder that `manage.py evaluate_nets --report` wrote for our own held-out faces. What
stands between the two marks in docs/nets.md is replaced; the whole report and its plots go to
docs/accuracy/.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis.evaluation.report import ReadingReport, read_report
from analysis.evaluation.tables import Table, group_table, label_tables, overview
from analysis.manifest import NetSpec, ReadingSpec, load_manifest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, REPORT = DOCS / "nets.md", DOCS / "accuracy"
BEGIN, END = "<!-- cards: begin -->", "<!-- cards: end -->"
PLOTS = {"reliability": "Reliability diagram", "groups": "Groups"}


def render_card(net: NetSpec, spec: ReadingSpec, report: ReadingReport, plots: list[str]) -> str:
    """Return a head's card: what it says, data and terms, accuracy, groups, failures."""
    size = net.path.stat().st_size / 1e6
    facts = [
        f"- **What it says:** {spec.about}",
        f"- **Data and terms:** {net.source}. {net.licence}.",
        f"- **Known failures:** {spec.known_failures}",
        f"- **Net:** `{net.path.name}`, {size:.2f} MB, made by `{net.recipe}`.",
    ]
    tables = [overview(report)]
    if report.classes is not None:
        tables += label_tables(report.classes)
    # Crosses of groups are long: they are in the report.
    groups = [group_table(one) for one in report.groupings if len(one.by) == 1]
    hidden = "\n\n".join(
        ["<details><summary>By group</summary>", *map(_table, groups), "</details>"]
    )
    pictures = [
        f"![{PLOTS[plot.partition('_')[0]]} of {spec.name}](accuracy/{plot})" for plot in plots
    ]
    parts = [f"### {spec.name}", "\n".join(facts), *map(_table, tables), *pictures, hidden]
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    if not table.rows:
        return f"**{table.title}:** {table.note}" if table.note else f"**{table.title}:** –"
    parts = [f"**{table.title}**", _grid(table.head, table.rows)]
    return "\n\n".join([*parts, table.note] if table.note else parts)


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("*", r"\*") for cell in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head)), *map(line, rows)])


def write_cards(folder: Path) -> int:
    """Replace the cards; return how many there are."""
    report = read_report(folder / "report.json")
    found = {reading.reading: reading for reading in report.readings}
    cards = []
    for net in load_manifest().nets:
        for spec in net.readings:
            if spec.name in found:
                plots = [f"{kind}_{spec.name}.png" for kind in PLOTS]
                plots = [plot for plot in plots if (folder / plot).exists()]
                cards.append(render_card(net, spec, found[spec.name], plots))
    REPORT.mkdir(exist_ok=True)
    for path in (folder / "report.md", *folder.glob("*.png")):
        shutil.copyfile(path, REPORT / path.name)
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    inside = "\n\n".join(cards)
    PAGE.write_text(f"{before}{BEGIN}\n\n{inside}\n\n{END}{after}", encoding="utf-8")
    return len(cards)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=Path, help="the folder that evaluate_nets wrote")
    print(f"{PAGE}: {write_cards(parser.parse_args().report)} cards")


if __name__ == "__main__":
    main()
