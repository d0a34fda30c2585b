"""The backbone's maps of FER2013's faces for `emotion_head.py`, kept in files.

Faces are cut as the service cuts them. Copies to learn from are shifted, turned, scaled, mirrored
and lit anew, and some show the whole tile, so that the head stands a wrong box.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
from emotion_tiles import Tiles, find_face, whole_tile
from features import Progress
from found_faces import load_detector
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from analysis.manifest import NetSpec, load_manifest
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.feeding import to_batch
from analysis.pipeline.types import Box, Image

# (side, channels) of what is kept of each map, one behind the other, channels last.
MAPS = {"block5": (14, 256), "block11": (14, 512), "block13": (7, 1024)}
# Sides of the maps as the backbone gives them.
SIDES = {"block5": 28, "block11": 14, "block13": 7}
VALUES = sum(side * side * channels for side, channels in MAPS.values())
# ReLU6 gives 0 to 6: one step of the bytes kept.
STEP = 6 / 255
_SEED = 1
_BATCH = 32
_WHOLE_SHARE = 0.15
_TINTED_SHARE = 0.3

Bytes = NDArray[np.uint8]
Random = np.random.Generator


class MapStore:
    """Makes maps of tiles and keeps them in a folder, so that nothing is made twice."""

    def __init__(self, folder: Path, tiles: Tiles) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._tiles = tiles
        spec = load_manifest().net("backbone")
        if spec.input is None:
            raise SystemExit("the manifest's backbone takes no pixels")
        self._input = spec.input
        self._session = _open_backbone(spec, folder / "backbone_maps.onnx")
        self._faces: list[Detection | None] | None = None

    def altered(self, number: int) -> Bytes:
        """Return one altered copy of every tile that is not for validation: n × `VALUES`."""
        rows = np.flatnonzero(self._tiles.part != "validation")
        return self._keep(f"altered{number}", rows, number=number)

    def plain(self, part: str, *, whole: bool = False) -> Bytes:
        """Return a part's maps, of the faces as the service would cut them or of whole tiles."""
        rows = np.flatnonzero(self._tiles.part == part)
        return self._keep(f"{part}_{'whole' if whole else 'cut'}", rows, whole=whole)

    def faces(self) -> list[Detection | None]:
        """Return the face of each tile, None where the detector finds none."""
        if self._faces is None:
            path = self._folder / "faces.npy"
            if not path.exists():
                np.save(path, self._find_faces())
            self._faces = [_unpack_face(row) for row in np.load(path)]
        return self._faces

    def _find_faces(self) -> NDArray[np.float32]:
        detector, progress = load_detector(), Progress("faces", len(self._tiles.pixels))
        packed = np.full((len(self._tiles.pixels), 15), np.nan, dtype=np.float32)
        for index, tile in enumerate(self._tiles.pixels):
            face = find_face(detector, tile)
            if face is not None:
                box = face.box
                packed[index, :5] = box.left, box.top, box.width, box.height, face.score
                packed[index, 5:] = face.keypoints.ravel()
            progress.show(index + 1)
        return packed

    def _keep(
        self, name: str, rows: NDArray[np.intp], *, number: int | None = None, whole: bool = False
    ) -> Bytes:
        path, counter = self._folder / f"{name}.npy", self._folder / f"{name}.done"
        done = int(counter.read_text()) if counter.exists() else 0
        if done < len(rows):
            shape = (len(rows), VALUES)
            kept = np.lib.format.open_memmap(
                path,
                mode="r+" if done else "w+",
                dtype=None if done else np.uint8,
                shape=None if done else shape,
            )
            progress = Progress(name, len(rows), done=done)
            for start in range(done, len(rows), _BATCH):
                stop = min(start + _BATCH, len(rows))
                crops = [self._crop(row, number=number, whole=whole) for row in rows[start:stop]]
                kept[start:stop] = self._read(np.stack(crops))
                counter.write_text(str(stop))
                progress.show(stop)
            kept.flush()
        return np.asarray(np.load(path, mmap_mode="r"))

    def _crop(self, row: int, *, number: int | None, whole: bool) -> Image:
        tile, face = self._tiles.pixels[row], self.faces()[row]
        if number is None:
            return self._cut(tile, whole_tile() if whole or face is None else face, whole=whole)
        random = np.random.default_rng([_SEED, number, row])
        whole = face is None or random.random() < _WHOLE_SHARE
        face = jitter(random, whole_tile() if face is None or whole else face)
        crop = self._cut(relight(random, tile), face, whole=whole)
        if random.random() < _TINTED_SHARE:
            crop = tint(random, crop)
        return crop[:, ::-1] if random.random() < 0.5 else crop

    def _cut(self, tile: Image, face: Detection, *, whole: bool) -> Image:
        """Cut a face as the service does; a whole tile fills the crop."""
        crop = CROPS[self._input.crop]
        crop = replace(crop, factor=1.0) if whole else crop
        image = np.repeat(tile[:, :, None], 3, axis=2)
        return cut_crops(image, [face], crop, size=self._input.size).pixels[0]

    def _read(self, crops: Image) -> Bytes:
        names = [f"kept_{name}" for name in MAPS]
        outputs = self._session.run(names, {self._input.tensor: to_batch(crops, self._input)})
        return np.hstack([values.reshape(len(crops), -1) for values in outputs])


def jitter(random: Random, face: Detection) -> Detection:
    """Shift a face's box by up to 7 %, scale it by up to 12 %, turn its eyes by up to 12°."""
    box = face.box
    side = max(box.width, box.height)
    scale = random.uniform(0.88, 1.12)
    shift_x, shift_y = random.uniform(-0.07, 0.07, 2) * side
    angle = np.radians(random.uniform(-12, 12))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return replace(
        face,
        box=Box(
            left=box.left + box.width * (1 - scale) / 2 + shift_x,
            top=box.top + box.height * (1 - scale) / 2 + shift_y,
            width=box.width * scale,
            height=box.height * scale,
        ),
        keypoints=np.asarray(face.keypoints @ turn, dtype=np.float32),
    )


def relight(random: Random, tile: Image) -> Image:
    """Change gamma, contrast and brightness, and at times blur or add noise."""
    values = 255 * (tile / 255.0) ** np.exp(random.normal(0, 0.2))
    values = (values - 128) * random.uniform(0.7, 1.25) + 128 + random.uniform(-30, 30)
    kind = random.random()
    if kind < 0.1:
        values = cv2.GaussianBlur(values, (0, 0), random.uniform(0.4, 0.9))
    elif kind < 0.2:
        values = values + random.normal(0, random.uniform(2, 8), values.shape)
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


def tint(random: Random, crop: Image) -> Image:
    """Give a grey crop (blue, green, red) a colour between grey and that of skin."""
    gains = 1 - random.random() * np.array([0.45, 0.28, 0.0]) + random.normal(0, 0.03, 3)
    return np.asarray(np.clip(crop * gains, 0, 255), dtype=np.uint8)


def _unpack_face(row: NDArray[np.float32]) -> Detection | None:
    if np.isnan(row[0]):
        return None
    left, top, width, height, score = (float(value) for value in row[:5])
    return Detection(
        box=Box(left, top, width, height), score=score, keypoints=row[5:].reshape(5, 2)
    )


def _open_backbone(spec: NetSpec, path: Path) -> onnxruntime.InferenceSession:
    """Open the backbone with its maps averaged to what is kept, as bytes, channels last."""
    model = onnx.load(spec.path)
    shapes = {one.name: one.type.tensor_type.shape for one in model.graph.output}
    model.graph.initializer.append(numpy_helper.from_array(np.float32(STEP), "kept/step"))
    model.graph.initializer.append(numpy_helper.from_array(np.uint8(0), "kept/zero"))
    outputs = []
    for name, (side, channels) in MAPS.items():
        tensor = spec.outputs[name]
        cell = [shapes[tensor].dim[2].dim_value // side] * 2
        model.graph.node.extend(
            [
                helper.make_node(
                    "AveragePool", [tensor], [f"kept/{name}"], kernel_shape=cell, strides=cell
                ),
                helper.make_node(
                    "QuantizeLinear",
                    [f"kept/{name}", "kept/step", "kept/zero"],
                    [f"kept/{name}_bytes"],
                ),
                helper.make_node(
                    "Transpose", [f"kept/{name}_bytes"], [f"kept_{name}"], perm=[0, 2, 3, 1]
                ),
            ]
        )
        outputs.append(
            helper.make_tensor_value_info(
                f"kept_{name}", TensorProto.UINT8, ["batch", side, side, channels]
            )
        )
    del model.graph.output[:]
    model.graph.output.extend(outputs)
    onnx.save(model, path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
