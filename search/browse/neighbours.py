"""What is before and after a photo, or a face, in the list that a query gives.

The parameter `list` of a photo's page is the query string of the page that showed it. It stands for
what is found now: a photo that is found no more, because somebody corrected it meanwhile, still has
its place among the others.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

import numpy as np
from django.http import QueryDict

from analysis.models import Face
from analysis.neighbours import Neighbours, photo_address
from dam.models import Asset
from search.browse.addresses import browse_address
from search.matching import Matches, find_matches
from search.matching.ordering import NUMBERS, Keyed, keyed_photos
from search.paging import Page, cursors_around, page_of_faces, page_of_photos
from search.query import FaceQuery, InvalidQuery, Order, Show


@lru_cache(maxsize=64)
def list_of(query: FaceQuery) -> str:
    """Return a query as a photo's page names it in `list`; "" for all photos, the newest first."""
    params = query.to_params()
    if query.show is Show.PHOTOS and len(params) == 1:
        return ""
    params["show"] = str(query.show)
    text: str = params.urlencode()
    return text


def find_neighbours(asset: Asset, face: UUID | None, listed: str) -> Neighbours | None:
    """Return what is around a photo, or around a face of it, in a list; None if it is no query."""
    try:
        query = FaceQuery.from_params(QueryDict(listed))
    except InvalidQuery:
        return None
    matches = find_matches(query)
    if query.show is Show.PHOTOS:
        after, before = _pages(matches, _photo_place(matches, asset))
        return _answer(query, before=_photo(before, listed), after=_photo(after, listed))
    known = _face_of(asset, face)
    if known is None:
        return _answer(query, before=None, after=None)
    after, before = _pages(matches, _face_place(matches, known))
    return _answer(query, before=_face(before, listed), after=_face(after, listed))


def _answer(query: FaceQuery, *, before: str | None, after: str | None) -> Neighbours:
    return Neighbours(previous=before, next=after, back=browse_address(query))


def _pages(matches: Matches, place: Keyed) -> tuple[Page, Page]:
    pages = page_of_photos if matches.query.show is Show.PHOTOS else page_of_faces
    after, before = cursors_around(place, matches.query.order)
    return pages(matches, limit=1, cursor=after), pages(matches, limit=1, cursor=before)


def _photo_place(matches: Matches, asset: Asset) -> Keyed:
    order = matches.query.order
    for part in matches.parts if order in NUMBERS else ():
        keyed = keyed_photos(part, order)
        found = keyed[keyed.ids == asset.pk]
        if len(found):
            return found
    if order not in NUMBERS:
        return _keyed(asset.pk, asset.pk if order is Order.OLDEST else -asset.pk, 0)
    numbers = [_number(face, order) for face in Face.objects.present().filter(asset=asset)]
    return _keyed(asset.pk, np.float32(-max(numbers, default=-1.0)), -asset.pk)


def _face_place(matches: Matches, face: Face) -> Keyed:
    order = matches.query.order
    if order in NUMBERS:
        return _keyed(face.pk, np.float32(-_number(face, order)), -face.pk)
    first = face.asset_id if order is Order.OLDEST else -face.asset_id
    return _keyed(face.pk, first, face.position)


def _number(face: Face, order: Order) -> float:
    if order is Order.QUALITY:
        return float(face.quality_score)
    return float(min(face.width, face.height))


def _keyed(row: int, first: float | np.float32, second: int) -> Keyed:
    return Keyed(np.array([row]), np.array([first]), np.array([second]))


def _face_of(asset: Asset, uid: UUID | None) -> Face | None:
    faces = Face.objects.present().filter(asset=asset).defer("embedding", "landmarks", "readings")
    chosen: Face | None = (
        faces.filter(uid=uid).first() if uid else faces.order_by("position").first()
    )
    return chosen


def _photo(page: Page, listed: str) -> str | None:
    asset = Asset.objects.filter(pk__in=page.ids).first()
    return photo_address(asset.uid, listed=listed) if asset else None


def _face(page: Page, listed: str) -> str | None:
    face = Face.objects.present().select_related("asset").filter(pk__in=page.ids).first()
    if face is None:
        return None
    return photo_address(face.asset.uid, face=face.uid, listed=listed)
