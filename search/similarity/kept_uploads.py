"""The faces of the last picture that a person looked for, kept in their session for an hour.

An embedding is a fingerprint of a face, so it must not stand in an address, which logs and browsers
keep. Another picture replaces it, and signing out ends it.
"""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.sessions.backends.base import SessionBase

from analysis.adhoc import PictureAnalysis
from search.similarity.examples import Example

MOST_FACES = 24
CROP_PX = 112
KEPT_SECONDS = 3600
_KEY = "similar_upload"


@dataclass(frozen=True, slots=True)
class KeptFace:
    """A face of a picture that is not stored."""

    name: str
    """Names it in addresses."""
    example: Example
    crop: str
    """A small picture as a data URL."""


def keep_upload(session: SessionBase, analysis: PictureAnalysis) -> tuple[KeptFace, ...]:
    """Keep the largest MOST_FACES faces of a picture in a session, and return them."""
    session[_KEY] = {
        "token": secrets.token_urlsafe(8),
        "until": time.time() + KEPT_SECONDS,
        "net": analysis.faces[0].embedding_net,
        "faces": [
            {
                "embedding": _encode(np.asarray(face.embedding, dtype="<f2").tobytes()),
                "crop": _encode(crop),
            }
            for face, crop in zip(
                analysis.faces[:MOST_FACES], analysis.crops[:MOST_FACES], strict=True
            )
        ],
    }
    return kept_faces(session)


def kept_faces(session: SessionBase) -> tuple[KeptFace, ...]:
    """Return the faces that a session keeps, the largest first; forget them when it is time."""
    kept: dict[str, Any] | None = session.get(_KEY)
    if kept is None:
        return ()
    if kept["until"] < time.time():
        del session[_KEY]
        return ()
    return tuple(
        KeptFace(
            name=f"{kept['token']}.{position}",
            example=Example(_decode(face["embedding"]), kept["net"]),
            crop=f"data:image/jpeg;base64,{face['crop']}",
        )
        for position, face in enumerate(kept["faces"])
    )


def find_kept(session: SessionBase, name: str) -> KeptFace | None:
    """Return a kept face; None if it is not kept any more, or never was."""
    return next((face for face in kept_faces(session) if face.name == name), None)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> list[float]:
    numbers: list[float] = np.frombuffer(base64.b64decode(text), dtype="<f2").tolist()
    return numbers
