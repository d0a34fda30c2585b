"""Lets a version tag all faces, piece by piece. The row is the truth, the broker carries its id.

A piece is one transaction that holds the version's row, tags some faces and moves `applied_up_to`
on. So workers that have the same id take turns and nothing is done twice, whoever stops at any
point loses one piece at most, and a version that another one replaced goes no further.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from analysis import nets
from analysis.custom_tags.errors import OtherNets, UnknownVersion
from analysis.custom_tags.tags import wait_for_recordings
from analysis.models import CustomTag, CustomTagVersion, Face
from analysis.tagging import apply_model_tags, lock_assets
from dam.errors import DamError

logger = logging.getLogger(__name__)

Status = CustomTagVersion.Status

FACES_AT_ONCE = 1000
RESEND_AFTER = timedelta(seconds=60)
UNFINISHED = (Status.WAITING, Status.APPLYING)


def activate_version(version: CustomTagVersion) -> None:
    """Let a version tag faces from now on, and queue it for those that are there already.

    The caller sends its id once the transaction has committed; if that fails, the sweeper does.
    Raises OtherNets where it was trained for other nets than those in use, and UnknownVersion if it
    was deleted since.
    """
    if version.embedding_net != nets.current_manifest().embedding_net:
        raise OtherNets(version.number)
    with transaction.atomic():
        tag = CustomTag.objects.select_for_update().filter(pk=version.tag_id).first()
        if tag is None:
            raise UnknownVersion(version.number)
        if tag.active_version_id == version.pk and version.status in UNFINISHED:
            return
        tag.versions.exclude(pk=version.pk).update(status=Status.REPLACED)
        tag.versions.filter(pk=version.pk).update(
            status=Status.WAITING,
            applied_up_to=0,
            faces_done=0,
            faces_total=Face.objects.present().count(),
            sent_at=Now(),
            error_code="",
            error_message="",
        )
        tag.active_version = version
        tag.save(update_fields=["active_version"])


def apply_piece(version_id: int, *, faces_at_once: int = FACES_AT_ONCE) -> bool:
    """Tag the next faces; False if there is no more to do for this version."""
    if CustomTagVersion.objects.filter(pk=version_id, status=Status.WAITING).exists():
        # From here on every face that is not tagged by this version can be seen.
        wait_for_recordings()
    with transaction.atomic():
        versions = CustomTagVersion.objects.select_for_update(of=("self",), no_key=True)
        version = versions.filter(pk=version_id, status__in=UNFINISHED).defer("weights").first()
        if version is None:
            return False
        tag = CustomTag.objects.get(pk=version.tag_id)
        faces = Face.objects.present().filter(pk__gt=version.applied_up_to).order_by("pk")
        ids = list(faces.values_list("pk", "asset_id")[:faces_at_once])
        if ids:
            lock_assets(asset_id for _, asset_id in ids)
            present = Face.objects.present().filter(pk__in=[pk for pk, _ in ids])
            apply_model_tags(list(present.only("pk")), only=[tag.name])
            version.applied_up_to = ids[-1][0]
        _note_progress(version, done=len(ids))
    return bool(ids)


def note_failure(version_id: int, error: DamError) -> None:
    """Say on the row why it did not go on; the sweeper sends it again after a while."""
    unfinished = CustomTagVersion.objects.filter(pk=version_id, status__in=UNFINISHED)
    unfinished.update(sent_at=Now(), error_code=error.code, error_message=error.message)
    logger.warning("tag version %s: %s", version_id, error.code)


def mark_unsent(version_id: int) -> None:
    """Let the next sweep send a version: the broker did not take its id."""
    CustomTagVersion.objects.filter(pk=version_id, status__in=UNFINISHED).update(sent_at=None)


def take_unsent_versions() -> list[int]:
    """Return the ids of unfinished versions on which nobody works, and mark them as sent."""
    silent = Q(sent_at=None) | Q(sent_at__lte=Now() - RESEND_AFTER)
    with transaction.atomic():
        versions = CustomTagVersion.objects.select_for_update(skip_locked=True, no_key=True)
        ids = list(versions.filter(silent, status__in=UNFINISHED).values_list("pk", flat=True))
        CustomTagVersion.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


def _note_progress(version: CustomTagVersion, *, done: int) -> None:
    CustomTagVersion.objects.filter(pk=version.pk).update(
        status=Status.APPLYING if done else Status.APPLIED,
        applied_up_to=version.applied_up_to,
        faces_done=F("faces_done") + done,
        sent_at=Now(),
        error_code="",
        error_message="",
    )
