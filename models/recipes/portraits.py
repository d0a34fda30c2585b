"""Finds faces in archives of portraits: the raw material of the other recipes here."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from found_faces import central_face, load_detector

from analysis.manifest import load_manifest
from analysis.pipeline.crops import CROPS, cut_crops
from analysis.pipeline.detector import Detection
from analysis.pipeline.mesh import BASE_POINTS, MeshNet
from analysis.pipeline.session import OrtSession
from analysis.pipeline.types import Image

Meshes = NDArray[np.float64]
Indices = NDArray[np.intp]


def central_faces(
    archives: list[Path], *, most: int | None = None, without: frozenset[str] = frozenset()
) -> Iterator[tuple[Image, Detection]]:
    """Yield each picture of zip archives in which a face is found, with the most central face.

    `most` bounds the pictures of one archive, spread evenly; those of people in `without`, whose
    names the files begin with, are left out.
    """
    detector = load_detector()
    for image in _read_pictures(archives, most=most, without=without):
        faces = detector.detect(image)
        if faces:
            yield image, central_face(image, faces)


def read_picture(bundle: zipfile.ZipFile, name: str) -> Image:
    """Return one picture of an archive as the pipeline takes it."""
    with PillowImage.open(io.BytesIO(bundle.read(name))) as picture:
        return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[..., ::-1])


def collect_meshes(archives: list[Path]) -> Meshes:
    """Return n × 468 × 3: the mesh of the central face of each picture, centred, roll removed."""
    spec = load_manifest().net("mesh")
    if spec.input is None:
        raise SystemExit("the manifest's mesh takes no pixels")
    mesh_net = MeshNet(OrtSession(spec, threads=0, wanted=spec.outputs), spec.input)
    meshes = []
    for image, face in central_faces(archives):
        crops = cut_crops(image, [face], CROPS["mesh"], size=spec.input.size)
        mesh = mesh_net.lay(crops).points[0, :BASE_POINTS].astype(np.float64)
        mesh -= mesh.mean(axis=0)
        turn = crops.to_picture[0, :, :2] / crops.scales()[0]
        mesh[:, :2] = mesh[:, :2] @ turn
        meshes.append(mesh)
    return np.stack(meshes)


def mirror_indices(mean: NDArray[np.float64]) -> Indices:
    """Return for each point of the mesh the one on the face's other side."""
    mirrored = mean * (-1, 1, 1)
    distances = np.linalg.norm(mirrored[:, None] - mean[None], axis=2)
    # Nearest neighbours would pair some points twice where the mesh is fine.
    partner = np.asarray(linear_sum_assignment(distances + distances.T)[1], dtype=np.intp)
    if not np.array_equal(partner[partner], np.arange(len(mean))):
        raise SystemExit("the mean face is not symmetric enough to pair its points")
    return partner


def align(points: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn, scale and move points onto a target by least squares (Umeyama, 1991)."""
    centred, goal = points - points.mean(axis=0), target - target.mean(axis=0)
    left, strengths, right = np.linalg.svd(goal.T @ centred)
    signs = np.ones(points.shape[1])
    signs[-1] = np.sign(np.linalg.det(left @ right))
    rotation = (left * signs) @ right
    scale = (strengths * signs).sum() / (centred**2).sum()
    return np.asarray(scale * centred @ rotation.T + target.mean(axis=0))


def _read_pictures(
    archives: list[Path], *, most: int | None, without: frozenset[str]
) -> Iterator[Image]:
    for archive in archives:
        with zipfile.ZipFile(archive) as bundle:
            names = [
                name
                for name in sorted(bundle.namelist())
                if Path(name).stem.rpartition("_")[0] not in without
            ]
            step = max(len(names) // most, 1) if most else 1
            for name in names[::step]:
                yield read_picture(bundle, name)
