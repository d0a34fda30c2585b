"""The answer of AILabTools' older Face Analyzer, with those of its fields that our nets give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.compat.ailab import readings
from analysis.compat.ailab.advanced import age_years
from analysis.compat.boxes import pixel_box
from analysis.compat.numbers import vendor_number, whole
from analysis.pipeline.types import FaceResult


def render_basic(results: Sequence[FaceResult], *, width: int, height: int) -> dict[str, Any]:
    """Return one object a face. What was not read is left out."""
    return {
        "image_width": width,
        "image_height": height,
        "face_detail_infos": [
            {"face_rect": _rectangle(one), "face_detail_attributes_info": _attributes(one)}
            for one in results
        ],
    }


def _rectangle(result: FaceResult) -> dict[str, int]:
    box = pixel_box(result.box)
    return {"x": box.left, "y": box.top, "width": box.width, "height": box.height}


def _attributes(result: FaceResult) -> dict[str, Any]:
    beauty = readings.number(result, "beauty")
    glass = _typed(result, "glasses", readings.GLASSES)
    hat = _typed(result, "hat", readings.TYPES_OF_HAT)
    attributes = {
        "age": None if readings.number(result, "age") is None else age_years(result),
        "beauty": None if beauty is None else whole(beauty, lowest=0, highest=100),
        "emotion": _typed(result, "emotion", readings.TYPES_OF_EMOTION),
        "eye": {"glass": glass} if glass else None,
        "gender": _typed(result, "gender", readings.TYPES_OF_GENDER),
        "hat": {"style": hat} if hat else None,
        "head_pose": {
            "pitch": whole(result.pose.pitch, lowest=-90, highest=90),
            "yaw": whole(result.pose.yaw, lowest=-90, highest=90),
            "roll": whole(result.pose.roll, lowest=-180, highest=180),
        },
        "mask": _typed(result, "mask", readings.TYPES_OF_MASK),
        "smile": _smile(result),
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _typed(
    result: FaceResult, name: str, types: Mapping[str, int]
) -> dict[str, int | float] | None:
    choice = readings.likeliest(result, name)
    if choice is None or choice.label not in types:
        return None
    return {"type": types[choice.label], "probability": vendor_number(choice.probability)}


def _smile(result: FaceResult) -> int | None:
    smile = result.readings.get("smile")
    if not isinstance(smile, Mapping):
        return None
    return whole(smile["smile"] * 100, lowest=0, highest=100)
