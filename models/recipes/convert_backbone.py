"""Make backbone.onnx from `faceres`: embedding, age, gender and feature maps of one MobileNet."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from command import parse_output_folder
from graphs import Dimension, Graph, write_net
from onnx import ModelProto, NodeProto
from tfjs import convert_tfjs, fetch_tfjs

OUTPUTS: dict[str, tuple[str, list[Dimension]]] = {
    "embedding": ("global_pooling/Mean", ["batch", 1024]),
    "age": ("age_pred/Softmax:0", ["batch", 100]),
    "gender": ("gender_pred/Sigmoid:0", ["batch", 1]),
    "block5": ("conv_pw_5_relu/clip_by_value:0", ["batch", 256, 28, 28]),
    "block11": ("conv_pw_11_relu/clip_by_value:0", ["batch", 512, 14, 14]),
    "block13": ("conv_pw_13_relu/clip_by_value:0", ["batch", 1024, 7, 7]),
}


def convert_backbone(model: ModelProto) -> ModelProto:
    """Return the net with NCHW input, feature maps as outputs and merged normalisation."""
    graph = Graph(model.graph)
    graph.set_outputs(dict(OUTPUTS.values()))
    _drop_input_transpose(graph)
    for node in [node for node in graph.proto.node if node.op_type == "Conv"]:
        _merge_scale_and_shift(graph, node)
    for node in [node for node in graph.proto.node if node.op_type == "Relu"]:
        _merge_relu6(graph, node)
    for name, (tensor, _) in OUTPUTS.items():
        graph.rename(tensor, name)
    add_maps(graph)
    return model


def add_maps(graph: Graph) -> None:
    """Add the output `maps`: blocks 5, 11 and 13, each averaged to 7×7, one after the other.

    Heads that would average for themselves took half of their time for it; here it is free.
    """
    for name, cell in (("block5", 4), ("block11", 2)):
        sides = {"kernel_shape": [cell, cell], "strides": [cell, cell]}
        graph.add_node("AveragePool", [name], f"{name}/places", **sides)
    places = ["block5/places", "block11/places", "block13"]
    graph.add_node("Concat", places, "maps", axis=1)
    graph.add_output("maps", ["batch", 1792, 7, 7])


def _drop_input_transpose(graph: Graph) -> None:
    (transpose,) = graph.consumers(graph.proto.input[0].name)
    graph.set_input("image", ["batch", 3, 224, 224])
    graph.redirect(transpose.output[0], "image")


def _merge_scale_and_shift(graph: Graph, conv: NodeProto) -> None:
    # tf2onnx leaves the batch normalisation of depthwise convolutions as a Mul and an Add.
    multiply = graph.sole_consumer(conv.output[0])
    if multiply is None or multiply.op_type != "Mul":
        return
    add = graph.sole_consumer(multiply.output[0])
    weights, scale = graph.constant(conv.input[1]), graph.constant(multiply.input[1])
    if add is None or add.op_type != "Add" or weights is None or scale is None:
        raise ValueError(f"{conv.name}: no batch normalisation behind it")
    shift = graph.constant(add.input[1])
    if shift is None:
        raise ValueError(f"{add.name}: the shift is not constant")
    conv.input[1] = graph.add_constant(
        f"{conv.output[0]}/weights", weights * scale.reshape(-1, 1, 1, 1)
    )
    conv.input.append(graph.add_constant(f"{conv.output[0]}/bias", shift.reshape(-1)))
    graph.redirect(add.output[0], conv.output[0])


def _merge_relu6(graph: Graph, relu: NodeProto) -> None:
    # One Clip fuses into its convolution; Relu, Min and Max pass over each feature map three times.
    minimum = graph.sole_consumer(relu.output[0])
    if minimum is None or minimum.op_type != "Min":
        return
    maximum = graph.sole_consumer(minimum.output[0])
    if maximum is None or maximum.op_type != "Max":
        raise ValueError(f"{minimum.name}: no Max behind it")
    six, zero = graph.constant(minimum.input[1]), graph.constant(maximum.input[1])
    if six is None or zero is None or six.item() != 6 or zero.item() != 0:
        raise ValueError(f"{minimum.name}: not a ReLU6")
    limits = [
        graph.add_constant(f"{relu.output[0]}/{key}", np.array(value, np.float32))
        for key, value in (("low", 0), ("high", 6))
    ]
    clipped = maximum.output[0]
    maximum.output[0] = f"{clipped}/unused"
    graph.add_node("Clip", [relu.input[0], *limits], clipped)


def main() -> None:
    folder = parse_output_folder(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        model = convert_tfjs(fetch_tfjs("faceres", folder=Path(scratch)))
    write_net(convert_backbone(model), folder / "backbone.onnx")


if __name__ == "__main__":
    main()
