"""The stored faces that others should, or should not, look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from analysis.models import Face
from dam.errors import DamError
from search.query import InvalidQuery
from search.similarity.target import Target, target_of

# Together. More say no more about a face.
MAX_EXAMPLES = 50


class DifferentNets(DamError):
    """Examples that cannot be compared with each other."""

    code = "different_nets"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            "These faces were read by different nets and cannot be compared. Analyze their photos "
            "again, or leave some of them out."
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A face that is not stored, by its embedding."""

    embedding: Sequence[float]
    embedding_net: str


@dataclass(frozen=True, slots=True)
class Examples:
    """What was given to look for."""

    wanted: tuple[Face, ...] = ()
    unwanted: tuple[Face, ...] = ()
    unstored: Example | None = None

    @property
    def face_ids(self) -> tuple[int, ...]:
        """The stored ones: they are not found again."""
        return tuple(face.pk for face in (*self.wanted, *self.unwanted))

    def target(self) -> Target:
        """Return where to look. Raises DifferentNets, and OddEmbedding for what is no direction."""
        wanted: list[Face | Example] = [*self.wanted]
        if self.unstored is not None:
            wanted.append(self.unstored)
        nets = {one.embedding_net for one in (*wanted, *self.unwanted)}
        if len(nets) > 1:
            raise DifferentNets
        (net,) = nets
        return target_of(
            [one.embedding for one in wanted],
            unwanted=[face.embedding for face in self.unwanted],
            embedding_net=net,
        )


def find_examples(
    wanted: Sequence[UUID],
    unwanted: Sequence[UUID] = (),
    *,
    unstored: Example | None = None,
    names: tuple[str, str] = ("faces", "unwanted"),
) -> Examples:
    """Return present faces by their uids, in that order, each once.

    Raises InvalidQuery where some are not there, none is wanted, there are too many, or one is both
    wanted and unwanted; `names` are the parameters that the problems are about.
    """
    first, second = dict.fromkeys(wanted), dict.fromkeys(unwanted)
    if len(first) + len(second) > MAX_EXAMPLES:
        raise InvalidQuery({names[0]: [f"There may be {MAX_EXAMPLES} examples at most."]})
    stored = Face.objects.present().select_related("asset").defer("landmarks", "readings")
    faces = {face.uid: face for face in stored.filter(uid__in=[*first, *second])}
    problems: dict[str, list[str]] = {}
    for name, uids in zip(names, (first, second), strict=True):
        gone = [f"There is no face {uid}." for uid in uids if uid not in faces]
        if gone:
            problems[name] = gone
    if not first and unstored is None:
        problems.setdefault(names[0], []).append("Give at least one face to look for.")
    if first.keys() & second.keys():
        problems.setdefault(names[1], []).append("A face cannot be both wanted and unwanted.")
    if problems:
        raise InvalidQuery(problems)
    return Examples(
        tuple(faces[uid] for uid in first), tuple(faces[uid] for uid in second), unstored
    )
