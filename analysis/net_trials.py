"""Tries every net of a manifest on its own: is it the declared file, does it load, does it run?"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from analysis.manifest import Manifest, NetError, NetSpec
from analysis.pipeline.session import OrtSession
from analysis.pipeline.types import Floats

ANY_SIZE_PX = 64


@dataclass(frozen=True, slots=True)
class NetTrial:
    """How one net did; `problem` is empty when it is fine."""

    spec: NetSpec
    load_ms: float = 0.0
    run_ms: float = 0.0
    problem: str = ""


def try_nets(manifest: Manifest, *, threads: int) -> list[NetTrial]:
    """Verify, load and run each net on an empty input; never raises for a net that is unusable."""
    features: dict[str, Floats] = {}
    trials = []
    # Pixels before features: the other nets are fed with what the backbone gives.
    for spec in sorted(manifest.nets, key=lambda net: net.input is None):
        try:
            trials.append(_try_net(spec, features, threads=threads))
        except NetError as error:
            trials.append(NetTrial(spec, problem=error.message))
    return trials


def _try_net(spec: NetSpec, features: dict[str, Floats], *, threads: int) -> NetTrial:
    started = time.perf_counter()
    session = OrtSession(spec, threads=threads, wanted=spec.outputs)
    loaded = time.perf_counter()
    try:
        outputs = session.run(_empty_feeds(spec, features))
    except Exception as error:  # onnxruntime's errors share no base of their own
        raise NetError("net_invalid", f"The net {spec.path} does not run: {error}") from error
    done = time.perf_counter()
    if not all(np.isfinite(output).all() for output in outputs.values()):
        raise NetError("net_invalid", f"The net {spec.path} gives values that are no numbers.")
    if spec.role == "backbone":
        features.update(outputs)
    return NetTrial(spec, load_ms=(loaded - started) * 1000, run_ms=(done - loaded) * 1000)


def _empty_feeds(spec: NetSpec, features: dict[str, Floats]) -> dict[str, Floats]:
    if spec.input is not None:
        side = spec.input.size or ANY_SIZE_PX
        return {spec.input.tensor: np.zeros((1, 3, side, side), np.float32)}
    missing = [name for name in spec.features if name not in features]
    if missing:
        raise NetError(
            "net_invalid", f"The net {spec.name} is fed with {', '.join(missing)}: there is none."
        )
    return {name: features[name] for name in spec.features}
