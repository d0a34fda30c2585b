"""Which faces of an earlier analysis are found again by a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.models import Face
from analysis.pipeline.types import FaceResult

MIN_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """A new result and the stored face that it is, or None for a face that was not known."""

    result: FaceResult
    face: Face | None


def match_faces(existing: Sequence[Face], results: Sequence[FaceResult]) -> list[Match]:
    """Pair results with stored faces, one match for each result and in their order.

    Pairs overlap by at least MIN_OVERLAP (IoU) and are taken greedily, best overlap first. At that
    overlap two results rarely compete for one face, so a full linear assignment would only pay
    with worse pairs for a higher sum.
    """
    overlaps = [
        (face.box.overlap(result.box), face_index, result_index)
        for face_index, face in enumerate(existing)
        for result_index, result in enumerate(results)
    ]
    overlaps.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for overlap, face_index, result_index in overlaps:
        if overlap < MIN_OVERLAP:
            break
        if face_index not in taken and result_index not in found:
            taken.add(face_index)
            found[result_index] = face_index
    return [
        Match(result, existing[found[index]] if index in found else None)
        for index, result in enumerate(results)
    ]
