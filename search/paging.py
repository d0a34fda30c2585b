"""Cuts a list of faces into pages, by the place where one ends, so that new faces shift nothing."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Literal

from django.db.models import FloatField, Q, QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from analysis.models import Face
from dam.pagination import NewestFirst
from search.query import InvalidQuery

Side = Literal["a", "b"]

# After or before, and the two values of the face there by which the list is sorted.
_CURSOR = re.compile(r"([ab])(\d{1,18})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FacePage:
    """Some faces in order, and the cursors of the pages after and before them."""

    faces: tuple[Face, ...]
    next_cursor: str | None
    previous_cursor: str | None


def cut_page(faces: QuerySet[Face], *, limit: int, cursor: str | None = None) -> FacePage:
    """Return the first of some faces, or those at a cursor; raises InvalidQuery for a wrong cursor.

    The faces must be sorted by two fields that together differ for any two of them.
    """
    first, second = faces.query.order_by
    side: Side = "a"
    if cursor is not None:
        side, *place = _parse(cursor, first)
        turned = (first, second) if side == "a" else (_turned(first), _turned(second))
        faces = faces.filter(_beyond(turned, place)).order_by(*turned)
    rows = list(faces[: limit + 1])
    shown, is_more = rows[:limit], len(rows) > limit
    if side == "b":
        shown.reverse()
    goes_on, goes_back = (is_more, cursor is not None) if side == "a" else (True, is_more)
    return FacePage(
        faces=tuple(shown),
        next_cursor=_cursor("a", shown[-1], first, second) if shown and goes_on else None,
        previous_cursor=_cursor("b", shown[0], first, second) if shown and goes_back else None,
    )


def _beyond(names: tuple[str, str], place: list[float]) -> Q:
    """Return the condition that a face comes after a place in this order."""
    first, second = names
    same = Q(**{first.lstrip("-"): place[0]})
    return Q(**_after(first, place[0])) | same & Q(**_after(second, place[1]))


def _after(name: str, value: float) -> dict[str, float]:
    return {f"{name[1:]}__lt": value} if name.startswith("-") else {f"{name}__gt": value}


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _is_real(name: str) -> bool:
    return isinstance(Face._meta.get_field(name.lstrip("-")), FloatField)


def _cursor(side: Side, face: Face, first: str, second: str) -> str:
    place = face.serializable_value(first.lstrip("-"))
    if _is_real(first):
        # Its four bytes: compared to a rounded value, the face itself would come again.
        (place,) = struct.unpack(">I", struct.pack(">f", place))
    return f"{side}{place}-{face.serializable_value(second.lstrip('-'))}"


def _parse(cursor: str, first: str) -> tuple[Side, float, int]:
    wrong = InvalidQuery({"cursor": ["This is not a place in this list."]})
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise wrong
    place: float = int(match[2])
    if _is_real(first):
        try:
            (place,) = struct.unpack(">f", struct.pack(">I", place))
        except struct.error as error:
            raise wrong from error
    return "a" if match[1] == "a" else "b", place, int(match[3])


class FacePages(NewestFirst):
    """Pages of a REST list of faces, whatever its order."""

    def paginate_queryset(
        self,
        queryset: QuerySet[Face],
        request: Request,
        view: object = None,  # noqa: ARG002
    ) -> list[Face]:
        self.base_url = request.build_absolute_uri()
        cursor = request.query_params.get(self.cursor_query_param) or None
        self.face_page = cut_page(queryset, limit=self.get_page_size(request), cursor=cursor)
        return list(self.face_page.faces)

    def get_next_link(self) -> str | None:
        return self._address(self.face_page.next_cursor)

    def get_previous_link(self) -> str | None:
        return self._address(self.face_page.previous_cursor)

    def _address(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        address: str = replace_query_param(self.base_url, self.cursor_query_param, cursor)
        return address
