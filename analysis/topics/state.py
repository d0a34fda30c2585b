"""Which readings are made of faces, and how many faces have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from analysis.facet_specs import default_label
from analysis.nets import full_manifest

# What not everybody may or wants to read of people.
SENSITIVE = ("ethnicity", "gender", "age", "beauty")


@dataclass(frozen=True, slots=True)
class Topic:
    """What can be switched off at once."""

    name: str
    label: str
    facets: tuple[str, ...]
    """What people filter by, in their words."""
    is_on: bool
    is_sensitive: bool
    faces: int | None
    """How many have a reading of it; None where nobody counted."""


def list_topics(*, counted: bool) -> list[Topic]:
    """Return all topics, the sensitive ones first; raise NetsUnusable.

    `counted` reads all faces once, which takes seconds where there are a million.
    """
    manifest = full_manifest()
    readings: dict[str, list[str]] = {}
    for spec in (one for net in manifest.nets for one in net.readings):
        readings.setdefault(spec.topic, []).append(spec.name)
    faces = _count_faces(readings) if counted else {}
    found = [
        Topic(
            name,
            default_label(name),
            tuple(facet.label for facet in manifest.facets if facet.topic == name),
            is_on=name not in settings.DAM_READINGS_OFF,
            is_sensitive=name in SENSITIVE,
            faces=faces.get(name),
        )
        for name in manifest.topics
    ]
    return sorted(found, key=lambda topic: not topic.is_sensitive)


def _count_faces(readings: Mapping[str, list[str]]) -> dict[str, int]:
    """Count the faces that have a reading of each topic, retired ones too, in one pass.

    The names are taken out first: each look at a face's readings would read all of them anew.
    """
    columns = ", ".join(["COUNT(*) FILTER (WHERE names && %s::text[])"] * len(readings))
    names = "SELECT ARRAY(SELECT jsonb_object_keys(readings)) AS names FROM analysis_face OFFSET 0"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM ({names}) AS face", list(readings.values()))  # noqa: S608
        return dict(zip(readings, cursor.fetchone(), strict=True))
