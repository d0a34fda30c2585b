"""Makes the index of a library that is older than it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from search.index.folding import fold_changes

FIRST = ("search", "0001_index")


@receiver(post_migrate, sender=apps.get_app_config("search"))
def build_first_index(plan: list[tuple[Any, bool]] | None = None, **_: Any) -> None:
    """Build all chunks after the migration that made them, so that no first visitor waits for it.

    Should it be interrupted, whoever reads or folds next goes on.
    """
    for migration, is_backwards in plan or ():
        if (migration.app_label, migration.name) == FIRST and not is_backwards:
            fold_changes(wait=True)
