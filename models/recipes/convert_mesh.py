"""Make mesh.onnx from `facemesh-attention-pinto`: 468 points, refined eyes and lips, a face flag.

The original works for one face only. Behind its first points it lays a turned 16 x 16 grid over
each eye and the lips, samples a feature map there and places what it finds back in the crop. That
part is written anew here for any number of faces, from the tensors that the original computes.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from command import parse_output_folder
from graphs import Dimension, Graph, write_net
from onnx import ModelProto
from tf2onnx.graph import GraphUtil
from tfjs import convert_tfjs, fetch_tfjs

GRID_SIDE = 16
MAP_SIDE = 48
CROP_SIDE = 192
INPUT_SHAPE: list[Dimension] = ["batch", 3, CROP_SIDE, CROP_SIDE]


@dataclass(frozen=True)
class Refinement:
    """Refined points of one region, by the original's tensor."""

    name: str
    tensor: str
    count: int


REGIONS: tuple[tuple[Refinement, ...], ...] = (
    (Refinement("lips", "output_lips", 80),),
    (
        Refinement("left_eye", "output_left_eye:0", 71),
        Refinement("left_iris", "output_left_iris:0", 5),
    ),
    (
        Refinement("right_eye", "output_right_eye:0", 71),
        Refinement("right_iris", "output_right_iris:0", 5),
    ),
)
OUTPUTS: dict[str, list[Dimension]] = {
    "points": ["batch", 468, 3],
    **{part.name: ["batch", part.count, 2] for region in REGIONS for part in region},
    "face_flag": ["batch", 1],
}


@dataclass(frozen=True)
class Frame:
    """A region's grid in map pixels: unit steps (batch, 2, 2) and corner (batch, 1, 2)."""

    steps: str
    corner: str
    sources: frozenset[str]


def convert_mesh(model: ModelProto) -> ModelProto:
    """Return the net for any number of faces, with NCHW input and one row for each point."""
    graph = Graph(model.graph)
    for region in REGIONS:
        frame = _add_frame(graph, region[0])
        _replace_sampler(graph, frame, name=region[0].name)
        for part in region:
            _replace_points(graph, part, frame)
    _free_batch_of_points(graph)
    _drop_input_transpose(graph)
    graph.set_outputs(OUTPUTS)
    graph.prune()
    # The samplers now give NCHW: layout changes around them, which tf2onnx had to keep, can go.
    model = GraphUtil.optimize_model_proto(model, catch_errors=False)
    graph = Graph(model.graph)
    graph.set_input("image", INPUT_SHAPE)
    graph.set_outputs(OUTPUTS)
    return model


def _add_frame(graph: Graph, part: Refinement) -> Frame:
    # The original stacks both steps and the corner into a 4 x 4 matrix with constant parts of batch
    # 1.
    matmul = graph.trace(part.tensor, [("Reshape", 0), ("Add", 0)])
    matrix = graph.trace(
        matmul, [("MatMul", 1), ("Transpose", 0), ("Slice", 0), ("Mul", 0), ("Transpose", 0)]
    )
    step_x, step_y, _, corner = graph.producer(graph.trace(matrix, [("Concat", 0)])).input
    steps = graph.add_node("Concat", [step_x, step_y], f"{part.name}/steps", axis=1)
    return Frame(steps=steps, corner=corner, sources=frozenset({step_x, step_y}))


def _replace_sampler(graph: Graph, frame: Frame, *, name: str) -> None:
    # GridSample with border padding is the original's bilinear gather, but for places outside the
    # map: beyond the right and lower edge the original reads past the map's end, which onnxruntime
    # refuses with an error.
    (total,) = [
        node
        for node in graph.proto.node
        if node.op_type == "Sum"
        and len(node.input) == 4
        and frame.sources <= graph.ancestors(node.output[0])
    ]
    gather = graph.producer(graph.trace(total.output[0], [("Sum", 0), ("Mul", 0)]))
    feature_map = graph.trace(gather.output[0], [("GatherND", 0), ("Transpose", 0)])
    cells = np.stack(np.meshgrid(np.arange(GRID_SIDE), np.arange(GRID_SIDE)), axis=-1).reshape(
        1, -1, 2
    )
    grid = graph.add_constant(f"{name}/cells", cells.astype(np.float32))
    grid = graph.add_node("MatMul", [grid, frame.steps], f"{name}/turned_cells")
    grid = graph.add_node("Add", [grid, frame.corner], f"{name}/map_px")
    # GridSample wants -1 for the centre of the map's first pixel and 1 for that of its last.
    grid = graph.scale(grid, 2 / (MAP_SIDE - 1), f"{name}/map_scaled")
    grid = graph.add_node(
        "Sub",
        [grid, graph.add_constant(f"{name}/one", np.array(1, np.float32))],
        f"{name}/map_unit",
    )
    grid = graph.reshape(grid, [-1, GRID_SIDE, GRID_SIDE, 2], f"{name}/grid")
    sampled = graph.add_node(
        "GridSample",
        [feature_map, grid],
        f"{name}/sampled",
        align_corners=1,
        mode="bilinear",
        padding_mode="border",
    )
    sampled = graph.add_node("Transpose", [sampled], f"{name}/sampled_nhwc", perm=[0, 2, 3, 1])
    graph.redirect(total.output[0], sampled)


def _replace_points(graph: Graph, part: Refinement, frame: Frame) -> None:
    convolution = graph.trace(
        part.tensor, [("Reshape", 0), ("Add", 0), ("MatMul", 0), ("Reshape", 0)]
    )
    points = graph.reshape(convolution, [-1, part.count, 2], f"{part.name}/in_region")
    points = graph.add_node("MatMul", [points, frame.steps], f"{part.name}/turned")
    corner = graph.scale(frame.corner, CROP_SIDE / MAP_SIDE, f"{part.name}/corner_px")
    graph.add_node("Add", [points, corner], part.name)


def _free_batch_of_points(graph: Graph) -> None:
    raw = graph.trace("output_mesh_identity", [("Reshape", 0), ("Slice", 0)])
    for node in graph.consumers(raw):
        if node.op_type == "Reshape":
            graph.redirect(node.output[0], "points")
    graph.reshape(raw, [-1, 468, 3], "points")
    graph.reshape(graph.trace("conv_faceflag", [("Reshape", 0)]), [-1, 1], "face_flag")


def _drop_input_transpose(graph: Graph) -> None:
    (transpose,) = graph.consumers(graph.proto.input[0].name)
    graph.set_input("image", INPUT_SHAPE)
    graph.redirect(transpose.output[0], "image")


def main() -> None:
    folder = parse_output_folder(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        model = convert_tfjs(fetch_tfjs("facemesh-attention-pinto", folder=Path(scratch)))
    write_net(convert_mesh(model), folder / "mesh.onnx")


if __name__ == "__main__":
    main()
