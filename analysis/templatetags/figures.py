"""Rows of tables of figures: the page of nets has four thousand cells."""

from __future__ import annotations

from html import escape

from django import template
from django.utils.safestring import SafeString

from analysis.evaluation.tables import Table

register = template.Library()


@register.simple_tag
def figure_rows(table: Table) -> SafeString:
    """Return the rows of a table; the first cells of each are its headings."""
    return SafeString("".join(f"<tr>{_cells(row, table.names)}</tr>" for row in table.rows))


def _cells(row: tuple[str, ...], names: int) -> str:
    heads = (f'<th scope="row">{escape(cell)}</th>' for cell in row[:names])
    return "".join((*heads, *(f"<td>{escape(cell)}</td>" for cell in row[names:])))
