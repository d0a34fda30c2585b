"""Builds a head's ONNX file node by node: opset 17, any batch, weights packed in 8 bits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8


class HeadGraph:
    """A net under construction. Methods that add a node return the name of its output."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[NodeProto] = []
        self._inputs: dict[str, ValueInfoProto] = {}
        self._outputs: list[ValueInfoProto] = []
        self._weights: list[TensorProto] = []

    def input(self, name: str, shape: Sequence[int]) -> str:
        """Declare one of the backbone's outputs as an input, once."""
        self._inputs[name] = helper.make_tensor_value_info(
            name, TensorProto.FLOAT, ["batch", *shape]
        )
        return name

    def node(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Add a node with one output."""
        output = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def weight(self, values: NDArray[np.float32] | NDArray[np.int64]) -> str:
        """Add a constant as it is."""
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def packed(self, values: NDArray[np.float32], *, axis: int) -> str:
        """Add weights in 8 bits, with one scale for each index of `axis`.

        They are unpacked when the net is loaded. `pack` gives the values they then have.
        """
        steps, scale = _steps(values, axis=axis)
        unpacked = self.node("Cast", self.weight(steps), to=TensorProto.FLOAT)
        return self.node("Mul", unpacked, self.weight(scale))

    def output(self, name: str, of: str, shape: Sequence[int]) -> None:
        """Name a node's output as an output of the net."""
        self._nodes.append(helper.make_node("Identity", [of], [name]))
        self._outputs.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
        )

    def build(self) -> onnx.ModelProto:
        """Return the checked net."""
        graph = helper.make_graph(
            self._nodes, self._name, list(self._inputs.values()), self._outputs, self._weights
        )
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model


def pack(values: NDArray[np.float32], *, axis: int) -> NDArray[np.float32]:
    """Return weights as they are once packed and unpacked."""
    steps, scale = _steps(values, axis=axis)
    return np.asarray(steps.astype(np.float32) * scale)


def _steps(
    values: NDArray[np.float32], *, axis: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    others = tuple(index for index in range(values.ndim) if index != axis)
    largest = np.abs(values).max(axis=others, keepdims=True)
    scale = np.asarray(np.maximum(largest, 1e-9) / 127, dtype=np.float32)
    return np.round(values / scale).astype(np.int8), scale
