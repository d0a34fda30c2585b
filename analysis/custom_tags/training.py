"""Trains a tag on its examples, which makes a version of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.db.models import Max, Min

from analysis import nets
from analysis.custom_tags.applying import activate_version
from analysis.custom_tags.embeddings import read_embeddings
from analysis.custom_tags.errors import TooAlike, TooFewExamples, UnknownTag
from analysis.custom_tags.examples import NO, YES, examples
from analysis.custom_tags.learning import METHOD, AllAlike, Learned, learn
from analysis.custom_tags.logistic import Vectors
from analysis.custom_tags.versions import find_version
from analysis.models import EMBEDDING_DIMENSIONS, CustomTag, CustomTagVersion, Face

LEAST_EXAMPLES = 10
# Of each value; more cost time and change little. The newest count.
MOST_EXAMPLES = 1000
# Enough for the covariance of faces; the same library gives the same ones.
LIBRARY_FACES = 3000


@dataclass(frozen=True, slots=True)
class Trained:
    """The version that stands for the examples of now, and whether it is new."""

    version: CustomTagVersion
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What is learned from: ids of faces, their photos, and whether each is a yes."""

    face_ids: tuple[int, ...]
    asset_ids: tuple[int, ...]
    marks: tuple[bool, ...]
    other_nets: int
    """How many examples have embeddings of other nets."""

    @property
    def yes(self) -> int:
        return sum(self.marks)

    @property
    def no(self) -> int:
        return len(self.marks) - self.yes


def train_tag(tag: CustomTag) -> Trained:
    """Learn a tag's examples, and let the new version tag all faces from now on.

    The caller sends the version's id once the transaction has committed. Where nothing changed
    since the active version was trained, that one is returned, and nothing is done. Raises
    TooFewExamples and TooAlike, and UnknownTag or UnknownVersion if the tag was deleted meanwhile.
    """
    net = nets.current_manifest().embedding_net
    lesson = _read_lesson(tag, net=net)
    if min(lesson.yes, lesson.no) < LEAST_EXAMPLES:
        raise TooFewExamples(
            yes=lesson.yes, no=lesson.no, needed=LEAST_EXAMPLES, other_nets=lesson.other_nets
        )
    library_ids = _choose_library(net)
    digest = _digest(lesson, net=net, library=len(library_ids))
    version = tag.versions.filter(examples_digest=digest).first()
    is_new = version is None
    if version is None:
        learned = _learn(lesson, library_ids)
        with transaction.atomic():
            # Versions are numbered one after another, whoever else trains the tag at this time.
            locked = CustomTag.objects.select_for_update().filter(pk=tag.pk).first()
            if locked is None:
                raise UnknownTag(tag.name)
            version = tag.versions.filter(examples_digest=digest).first() or _store(
                tag, learned, lesson=lesson, digest=digest, net=net
            )
    if tag.active_version_id != version.pk:
        activate_version(version)
    return Trained(find_version(tag, version.number), is_new=is_new)


def has_new_examples(tag: CustomTag) -> bool:
    """Tell whether training would make a version that differs from the active one."""
    net = nets.current_manifest().embedding_net
    lesson = _read_lesson(tag, net=net)
    library = len(_choose_library(net))
    active = tag.active_version
    return active is None or active.examples_digest != _digest(lesson, net=net, library=library)


def _read_lesson(tag: CustomTag, *, net: str) -> _Lesson:
    rows = list(
        examples(tag)
        .order_by("-face_id")
        .values_list("face_id", "face__asset_id", "value", "face__embedding_net")
    )
    usable = [row for row in rows if row[3] == net]
    newest = [
        row for value in (YES, NO) for row in [r for r in usable if r[2] == value][:MOST_EXAMPLES]
    ]
    newest.sort()
    return _Lesson(
        face_ids=tuple(row[0] for row in newest),
        asset_ids=tuple(row[1] for row in newest),
        marks=tuple(row[2] == YES for row in newest),
        other_nets=len(rows) - len(usable),
    )


def _choose_library(net: str) -> list[int]:
    """Return the ids of up to LIBRARY_FACES faces of a net: all, or some from everywhere."""
    faces = Face.objects.present().filter(embedding_net=net)
    first = list(faces.order_by("pk").values_list("pk", flat=True)[: LIBRARY_FACES + 1])
    if len(first) <= LIBRARY_FACES:
        return first
    ends = Face.objects.aggregate(low=Min("pk"), high=Max("pk"))
    tries = np.random.default_rng(0).integers(ends["low"], ends["high"] + 1, 4 * LIBRARY_FACES)
    found = faces.filter(pk__in=set(tries.tolist())).order_by("pk").values_list("pk", flat=True)
    return list(found[:LIBRARY_FACES]) if len(found) >= LIBRARY_FACES // 2 else first


def _digest(lesson: _Lesson, *, net: str, library: int) -> str:
    """Return what tells whether training again would change anything.

    A library counts by its magnitude: a few faces more change next to nothing.
    """
    parts = (METHOD, net, library.bit_length(), lesson.face_ids, lesson.marks)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _learn(lesson: _Lesson, library_ids: list[int]) -> Learned:
    marked = read_embeddings(Face.objects.filter(pk__in=lesson.face_ids))
    others = read_embeddings(Face.objects.filter(pk__in=set(library_ids) - set(lesson.face_ids)))
    try:
        return learn(
            np.stack([marked[pk] for pk in lesson.face_ids]),
            np.array(lesson.marks),
            photos=lesson.asset_ids,
            library=_stack(others),
        )
    except AllAlike as error:
        raise TooAlike(str(error)) from error


def _stack(embeddings: dict[int, Vectors]) -> Vectors:
    return (
        np.stack(list(embeddings.values())) if embeddings else np.zeros((0, EMBEDDING_DIMENSIONS))
    )


def _store(
    tag: CustomTag, learned: Learned, *, lesson: _Lesson, digest: str, net: str
) -> CustomTagVersion:
    newest: int = tag.versions.aggregate(number=Max("number"))["number"] or 0
    return CustomTagVersion.objects.create(
        tag=tag,
        number=newest + 1,
        weights=learned.head.weights.tolist(),
        offset=learned.head.offset,
        embedding_net=net,
        examples_digest=digest,
        yes_count=lesson.yes,
        no_count=lesson.no,
        balanced_accuracy=learned.balanced_accuracy.value,
        balanced_accuracy_low=learned.balanced_accuracy.low,
        balanced_accuracy_high=learned.balanced_accuracy.high,
        auc=learned.auc.value,
        auc_low=learned.auc.low,
        auc_high=learned.auc.high,
    )
