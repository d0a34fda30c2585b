"""The whole way of a picture: detector, crops, mesh, backbone, heads, pose, quality."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from analysis.manifest import InputSpec, Manifest, NetError, NetSpec
from analysis.pipeline.backbone import Backbone, Embedder
from analysis.pipeline.crops import CROPS, Crops, cut_crops
from analysis.pipeline.detector import Detection, Detector
from analysis.pipeline.drawn import DRAWN_SETTINGS, find_in_box, level_with
from analysis.pipeline.heads import Heads
from analysis.pipeline.landmarks import place_landmarks
from analysis.pipeline.mesh import FACE_OVAL, Meshes, MeshNet
from analysis.pipeline.pixels import block_step, view_crop, view_native
from analysis.pipeline.pose import estimate_pose
from analysis.pipeline.quality import score_quality
from analysis.pipeline.session import OrtSession, Session
from analysis.pipeline.types import Box, FaceResult, Image

# Detections under it need the mesh's assent. Small faces score 0.35 to 0.6 and most are real.
SURE_SCORE = 0.5


class FacePipeline:
    """All nets, loaded. Safe to use from several threads at the same time."""

    def __init__(self, manifest: Manifest, *, threads: int = 0) -> None:
        """Load every net; raise NetError if one is missing, altered or invalid.

        `threads` is the number of cores a net may use, 0 for all of them.
        """
        detector, mesh, backbone, embedder = (
            manifest.net(role) for role in ("detector", "mesh", "backbone", "embedder")
        )
        self.version = manifest.version
        self.embedding_net = manifest.embedding_net
        self._mesh_input = _pixel_input(mesh)
        self._face_input = _pixel_input(backbone)

        heads = [spec for spec in manifest.nets if spec.role == "head"]
        read = {reading.output for reading in backbone.readings}
        read.update(name for spec in (embedder, *heads) for name in spec.features)

        def load(spec: NetSpec, wanted: Collection[str]) -> Session:
            return OrtSession(spec, threads=threads, wanted=wanted)

        detector_session = load(detector, detector.outputs)
        self._detector = Detector(detector_session, _pixel_input(detector))
        self._eager_detector = Detector(
            detector_session, _pixel_input(detector), settings=DRAWN_SETTINGS
        )
        self._mesh = MeshNet(load(mesh, mesh.outputs), self._mesh_input)
        self._backbone = Backbone(load(backbone, read), backbone)
        self._embedder = Embedder(load(embedder, embedder.outputs), embedder)
        self._heads = Heads(backbone, [(load(spec, spec.outputs), spec) for spec in heads])

    def analyze(self, image: Image) -> list[FaceResult]:
        """Return every face of an upright picture, largest box first.

        `image` is uint8, height × width × 3, blue-green-red; raises ValueError for anything else.
        All faces go through each net in one batch.
        """
        _check_picture(image)
        return self._describe(image, *self._find(image))

    def analyze_box(self, image: Image, box: Box, *, min_overlap: float) -> FaceResult:
        """Return the one face that somebody says is in a box, which may reach over the edge.

        The detector looks again from close by. What it finds is the face if it overlaps the box by
        `min_overlap` (IoU); otherwise the box is taken as it is, with a score of 0. Raises
        ValueError for no picture, as `analyze`, and for a box of which nothing is inside.
        """
        _check_picture(image)
        face = find_in_box(self._eager_detector, image, box, min_overlap=min_overlap)
        meshes = self._mesh.lay(_cut(image, [face], self._mesh_input))
        if face.score == 0.0 and meshes.face_flags[0] > 0:
            # The eyes were only guessed: now that they are known, cut the face out upright.
            face = level_with(face, meshes.points[0])
            meshes = self._mesh.lay(_cut(image, [face], self._mesh_input))
        (result,) = self._describe(image, [face], meshes)
        return result

    def _describe(
        self, image: Image, detections: list[Detection], meshes: Meshes
    ) -> list[FaceResult]:
        """Read some faces, largest box first; each has a mesh."""
        if not detections:
            return []
        face_crops = _cut(image, detections, self._face_input)
        features = self._backbone.features(face_crops)
        readings = self._heads.read(features)
        embeddings = self._embedder.embed(features)
        outlines = face_crops.map_from_picture(meshes.points[:, FACE_OVAL, :2])
        results = []
        for index, detection in enumerate(detections):
            mesh = meshes.points[index]
            rim = mesh[FACE_OVAL, :2]
            pose = estimate_pose(mesh)
            results.append(
                FaceResult(
                    box=_clip(detection.box, image),
                    score=detection.score,
                    keypoints=detection.keypoints,
                    mesh=mesh,
                    landmarks=place_landmarks(mesh),
                    pupils=meshes.pupils(index),
                    pose=pose,
                    readings=readings[index],
                    quality=score_quality(
                        crop=view_crop(face_crops.pixels[index], outlines[index]),
                        native=view_native(image, rim),
                        block_step=block_step(image, rim),
                        detector_score=detection.score,
                        face_flag=float(meshes.face_flags[index]),
                        pose=pose,
                        readings=readings[index],
                    ),
                    embedding=embeddings[index],
                )
            )
        # Clipping at the picture's edge may have changed which box is the larger.
        return sorted(results, key=lambda face: (-face.box.area, face.box.left, face.box.top))

    def _find(self, image: Image) -> tuple[list[Detection], Meshes]:
        """Return the faces of a picture and their meshes."""
        found = self._detector.detect(image)
        if not found:
            return [], Meshes.none()
        meshes = self._mesh.lay(_cut(image, found, self._mesh_input))
        kept = [
            index
            for index, (detection, flag) in enumerate(zip(found, meshes.face_flags, strict=True))
            if _is_face(detection, float(flag))
        ]
        return [found[index] for index in kept], meshes.select(kept)


def _check_picture(image: Image) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ValueError(f"a picture is uint8, height × width × 3, not {image.dtype} {image.shape}")


def _is_face(detection: Detection, face_flag: float) -> bool:
    """Believe a sure detector; where it is unsure, the mesh has to see a face, too."""
    return detection.score >= SURE_SCORE or face_flag > 0


def _cut(image: Image, detections: list[Detection], spec: InputSpec) -> Crops:
    return cut_crops(image, detections, CROPS[spec.crop], size=spec.size)


def _pixel_input(spec: NetSpec) -> InputSpec:
    if spec.input is None or (spec.input.crop and spec.input.crop not in CROPS):
        raise NetError("net_invalid", f"The manifest gives the net {spec.name} no usable input.")
    return spec.input


def _clip(box: Box, image: Image) -> Box:
    """Cut a box at the picture's edge. At least one pixel of it is inside: its centre."""
    height, width = image.shape[:2]
    left, top = min(max(box.left, 0.0), width - 1.0), min(max(box.top, 0.0), height - 1.0)
    right = min(max(box.left + box.width, left + 1.0), float(width))
    bottom = min(max(box.top + box.height, top + 1.0), float(height))
    return Box(left=left, top=top, width=right - left, height=bottom - top)
