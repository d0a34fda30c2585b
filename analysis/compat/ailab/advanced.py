"""The answer of AILabTools' Face Analyzer Advanced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.compat.ailab import readings
from analysis.compat.boxes import pixel_box
from analysis.compat.numbers import vendor_number, vendor_numbers, whole
from analysis.pipeline.landmarks import LANDMARK_COUNT
from analysis.pipeline.types import FaceResult

DENSE_FEATURE_LENGTH = 1024
# Enough for a cosine that is right to six digits.
DENSE_FEATURE_DECIMALS = 7
SMALLEST_FACE_PX = 64


def is_large_enough(result: FaceResult) -> bool:
    """Tell whether a face counts for this vendor."""
    box = pixel_box(result.box)
    return min(box.width, box.height) >= SMALLEST_FACE_PX


def render(
    results: Sequence[FaceResult], *, width: int, height: int, dense_features: bool = False
) -> dict[str, Any]:
    """Return what the vendor says of a picture of that size, below the common part of the answer.

    Lists are flat, one face after the other. `dense_features` adds the embeddings, which the vendor
    keeps to itself.
    """
    data = _data(results)
    if dense_features:
        data["dense_features"] = [
            round(float(value), DENSE_FEATURE_DECIMALS)
            for result in results
            for value in result.embedding
        ]
    return {"image_width": width, "image_height": height, "data": data}


def _data(results: Sequence[FaceResult]) -> dict[str, Any]:
    return {
        "beauty_list": [vendor_number(readings.number(one, "beauty") or 0) for one in results],
        "face_rectangles": [value for one in results for value in _rectangle(one)],
        "qualities": _qualities(results),
        "dense_feature_length": DENSE_FEATURE_LENGTH,
        "pupils": vendor_numbers(
            [(pupil.x, pupil.y, pupil.radius) for one in results for pupil in one.pupils]
        ),
        "gender_list": _codes(results, "gender", readings.GENDERS, unknown=readings.UNKNOWN_GENDER),
        "pose_list": vendor_numbers(
            [(one.pose.yaw, one.pose.pitch, one.pose.roll) for one in results]
        ),
        "masks": _codes(results, "mask", readings.MASKS),
        "face_probability_list": vendor_numbers([one.score for one in results]),
        "hat_list": _codes(results, "hat", readings.HATS),
        "landmark_count": LANDMARK_COUNT,
        "age_list": [age_years(one) for one in results],
        "glasses": _codes(results, "glasses", readings.GLASSES),
        "landmarks": [value for one in results for value in vendor_numbers(one.landmarks)],
        "expressions": _codes(results, "smile", readings.SMILES),
        "face_count": len(results),
    }


def age_years(result: FaceResult) -> int:
    """Return the age as the vendor writes it, 0 where none was read."""
    return whole(readings.number(result, "age") or 0, lowest=0, highest=readings.MOST_YEARS)


def _codes(
    results: Sequence[FaceResult], name: str, codes: Mapping[str, int], *, unknown: int = 0
) -> list[int]:
    return [readings.code_of(one, name, codes, unknown=unknown) for one in results]


def _rectangle(result: FaceResult) -> tuple[int, int, int, int]:
    box = pixel_box(result.box)
    return box.left, box.top, box.width, box.height


def _qualities(results: Sequence[FaceResult]) -> dict[str, list[int | float]]:
    qualities = [one.quality for one in results]
    return {
        "score_list": vendor_numbers([each.score for each in qualities]),
        "noise_list": vendor_numbers([each.noise for each in qualities]),
        "blur_list": vendor_numbers([each.blur for each in qualities]),
        "fnf_list": vendor_numbers([each.fnf for each in qualities]),
        "glass_list": vendor_numbers([each.glass for each in qualities]),
        "mask_list": vendor_numbers([each.mask for each in qualities]),
        "illu_list": vendor_numbers([each.illumination for each in qualities]),
        "pose_list": vendor_numbers([each.pose for each in qualities]),
    }
