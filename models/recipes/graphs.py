"""Edit ONNX graphs: rename, merge and drop nodes, make dimensions dynamic, write the file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import onnx
from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper
from packages import hash_file

OPSET = 17
Dimension = int | str
Message = TypeVar("Message", NodeProto, TensorProto)


class Graph:
    """An ONNX graph with look-ups; edits keep the look-ups right."""

    def __init__(self, proto: GraphProto) -> None:
        self.proto = proto

    def producer(self, tensor: str) -> NodeProto:
        """Return the node that makes a tensor; raises LookupError if none does."""
        for node in self.proto.node:
            if tensor in node.output:
                return node
        raise LookupError(tensor)

    def consumers(self, tensor: str) -> list[NodeProto]:
        """Return the nodes that read a tensor."""
        return [node for node in self.proto.node if tensor in node.input]

    def sole_consumer(self, tensor: str) -> NodeProto | None:
        """Return the only reader of a tensor, or None if it has another or is an output."""
        readers = self.consumers(tensor)
        is_output = any(output.name == tensor for output in self.proto.output)
        return readers[0] if len(readers) == 1 and not is_output else None

    def constant(self, tensor: str) -> NDArray[np.generic] | None:
        """Return an initializer's value, or None if the tensor is not one."""
        for initializer in self.proto.initializer:
            if initializer.name == tensor:
                return numpy_helper.to_array(initializer)
        return None

    def add_constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Add an initializer and return its name."""
        self.proto.initializer.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add_node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Add a node with one output and return that output's name."""
        self.proto.node.append(
            onnx.helper.make_node(kind, inputs, [output], name=output, **attributes)
        )
        return output

    def reshape(self, tensor: str, shape: list[int], output: str) -> str:
        """Add a Reshape and return its output's name."""
        target = self.add_constant(f"{output}/shape", np.array(shape, np.int64))
        return self.add_node("Reshape", [tensor, target], output)

    def scale(self, tensor: str, factor: float, output: str) -> str:
        """Add a multiplication by a number and return its output's name."""
        constant = self.add_constant(f"{output}/factor", np.array(factor, np.float32))
        return self.add_node("Mul", [tensor, constant], output)

    def trace(self, tensor: str, path: list[tuple[str, int]]) -> str:
        """Follow (kind of node, which input) upwards; raises ValueError where the graph differs."""
        for kind, position in path:
            node = self.producer(tensor)
            if node.op_type != kind:
                raise ValueError(f"{tensor} comes from {node.op_type}, expected {kind}")
            tensor = node.input[position]
        return tensor

    def ancestors(self, tensor: str) -> frozenset[str]:
        """Return all tensors that a tensor is computed from."""
        makers = {output: node for node in self.proto.node for output in node.output}
        found: set[str] = set()
        pending = [tensor]
        while pending:
            node = makers.get(pending.pop())
            fresh = [name for name in node.input if name not in found] if node else []
            found.update(fresh)
            pending.extend(fresh)
        return frozenset(found)

    def redirect(self, old: str, new: str) -> None:
        """Let every reader of one tensor read another."""
        for node in self.proto.node:
            for position, name in enumerate(node.input):
                if name == old:
                    node.input[position] = new

    def rename(self, old: str, new: str) -> None:
        """Give a tensor another name wherever it occurs."""
        self.redirect(old, new)
        for node in self.proto.node:
            for position, name in enumerate(node.output):
                if name == old:
                    node.output[position] = new
        for value in [*self.proto.input, *self.proto.output]:
            if value.name == old:
                value.name = new

    def set_input(self, name: str, shape: list[Dimension]) -> None:
        """Declare the graph's only input."""
        del self.proto.input[:]
        self.proto.input.append(_value(name, shape))

    def set_outputs(self, shapes: dict[str, list[Dimension]]) -> None:
        """Declare the graph's outputs in this order."""
        del self.proto.output[:]
        self.proto.output.extend(_value(name, shape) for name, shape in shapes.items())

    def add_output(self, name: str, shape: list[Dimension]) -> None:
        """Declare one more output."""
        self.proto.output.append(_value(name, shape))

    def prune(self) -> None:
        """Drop what no output needs and order the nodes so that each follows what it reads."""
        makers = {output: node for node in self.proto.node for output in node.output}
        ordered: list[NodeProto] = []
        done: set[str] = set()
        pending = [(output.name, False) for output in reversed(self.proto.output)]
        while pending:
            tensor, inputs_done = pending.pop()
            if tensor in done or tensor not in makers:
                continue
            if inputs_done:
                done.add(tensor)
                ordered.append(makers[tensor])
            else:
                pending.append((tensor, True))
                pending.extend((name, False) for name in reversed(makers[tensor].input))
        used = {name for node in ordered for name in node.input}
        kept = [initializer for initializer in self.proto.initializer if initializer.name in used]
        _replace(self.proto.node, ordered)
        _replace(self.proto.initializer, kept)
        del self.proto.value_info[:]

    def number(self) -> None:
        """Name inner tensors and nodes by their place, and keep equal constants once.

        Converters draw names from counters and sets: one graph would make a new file each time.
        """
        public = {value.name for value in [*self.proto.input, *self.proto.output]}
        constants = {initializer.name: initializer for initializer in self.proto.initializer}
        names: dict[str, str] = {}
        kept: dict[bytes, TensorProto] = {}
        for position, node in enumerate(self.proto.node):
            node.name = f"{node.op_type.lower()}_{position}"
            for slot, tensor in enumerate(node.input):
                if tensor in constants and tensor not in names:
                    constants[tensor].name = ""
                    twin = kept.setdefault(
                        constants[tensor].SerializeToString(deterministic=True), constants[tensor]
                    )
                    names[tensor] = twin.name = twin.name or f"{node.name}_constant{slot}"
                node.input[slot] = names.get(tensor, tensor)
            (tensor,) = node.output
            names[tensor] = tensor if tensor in public else f"{node.name}_output"
            node.output[0] = names[tensor]
        _replace(self.proto.initializer, list(kept.values()))


def write_net(model: ModelProto, path: Path) -> None:
    """Check a net, write it so that equal nets are equal files, and print its SHA-256."""
    graph = Graph(model.graph)
    graph.prune()
    graph.number()
    model.producer_name = "facet"
    model.producer_version = ""
    model.doc_string = model.graph.doc_string = ""
    model.graph.name = path.stem
    del model.metadata_props[:]
    del model.opset_import[:]
    model.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{hash_file(path)}  {path.name}  {path.stat().st_size} bytes")


def _value(name: str, shape: list[Dimension]) -> onnx.ValueInfoProto:
    return onnx.helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _replace(field: RepeatedCompositeFieldContainer[Message], messages: list[Message]) -> None:
    copies = [type(message).FromString(message.SerializeToString()) for message in messages]
    del field[:]
    field.extend(copies)
