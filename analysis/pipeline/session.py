"""Runs one net: numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import onnxruntime

from analysis.manifest import NetError, NetSpec
from analysis.pipeline.types import Floats


class Session(Protocol):
    """A loaded net."""

    def run(self, feeds: Mapping[str, Floats]) -> dict[str, Floats]:
        """Take a batch for each input tensor, give the outputs by the manifest's names."""


class OrtSession:
    """A net in onnxruntime on the CPU, checked against its digest before it is loaded.

    Safe to use from several threads. `wanted` names the outputs to compute; those that nobody
    reads would cost time. Raises NetError if the file is missing, altered or not a net.
    """

    def __init__(self, spec: NetSpec, *, threads: int, wanted: Collection[str]) -> None:
        spec.verify()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads take the cores from the other nets and from other processes: with it
        # a picture took twice as long as without as soon as anything else ran beside.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(spec.path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors share no base of their own
            raise NetError(
                "net_invalid", f"The net {spec.path} cannot be loaded: {error}"
            ) from error
        self._names = [name for name in spec.outputs if name in wanted]
        self._tensors = [spec.outputs[name] for name in self._names]
        present = {output.name for output in self._session.get_outputs()}
        missing = {*wanted} - {*self._names} | {*self._tensors} - present
        if missing:
            raise NetError(
                "net_invalid", f"The net {spec.path} has no output {', '.join(sorted(missing))}."
            )

    def run(self, feeds: Mapping[str, Floats]) -> dict[str, Floats]:
        outputs = self._session.run(self._tensors, dict(feeds))
        return dict(zip(self._names, outputs, strict=True))
