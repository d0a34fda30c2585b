"""Turns a library's blocks into rows for COPY: photos as text, faces and tags as binary."""

from __future__ import annotations

import hashlib
import uuid
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from bench.search import copying
from bench.search.copying import Bytes
from bench.search.library import Block, Library, Photos
from bench.search.readings import FacetTags, as_json
from dam.asset_words import search_text

ASSET_COLUMNS = (
    *("id", "uid", "digest", "name", "media_type", "size_bytes", "width", "height", "source"),
    *("created_at", "folder", "metadata", "search_text"),
)
RUN_COLUMNS = (
    *("id", "uid", "asset_id", "pipeline_version", "status", "attempts", "attempts_forgiven"),
    *("queued_at", "finished_at", "face_count", "error_code", "error_message"),
)
FACE_COLUMNS = (
    *("id", "uid", "asset_id", "run_id", "position", "left", "top", "width", "height", "score"),
    *("landmarks", "pupils", "yaw", "pitch", "roll", "readings", "quality_score"),
    *("quality_noise", "quality_blur", "quality_fnf", "quality_glass", "quality_mask"),
    *("quality_illumination", "quality_pose", "embedding", "embedding_net", "created_at"),
    *("updated_at", "retired_at"),
)
# What has one width comes first.
TAG_COLUMNS = (
    *("id", "face_id", "score", "model_score", "facet", "value", "source", "model_value"),
    "model_dominant",
)
_KINDS = ("Wedding", "Birthday", "Conference", "Hiking", "Concert", "School", "Match", "Holiday")
_PLACES = ("Berlin", "Lisbon", "Chicago", "Delhi", "Oslo", "Lima", "Osaka", "Nairobi", "Leeds")


def folder_of(event: int, moment: str) -> str:
    """Return where an event's photos are, such as 2021/2021-05 Wedding Oslo."""
    kind, place = _KINDS[event % len(_KINDS)], _PLACES[event // 7 % len(_PLACES)]
    return f"{moment[:4]}/{moment[:7]} {kind} {place}"


@lru_cache(maxsize=1000)
def _words(folder: str) -> str:
    return search_text([folder])


def _moments(photos: Photos) -> list[str]:
    """Return when photos were stored, as PostgreSQL reads it."""
    return [f"{one}Z" for one in photos.stored.astype("datetime64[s]").astype(str).tolist()]


def asset_rows(library: Library, block: Block) -> str:
    """Return lines of text for ASSET_COLUMNS. Ids are the photos' numbers and 1."""
    photos = block.photos
    lines = []
    for number, event, moment, width, height in zip(
        photos.numbers.tolist(),
        photos.events.tolist(),
        _moments(photos),
        photos.widths.tolist(),
        photos.heights.tolist(),
        strict=True,
    ):
        digest = hashlib.sha256(f"{library.seed}/{number}".encode()).hexdigest()
        folder = folder_of(event, moment)
        camera = "IMG" if event % 3 else "DSC"
        name = f"{camera}_{number % 10_000:04}.jpg"
        words = f"{camera.lower()} {number % 10_000:04} jpg {_words(folder)}"
        lines.append(
            f"{number + 1}\t{uuid.UUID(digest[:32], version=4)}\t{digest}\t{name}\timage/jpeg\t"
            f"{width * height // 4}\t{width}\t{height}\tcommand\t"
            f"{moment}\t{folder}\t{{}}\t{words}\n"
        )
    return "".join(lines)


def run_rows(library: Library, block: Block) -> str:
    """Return lines of text for RUN_COLUMNS: every photo was analyzed once."""
    photos = block.photos
    version = library.manifest.version
    lines = []
    for number, faces, moment in zip(
        photos.numbers.tolist(), photos.faces.tolist(), _moments(photos), strict=True
    ):
        uid = uuid.UUID(int=library.seed << 64 | number | 1 << 100, version=4)
        lines.append(
            f"{number + 1}\t{uid}\t{number + 1}\t{version}\tsucceeded\t1\t0\t"
            f"{moment}\t{moment}\t{faces}\t\t\n"
        )
    return "".join(lines)


def face_rows(library: Library, block: Block) -> bytes:
    """Return binary rows for FACE_COLUMNS; a face's id is its number and 1."""
    faces = block.faces
    count = len(faces.numbers)
    if not count:
        return b""
    random = np.random.default_rng((library.seed, 2, int(faces.numbers[0])))
    rows = faces.photos - block.photos.numbers[0]
    moment = copying.times(block.photos.stored[rows])
    photo = copying.numbers(faces.photos + 1, "i8")

    def real(values: NDArray[np.float32]) -> Bytes:
        return copying.numbers(values, "f4")

    # jsonb comes as its version, 1, and text.
    readings = np.hstack([copying.same(b"\1", count), as_json(library.manifest, faces.readings)])
    return copying.rows(
        [
            copying.numbers(faces.numbers + 1, "i8"),
            copying.uids(random, count),
            photo,
            photo,
            copying.numbers(faces.positions, "i2"),
            *(real(column) for column in faces.boxes.T),
            real(faces.scores),
            copying.reals(faces.landmarks),
            copying.reals(faces.pupils),
            *(real(column) for column in faces.poses.T),
            readings,
            *(real(column) for column in faces.qualities.T),
            copying.halves(faces.embeddings),
            copying.same(library.manifest.embedding_net.encode(), count),
            moment,
            moment,
            None,
        ]
    )


def tag_rows(library: Library, block: Block) -> bytes:  # noqa: ARG001 - as the others
    """Return binary rows for TAG_COLUMNS, face by face; ids go on from face to face."""
    faces = block.faces
    count, size = len(faces.numbers), len(faces.tags)
    if not count:
        return b""
    rows: list[bytes] = []
    kinds = np.empty((count, size), np.intp)
    scores = np.full((count, size), np.nan, np.float32)
    for place, tag in enumerate(faces.tags):
        first, known = len(rows), len(tag.names)
        kinds[:, place] = first + tag.values.astype(np.intp) * known + tag.dominants
        rows += [_tag_row(tag, *pair) for pair in product(range(known), repeat=2)]
        if tag.scores is not None:
            scores[:, place] = tag.scores
    ids = np.arange(count * size) + int(faces.numbers[0]) * size + 1
    return copying.fill(
        rows,
        kinds.reshape(-1),
        {
            _ID: copying.numbers(ids, "i8"),
            _FACE_ID: copying.numbers(np.repeat(faces.numbers + 1, size), "i8"),
            _SCORE: copying.numbers(scores.reshape(-1), "f4"),
            _MODEL_SCORE: copying.numbers(scores.reshape(-1), "f4"),
        },
        keep={_SCORE: np.isnan(scores.reshape(-1)), _MODEL_SCORE: np.isnan(scores.reshape(-1))},
    )


# Where the values are in a row that has scores.
_ID, _FACE_ID, _SCORE, _MODEL_SCORE = 6, 18, 30, 38


def _tag_row(tag: FacetTags, value: int, dominant: int) -> bytes:
    """Return a tag's row for TAG_COLUMNS without ids and scores."""
    said, likeliest = tag.names[value].encode(), tag.names[dominant].encode()
    score = None if tag.scores is None else bytes(4)
    texts = [tag.facet.encode(), said, b"model", said, likeliest]
    values = [bytes(8), bytes(8), score, score, *texts]
    return copying.rows([None if one is None else copying.same(one, 1) for one in values])
