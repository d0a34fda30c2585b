"""Rows for tests, each made by one plain function."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping, Sequence
from itertools import count

from analysis.faces import apply_result
from analysis.models import AnalysisRun, Face
from analysis.pipeline.types import Box
from analysis.tagging import apply_model_tags
from dam.api_keys import NewApiKey, create_api_key
from dam.collections import add_assets, create_collection
from dam.ingest import ingest
from dam.models import ApiKey, Asset, Collection, User
from tests.fakes import EMBEDDING_NET, VERSION, fake_result
from tests.pictures import new_png

PASSWORD = "correct horse battery"
BOX = Box(10.0, 10.0, 30.0, 40.0)

_numbers = count(1)


def make_user(
    username: str | None = None, *, role: str = User.Role.ADMINISTRATOR, password: str = PASSWORD
) -> User:
    """Make a person who signs in with PASSWORD."""
    username = username or f"user{next(_numbers)}"
    return User.objects.create_user(username, password=password, role=role)


def make_api_key(*scopes: ApiKey.Scope, name: str = "test") -> NewApiKey:
    """Make a key with these scopes; one that may write, but not administer, without any."""
    return create_api_key(name=name, scopes=scopes or [ApiKey.Scope.WRITE])


def make_asset(
    content: bytes | None = None,
    *,
    name: str = "photo.png",
    source: Asset.Source = Asset.Source.UPLOAD,
    user: User | None = None,
) -> Asset:
    """Ingest a picture, a new one of 96 × 64 pixels if none is given."""
    stream = io.BytesIO(content or new_png())
    return ingest(stream, name=name, source=source, user=user).asset


def make_bare_assets(count: int) -> list[int]:
    """Store assets without files, in one statement; return their ids in order."""
    assets = Asset.objects.bulk_create(
        Asset(
            digest=uuid.uuid4().hex,
            name=f"{number}.png",
            media_type="image/png",
            size_bytes=1,
            width=96,
            height=64,
            source=Asset.Source.UPLOAD,
        )
        for number in range(count)
    )
    return [asset.pk for asset in assets]


def make_bare_runs(count: int) -> list[AnalysisRun]:
    """Store a succeeded run of each of some assets without files; return them in order."""
    return AnalysisRun.objects.bulk_create(
        AnalysisRun(asset_id=pk, pipeline_version=VERSION, status=AnalysisRun.Status.SUCCEEDED)
        for pk in make_bare_assets(count)
    )


def make_collection(
    name: str = "", *, assets: Sequence[int] = (), description: str = ""
) -> Collection:
    """Make a collection of some assets, named by a number if it does not matter."""
    name = name or f"Collection {next(_numbers)}"
    collection = create_collection(name=name, description=description, user=None)
    add_assets(collection, assets, user=None)
    return collection


def make_run(
    asset: Asset | None = None,
    *,
    status: str = AnalysisRun.Status.QUEUED,
    version: str = VERSION,
    **fields: object,
) -> AnalysisRun:
    """Store a run; without an asset it is the only one of a new asset."""
    if asset is None:
        asset = make_asset()
        asset.runs.all().delete()
    return AnalysisRun.objects.create(
        asset=asset, status=status, pipeline_version=version, **fields
    )


def make_face(
    asset: Asset | None = None,
    *,
    position: int = 0,
    box: Box = BOX,
    seed: int = 0,
    quality_score: float = 90.0,
    embedding: Sequence[float] | None = None,
    embedding_net: str = EMBEDDING_NET,
) -> Face:
    """Store a made-up face; the seed makes it another one. Its run is the asset's newest."""
    run = asset.runs.first() if asset else None
    run = run or make_run(asset, status=AnalysisRun.Status.SUCCEEDED, face_count=1)
    face = Face(asset=run.asset, run=run, position=position, embedding_net=embedding_net)
    apply_result(face, fake_result(box, seed=seed, quality_score=quality_score))
    if embedding is not None:
        face.embedding = list(embedding)
    face.save()
    return face


def make_tagged_face(readings: Mapping[str, object]) -> Face:
    """Store a face of which the nets said that, with its tags."""
    face = make_face()
    face.readings = dict(readings)
    face.save()
    apply_model_tags([face])
    return face
