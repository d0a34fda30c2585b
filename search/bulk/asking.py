"""What somebody asks for: which action, and on which faces or photos."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analysis.models import Face
from dam.errors import DamError
from dam.models import Asset
from search.bulk.actions import Action, Unit
from search.bulk.collection_actions import AddToCollection, RemoveFromCollection
from search.bulk.errors import InvalidArguments, UnknownUids
from search.bulk.photo_actions import Analyze, Delete
from search.bulk.selections import Selection
from search.bulk.tag_actions import ClearCorrection, CorrectTag
from search.matching import find_matches
from search.query import FaceQuery, Show

ACTIONS: Mapping[str, type[Action]] = {
    str(action.kind): action
    for action in (
        CorrectTag,
        ClearCorrection,
        AddToCollection,
        RemoveFromCollection,
        Analyze,
        Delete,
    )
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The faces or photos that an action is to change, as they are found now."""

    ids: NDArray[np.int64]
    """Of faces or assets, whichever the action changes; rising, each once."""
    words: str
    """What was asked for."""
    query: str = ""
    """The query string that asked for it; empty for all, and for a list of uids."""


def argument_names(kind: str) -> list[str]:
    """Return the names of the arguments that an action needs."""
    return [field.name for field in fields(ACTIONS[kind])]  # type: ignore[arg-type]


def read_action(kind: str, arguments: Mapping[str, object]) -> Action:
    """Return an action that can be done; raise InvalidArguments with all that is wrong.

    Its fields are "action", or the names of arguments.
    """
    if kind not in ACTIONS:
        message = f"“{kind}” is not one of {', '.join(ACTIONS)}."
        raise InvalidArguments({"action": [message]})
    wanted = argument_names(kind)
    problems = {
        name: ["This action needs it: a text."]
        for name in wanted
        if not isinstance(arguments.get(name), str) or not arguments[name]
    }
    problems |= {name: ["This action has no such argument."] for name in {*arguments} - {*wanted}}
    if problems:
        raise InvalidArguments(problems)
    try:
        return ACTIONS[kind](**arguments).checked()
    except DamError as error:
        raise InvalidArguments(error.fields or {wanted[0]: [error.message]}) from error


def choose_by_query(query: FaceQuery, unit: Unit) -> Choice:
    """Return all faces that a query finds, or their photos."""
    matches = find_matches(query)
    ids = matches.face_ids() if unit is Unit.FACES else matches.asset_ids()
    conditions = [f"{one.label}: {one.text}" for one in query.describe()]
    words = ", ".join(conditions) or f"all {unit}"
    return Choice(ids=np.unique(ids), words=words, query=query.to_params().urlencode())


def choose_by_uid(
    *, faces: Collection[UUID] = (), assets: Collection[UUID] = (), unit: Unit
) -> Choice:
    """Return the faces or photos that were named.

    Where the other kind is needed these are the photos of the faces, or the faces of the photos.
    Raises UnknownUids with all that are not there.
    """
    present = Face.objects.present()
    known_faces = present.filter(uid__in=faces).values_list("uid", "pk", "asset_id")
    known_assets = Asset.objects.filter(uid__in=assets).values_list("uid", "pk")
    problems = _missing("faces", faces, {row[0] for row in known_faces})
    problems |= _missing("assets", assets, {row[0] for row in known_assets})
    if problems:
        raise UnknownUids(problems)
    asset_ids = [row[1] for row in known_assets]
    if unit is Unit.PHOTOS:
        ids = [*asset_ids, *(row[2] for row in known_faces)]
    else:
        of_assets = present.filter(asset__in=asset_ids).order_by().values_list("pk", flat=True)
        ids = [*of_assets, *(row[1] for row in known_faces)]
    named = [(len(set(faces)), "face"), (len(set(assets)), "photo")]
    words = " and ".join(f"{number} {noun}{'s'[: number != 1]}" for number, noun in named if number)
    return Choice(ids=np.unique(np.array(ids, np.int64)), words=f"{words} by name")


def choose_by_hand(selection: Selection, unit: Unit) -> Choice:
    """Return those of some selected faces or photos that are still there."""
    uids = selection.uids
    faces = Face.objects.present()
    faces = faces.filter(uid__in=uids if selection.show is Show.FACES else ())
    assets = Asset.objects.filter(uid__in=uids if selection.show is Show.PHOTOS else ())
    choice = choose_by_uid(
        faces=faces.values_list("uid", flat=True),
        assets=assets.values_list("uid", flat=True),
        unit=unit,
    )
    return replace(choice, words="hand")


def _missing(name: str, wanted: Collection[UUID], known: set[UUID]) -> dict[str, list[str]]:
    missing: Sequence[UUID] = sorted(set(wanted) - known)
    return {name: [f"There is no {uid}." for uid in missing]} if missing else {}
