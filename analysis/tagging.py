"""The one writer of FaceTag and TagCorrection. What a person said wins over what nets say.

Whoever writes faces or tags holds their assets' rows, so that corrections, analyses, retagging and
deletions of one asset come one after another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q

from analysis.facets import facets, find_facet
from analysis.models import MOST_VALUE, Face, FaceTag, TagCorrection
from analysis.webhooks.noting import tell_corrected
from dam.errors import DamError
from dam.models import Asset, User

Source = FaceTag.Source

# Both changes of what is unsaid, and what is said, are about different rows.
_APPLY = """
    WITH said AS MATERIALIZED (
        SELECT * FROM UNNEST(
            %(face_ids)s::bigint[], %(facets)s::text[], %(values)s::text[], %(scores)s::real[],
            %(dominants)s::text[]
        ) AS one (face_id, facet, value, score, dominant)
    ), unsaid AS MATERIALIZED (
        SELECT id, source FROM analysis_facetag AS tag
        WHERE face_id = ANY(%(all_face_ids)s)
          AND (%(only)s::text[] IS NULL OR facet = ANY(%(only)s::text[]))
          AND NOT EXISTS (
              SELECT FROM said WHERE said.face_id = tag.face_id AND said.facet = tag.facet
          )
    ), removed AS (
        DELETE FROM analysis_facetag WHERE id IN (SELECT id FROM unsaid WHERE source = 'model')
    ), forgotten AS (
        UPDATE analysis_facetag SET model_value = '', model_score = NULL, model_dominant = ''
        WHERE id IN (SELECT id FROM unsaid WHERE source = 'user') AND model_value <> ''
    )
    INSERT INTO analysis_facetag AS tag
        (face_id, facet, source, value, score, model_value, model_score, model_dominant)
    SELECT face_id, facet, 'model', value, score, value, score, dominant FROM said
    ON CONFLICT (face_id, facet) DO UPDATE SET
        value = CASE tag.source WHEN 'user' THEN tag.value ELSE EXCLUDED.value END,
        score = CASE tag.source WHEN 'user' THEN tag.score ELSE EXCLUDED.score END,
        model_value = EXCLUDED.model_value,
        model_score = EXCLUDED.model_score,
        model_dominant = EXCLUDED.model_dominant
    WHERE (tag.model_value, tag.model_score, tag.model_dominant)
        IS DISTINCT FROM (EXCLUDED.model_value, EXCLUDED.model_score, EXCLUDED.model_dominant)
"""


class InvalidTag(DamError):
    """The value is not one of the facet's."""

    code = "invalid_tag"
    status = 400

    def __init__(self, facet: str, value: str, *, allowed: Iterable[str]) -> None:
        names = ", ".join(allowed)
        use = f"use one of {names}" if names else f"use 1 to {MOST_VALUE} letters"
        message = f"{value!r} is not a value of {facet}: {use}."
        super().__init__(message, fields={"value": [message]})


class FaceGone(DamError):
    """Another analysis did not find the face again, or its asset was deleted."""

    code = "not_found"
    status = 404

    def __init__(self) -> None:
        super().__init__("This face is not there any more.")


def apply_model_tags(faces: Sequence[Face], *, only: Collection[str] | None = None) -> None:
    """Store what models say of some faces, in a number of queries that does not grow with them.

    `only` names the facets to look at. Where a person set the value only `model_…` changes; the
    model's tag of a facet that says nothing of a face, or does not exist any more, is removed.
    Runs in the caller's transaction, which holds `lock_assets`. Faces need readings, embedding and
    embedding_net; without a custom facet the last two are not looked at.
    """
    said = [
        (face, tag)
        for facet in facets()
        if only is None or facet.name in only
        for face, tag in zip(faces, facet.derive_all(faces), strict=True)
        if tag is not None
    ]
    params = {
        "all_face_ids": [face.pk for face in faces],
        "only": None if only is None else sorted(only),
        "face_ids": [face.pk for face, _ in said],
        "facets": [tag.facet for _, tag in said],
        "values": [tag.value for _, tag in said],
        "scores": [tag.score for _, tag in said],
        "dominants": [tag.dominant for _, tag in said],
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, params)


def accept_value(facet: str, value: str) -> str:
    """Return a value that a person gives as it is stored. Raises UnknownFacet and InvalidTag."""
    known = find_facet(facet)
    accepted = known.accept(value)
    if accepted is None:
        raise InvalidTag(facet, value, allowed=[one.name for one in known.all_values])
    return accepted


def correct_tag(face: Face, *, facet: str, value: str, user: User | None) -> FaceTag:
    """Do as `correct_tags` for one face, and return its tag."""
    (tag,) = correct_tags([face], facet=facet, value=value, user=user)
    return tag


def correct_tags(
    faces: Sequence[Face], *, facet: str, value: str, user: User | None
) -> list[FaceTag]:
    """Let a person's value of some faces stand until it is cleared, and note that in the history.

    `user` is None where a program said it. Saying the same again changes nothing. The number of
    queries does not grow with the faces. Raises UnknownFacet, InvalidTag and FaceGone.
    """
    value = accept_value(facet, value)
    with transaction.atomic():
        stored = _hold(faces, facet=facet)
        tags = [stored.get(face.pk) or FaceTag(face=face, facet=facet) for face in faces]
        changed = [tag for tag in tags if (tag.source, tag.value) != (Source.USER, value)]
        tell_corrected(_note(((tag, value) for tag in changed), user=user))
        given = {"value": value, "score": None, "source": Source.USER}
        for tag in changed:
            for name, new in given.items():
                setattr(tag, name, new)
        FaceTag.objects.filter(pk__in=[tag.pk for tag in changed if tag.pk]).update(**given)
        FaceTag.objects.bulk_create(tag for tag in changed if not tag.pk)
    return tags


def tell_tags(values: Sequence[tuple[Face, str]], *, facet: str) -> int:
    """Store what pictures' files say of faces, as if a program had said it; return of how many.

    Where anybody has said anything of the facet, or has taken it back, that stays. Values are what
    `accept_value` gives. Runs in the caller's transaction, which holds `lock_assets`.
    """
    ids = [face.pk for face, _ in values]
    said = set(FaceTag.objects.filter(face__in=ids, facet=facet).values_list("face", flat=True))
    said |= set(
        TagCorrection.objects.filter(face__in=ids, facet=facet).values_list("face", flat=True)
    )
    told = [(face, value) for face, value in values if face.pk not in said]
    FaceTag.objects.bulk_create(
        FaceTag(face=face, facet=facet, value=value, source=Source.USER) for face, value in told
    )
    _note(((FaceTag(face=face, facet=facet), value) for face, value in told), user=None)
    return len(told)


def clear_correction(face: Face, *, facet: str, user: User | None) -> FaceTag | None:
    """Do as `clear_corrections` for one face, and return its tag if there is one then."""
    (tag,) = clear_corrections([face], facet=facet, user=user)
    return tag


def clear_corrections(
    faces: Sequence[Face], *, facet: str, user: User | None
) -> list[FaceTag | None]:
    """Let the model's value of some faces stand again and note that; None if it says nothing.

    Where no person set the value nothing changes. The facet need not exist any more. The number of
    queries does not grow with the faces. Raises FaceGone.
    """
    with transaction.atomic():
        stored = _hold(faces, facet=facet)
        cleared = [tag for tag in stored.values() if tag.source == Source.USER]
        tell_corrected(_note(((tag, "") for tag in cleared), user=user))
        _let_models_stand(cleared)
        for tag in cleared:
            tag.value, tag.score, tag.source = tag.model_value, tag.model_score, Source.MODEL
    return [tag if tag and tag.value else None for tag in map(stored.get, (f.pk for f in faces))]


def restore_tags(
    values: Mapping[int, str | None], *, facet: str, user: User | None, undoes: int | None = None
) -> list[int]:
    """Give faces back a person's value, or the model's for None; return the rows of the history.

    `values` are by the faces' ids, and were stored before; `undoes` is the row of the history that
    this takes back. Runs in the caller's transaction, which holds `lock_assets`. The number of
    queries does not grow with the faces.
    """
    stored = {tag.face_id: tag for tag in FaceTag.objects.filter(face__in=values, facet=facet)}
    before = {
        face_id: stored.get(face_id) or FaceTag(face_id=face_id, facet=facet) for face_id in values
    }
    said = ((before[face_id], value or "") for face_id, value in values.items())
    notes = _note(said, user=user, undoes=undoes)
    tell_corrected(notes)
    _let_models_stand(tag for face_id, tag in stored.items() if values[face_id] is None)
    # Where there is a tag, what the model says of the face stays beside the person's value.
    FaceTag.objects.bulk_create(
        (
            FaceTag(face_id=face_id, facet=facet, value=value, source=Source.USER)
            for face_id, value in values.items()
            if value is not None
        ),
        update_conflicts=True,
        unique_fields=("face", "facet"),
        update_fields=("value", "score", "source"),
    )
    return notes


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were erased."""

    tags: int
    corrections: int


def erase_tags(
    facet_names: Collection[str],
    *,
    face_ids: Collection[int] | None = None,
    values: Collection[str] | None = None,
) -> Erased:
    """Erase facets from all faces, or some, with what people said and its history.

    Only `values`, if they are given. For facets that may not be kept or were deleted themselves;
    they can be written again at once.
    """
    chosen = Q(facet__in=facet_names)
    if face_ids is not None:
        chosen &= Q(face_id__in=face_ids)
    if values is not None:
        chosen &= Q(value__in=values)
    with transaction.atomic():
        corrections, _ = TagCorrection.objects.filter(chosen).delete()
        tags, _ = FaceTag.objects.filter(chosen).delete()
    return Erased(tags=tags, corrections=corrections)


def lock_assets(asset_ids: Iterable[int]) -> None:
    """Hold assets' rows until the transaction ends; those that are gone are left out."""
    assets = Asset.everything.select_for_update(no_key=True).filter(pk__in=set(asset_ids))
    # Everybody takes them in one order, so that nobody waits for each other.
    list(assets.order_by("pk").values_list("pk"))


def _hold(faces: Sequence[Face], *, facet: str) -> dict[int, FaceTag]:
    """Hold faces until the transaction ends; return their tags of a facet. Raises FaceGone."""
    lock_assets(face.asset_id for face in faces)
    ids = {face.pk for face in faces}
    if Face.objects.present().filter(pk__in=ids).count() < len(ids):
        raise FaceGone
    return {tag.face_id: tag for tag in FaceTag.objects.filter(face__in=ids, facet=facet)}


def _let_models_stand(tags: Iterable[FaceTag]) -> None:
    """Let what models say of some tags stand; those of which they say nothing are deleted."""
    rows = FaceTag.objects.filter(pk__in=[tag.pk for tag in tags])
    rows.filter(model_value="").delete()
    rows.update(value=F("model_value"), score=F("model_score"), source=Source.MODEL)


def _note(
    said: Iterable[tuple[FaceTag, str]], *, user: User | None, undoes: int | None = None
) -> list[int]:
    """Add what a person says of tags to the history, before they are changed; return its rows."""
    notes = TagCorrection.objects.bulk_create(
        TagCorrection(
            face_id=tag.face_id,
            facet=tag.facet,
            value=value,
            previous_value=tag.value,
            user=user,
            undoes=undoes,
        )
        for tag, value in said
    )
    return [note.pk for note in notes]
