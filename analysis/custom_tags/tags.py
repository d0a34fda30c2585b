"""Makes, renames and deletes custom tags."""

from __future__ import annotations

import logging
import re
import unicodedata

from django.db import IntegrityError, OperationalError, connection, transaction

from analysis import nets
from analysis.custom_tags.errors import TooManyTags, UnknownTag
from analysis.custom_tags.examples import NO, YES
from analysis.facet_specs import RESERVED_NAMES
from analysis.models import CustomTag
from analysis.tagging import erase_tags
from dam.models import User
from dam.names import InvalidName, NameTaken

logger = logging.getLogger(__name__)

# "new" is the address of the page that makes a tag.
_RESERVED = RESERVED_NAMES | {"new"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_MOST_LETTERS = 80
# Every analysis asks each of them, and every page of faces counts it.
MOST_TAGS = 100
LOCK_SECONDS = 20


def create_tag(*, label: str, name: str = "", user: User | None) -> CustomTag:
    """Make a tag without examples; a blank name is made of the label.

    `user` is None where a program made it. Raises InvalidName, NameTaken and TooManyTags.
    """
    label = _read_label(label)
    name = name.strip() or suggest_name(label)
    if not _NAME.fullmatch(name):
        raise InvalidName(
            "A name is made of a to z, 0 to 9 and _, begins with a letter and has 40 at most."
        )
    if name in _RESERVED or any(facet.name == name for facet in nets.full_manifest().facets):
        raise NameTaken(name)
    if CustomTag.objects.count() >= MOST_TAGS:
        raise TooManyTags(MOST_TAGS)
    try:
        with transaction.atomic():
            tag = CustomTag.objects.create(name=name, label=label, created_by=user)
            # What is left of an older tag of that name, should its deletion have been cut off.
            erase_tags([name])
    except IntegrityError as error:
        raise NameTaken(name) from error
    return tag


def suggest_name(label: str) -> str:
    """Return a name for a label, such as "red_hat" for "Red hat"; empty if nothing fits."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:40].rstrip("_")


def find_tag(name: str) -> CustomTag:
    """Return the tag of that name with its active version; raise UnknownTag."""
    tag = CustomTag.objects.select_related("active_version").filter(name=name).first()
    if tag is None:
        raise UnknownTag(name)
    return tag


def rename_tag(tag: CustomTag, *, label: str) -> None:
    """Change what people see of a tag; its name stays, so addresses do, too.

    Raises InvalidName, and UnknownTag if it was deleted since.
    """
    tag.label = _read_label(label)
    if not CustomTag.objects.filter(pk=tag.pk).update(label=tag.label):
        raise UnknownTag(tag.name)


def delete_tag(tag: CustomTag) -> None:
    """Delete a tag with its versions, its examples and what it says of every face.

    Where the manifest declares a facet of that name by now, only what cannot be the facet's goes.
    """
    tag.delete()
    _erase(tag.name)
    try:
        wait_for_recordings()
    except OperationalError:
        # Nobody sees what an analysis may still write, and the next tag of that name erases it.
        logger.warning("the tag %s was deleted, but analyses may still write it", tag.name)
    _erase(tag.name)


def wait_for_recordings() -> None:
    """Return once no analysis is recording faces with the tags and versions of before.

    Faces are written before tags, so whoever may still write a tag of before holds the table.
    Raises OperationalError where that takes more than LOCK_SECONDS.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
        cursor.execute("LOCK TABLE analysis_face IN SHARE MODE")


def _erase(name: str) -> None:
    facets = (facet for facet in nets.full_manifest().facets if facet.name == name)
    facet = next(facets, None)
    if facet is None:
        erase_tags([name])
    else:
        erase_tags([name], values={YES, NO}.difference(value.name for value in facet.values))


def _read_label(label: str) -> str:
    label = " ".join(label.split())
    if not label or len(label) > _MOST_LETTERS:
        raise InvalidName(f"Give it a name of 1 to {_MOST_LETTERS} letters.", field="label")
    if any(unicodedata.category(letter) == "Cc" for letter in label):
        raise InvalidName("There is a control character in this name.", field="label")
    return label
