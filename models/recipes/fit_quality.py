"""Fits the quality scores: how much each fault of the pixels moves the embedding.

    python models/recipes/fit_quality.py FOLDER [--people 300] [--threads 0]

FOLDER holds `lfw_regions` and `lfw_attributes`. One picture of each person is spoilt in many ways;
the overall score is to be 100 · 0.85 ** (drift / 0.15), each kind of fault counting the same. It is
fitted on half of the people and judged on the others. Prints what goes into
`analysis/pipeline/quality.py` and the rank correlation of score and drift.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from face_drifts import Drift, choose_people, measure_drifts
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logit
from scipy.stats import spearmanr

from analysis.pipeline import load_pipeline
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.mesh import FACE_OVAL
from analysis.pipeline.pixels import (
    block_step,
    blur_radius,
    lighting_fault,
    noise_fault,
    view_crop,
    view_native,
)
from analysis.pipeline.quality import BLUR, ILLUMINATION, NOISE, SHARES, Curve
from analysis.pipeline.types import FaceResult, Image

Values = NDArray[np.float64]
CURVES = {"noise": NOISE, "blur": BLUR, "illumination": ILLUMINATION}
# Light that is not even counts from the start.
FREE = (("noise", "good"), ("noise", "fair"), ("blur", "good"), ("blur", "fair"),
        ("illumination", "fair"))  # fmt: skip
COVERS = ("glasses", "mask")
# Kinds of faults that are not of the pixels, or none.
NOT_PIXELS = ("", "turned", "mask", "eyewear")
DRIFT_AT_85 = 0.15
CROP_PX = 224
# Where pixels lose less, what the heads say changes by chance only.
LEAST_LOST = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """One row a face: measures for the curves, and what else the overall score is made of."""

    measures: dict[str, Values]
    rest: Values
    """The overall score as a share, without the three curves."""
    drifts: Values
    kinds: NDArray[np.str_]
    fitting: NDArray[np.bool_]
    odds_lost: Values
    """n × covers: by how much a fault lowers a bare face's log odds of being bare, else NaN."""

    def clear(self, curves: Mapping[str, Curve]) -> Values:
        """Return 0–1: what the pixels leave of the overall score."""
        left = np.ones(len(self.rest))
        for name, curve in curves.items():
            scores = np.array([curve.score(value) for value in self.measures[name]])
            left *= (scores / 100) ** SHARES[name]
        return left

    def scores(self, curves: Mapping[str, Curve]) -> Values:
        """Return the overall scores that curves give."""
        return 100 * self.rest * self.clear(curves)


def measure(image: Image, face: FaceResult) -> dict[str, float]:
    """Measure a face's pixels as the service does."""
    detection = Detection(box=face.box, score=face.score, keypoints=face.keypoints)
    crops = cut_crops(image, [detection], CROPS["upright"], size=CROP_PX)
    rim = face.mesh[FACE_OVAL, :2]
    crop = view_crop(crops.pixels[0], crops.map_from_picture(rim[None])[0])
    native = view_native(image, rim)
    return {
        "noise": noise_fault(native, block_step=block_step(image, rim)),
        "blur": blur_radius(crop),
        "illumination": lighting_fault(crop),
    }


def collect(folder: Path, *, people: int, threads: int) -> Faults:
    """Spoil the pictures of some people and measure all faces that are still found."""
    rows: list[tuple[Drift, dict[str, float], list[float]]] = []
    clean = np.full(len(COVERS), np.nan)
    pipeline = load_pipeline(threads=threads)
    seen = 0
    for one in measure_drifts(folder, choose_people(folder, people), pipeline):
        if one.face is None:
            continue
        odds = _bare_odds(one.face)
        if not one.kind:
            clean = odds
            seen += 1
            if seen % 20 == 0:
                print(f"{seen} people", flush=True)
        bare = (clean > logit(0.9)) & (one.kind not in NOT_PIXELS)
        lost = np.where(bare, clean - odds, np.nan)
        rows.append((one, measure(one.image, one.face), lost.tolist()))
    return Faults(
        measures={name: np.array([measures[name] for _, measures, _ in rows]) for name in CURVES},
        rest=np.array([_rest(one.face) for one, _, _ in rows if one.face]),
        drifts=np.array([one.drift for one, _, _ in rows]),
        kinds=np.array([one.kind for one, _, _ in rows]),
        fitting=np.array([zlib.crc32(one.file.encode()) % 2 == 0 for one, _, _ in rows]),
        odds_lost=np.array([lost for _, _, lost in rows]),
    )


def fit(faults: Faults) -> dict[str, Curve]:
    """Return the curves whose overall scores are nearest to what the drifts ask."""
    asked = 100 * 0.85 ** (faults.drifts / DRIFT_AT_85)
    counts = {kind: np.sum(faults.kinds == kind) for kind in np.unique(faults.kinds)}
    weights = np.array([1 / counts[kind] for kind in faults.kinds]) * faults.fitting

    def loss(values: Values) -> float:
        curves = _with(values)
        if any(curve.good >= curve.fair or curve.good < 0 for curve in curves.values()):
            return float("inf")
        return float(np.sum(weights * (faults.scores(curves) - asked) ** 2) / weights.sum())

    start = np.array([getattr(CURVES[name], field) for name, field in FREE])
    best = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 600, "adaptive": True})
    return _with(best.x)


def fit_doubt(faults: Faults, curves: Mapping[str, Curve]) -> float:
    """Return the doubt with which three of four bare faces seem as bare as without the fault."""
    pixels_lost = 1 - faults.clear(curves)
    chosen = faults.fitting & (pixels_lost >= LEAST_LOST)
    ratios = faults.odds_lost[chosen] / pixels_lost[chosen, None]
    return float(np.nanpercentile(ratios, 75))


def report(faults: Faults, curves: Mapping[str, Curve]) -> None:
    """Print the rank correlation of score and drift on the people that were not fitted."""
    scores, judged = faults.scores(curves), ~faults.fitting & (faults.kinds != "")
    print(f"{'all faults':<12} {judged.sum():>6} {_correlation(faults, scores, judged):.3f}")
    for kind in dict.fromkeys(faults.kinds[judged]):
        chosen = judged & (faults.kinds == kind)
        print(f"{kind:<12} {chosen.sum():>6} {_correlation(faults, scores, chosen):.3f}")


def _bare_odds(face: FaceResult) -> Values:
    """Return the log odds that the heads see no cover, for each of COVERS."""
    readings = [face.readings[name] for name in COVERS]
    chances = [one["none"] for one in readings if isinstance(one, Mapping)]
    return np.asarray(logit(np.clip(chances, 1e-6, 1 - 1e-6)))


def _rest(face: FaceResult) -> float:
    parts = [(getattr(face.quality, name) / 100) ** SHARES[name] for name in CURVES]
    return face.quality.score / 100 / max(float(np.prod(parts)), 1e-9)


def _with(values: Values) -> dict[str, Curve]:
    curves = dict(CURVES)
    for (name, field), value in zip(FREE, values, strict=True):
        curves[name] = replace(curves[name], **{field: float(value)})
    return curves


def _correlation(faults: Faults, scores: Values, chosen: NDArray[np.bool_]) -> float:
    return float(spearmanr(-scores[chosen], faults.drifts[chosen]).statistic)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--threads", type=int, default=0, help="cores for the nets, 0 for all")
    options = parser.parse_args()
    faults = collect(options.folder, people=options.people, threads=options.threads)
    print("as shipped")
    report(faults, CURVES)
    curves = fit(faults)
    print("fitted")
    for name, curve in curves.items():
        print(f"{name}: good={curve.good:.3f}, fair={curve.fair:.3f}, power={curve.power}")
    print(f"doubt: {fit_doubt(faults, curves):.1f}")
    report(faults, curves)


if __name__ == "__main__":
    main()
