"""What the OpenAPI document promises, compared with what the API does, by schemathesis.

Usually a few requests are drawn by chance for each operation. `SCHEMA_EXAMPLES=10` draws ten, and
adds all those at the edges of what the document allows, some two thousand: CI does that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData

from analysis import nets
from analysis.custom_tags.tags import create_tag
from analysis.models import EMBEDDING_DIMENSIONS, CustomTag, CustomTagVersion
from dam.models import ApiKey
from search.bulk.asking import choose_by_query, read_action
from search.bulk.jobs import create_job
from search.query import FaceQuery
from search.saved.searches import save_search
from tests.factories import make_api_key, make_asset, make_collection, make_face
from tests.fakes import EMBEDDING_NET, FakePipeline

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "0"))
FILTERED = "/api/v1/facets"
# An empty PATCH, which changes nothing, is no "positive test case" either.
LENIENT = ("Incorrect type", "violates `type`", "than minLength", "positive test case")
# Their parameters name faces of that photo, and texts that need a letter.
CHECKED_FURTHER = {"/api/v1/assets/{uid}/redacted", FILTERED}
ONE_OF_EACH_KIND = {"gender", "gender.not", "min_age", "since", "text", "collection", "show"}


class Library:
    """One of everything that a request can name, and a key that may do everything."""

    def __init__(self) -> None:
        asset = make_asset()
        faces = [make_face(asset, position=position, seed=position) for position in range(2)]
        tag = create_tag(label="Jersey", name="jersey", user=None)
        self.uids = {
            "assets": asset.uid,
            "bulk": make_job().uid,
            "collections": make_collection(assets=[asset.pk]).uid,
            "faces": faces[0].uid,
            "runs": faces[0].run.uid,
            "searches": save_search(name="All", query="", user=None).search.uid,
        }
        self.others = {"facet": "gender", "name": tag.name, "number": make_version(tag).number}
        key = make_api_key(*ApiKey.Scope).text
        # The WSGI client of schemathesis does not read what is compressed.
        self.headers = {"Authorization": f"Api-Key {key}", "Accept-Encoding": "identity"}

    def address(self, path: str) -> dict[str, Any]:
        """Return what a path's parameters may be."""
        folder = path.removeprefix("/api/v1/").partition("/")[0]
        return self.others | ({"uid": str(self.uids[folder])} if folder in self.uids else {})

    def known(self, body: Any, name: str = "") -> Any:
        """Return a body that names what is there instead of uids that nothing has."""
        match body:
            case dict():
                return {key: self.known(value, key) for key, value in body.items()}
            case list():
                return [self.known(value, name) for value in body]
            case str() if is_uid(body):
                return str(self.uids["assets" if name == "assets" else "faces"])
        return body


def make_job() -> Any:
    action = read_action("clear_correction", {"facet": "gender"})
    return create_job(action, choose_by_query(FaceQuery(), action.unit), user=None)


def make_version(tag: CustomTag) -> CustomTagVersion:
    figures = dict.fromkeys(
        f"{name}{end}" for name in ("auc", "balanced_accuracy") for end in ("", "_low", "_high")
    )
    return CustomTagVersion.objects.create(
        tag=tag,
        number=1,
        weights=[0.0] * EMBEDDING_DIMENSIONS,
        offset=0.0,
        embedding_net=EMBEDDING_NET,
        examples_digest="0",
        yes_count=1,
        no_count=1,
        **dict.fromkeys(figures, 0.9),
    )


def is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@contextmanager
def undone() -> Iterator[None]:
    """Let no request see what another one did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def library(db: None, monkeypatch: pytest.MonkeyPatch) -> Library:
    pipeline = FakePipeline()
    monkeypatch.setattr(nets, "load_pipeline", lambda *_, **__: pipeline)
    monkeypatch.setattr(nets, "_version", lambda _: pipeline.version)
    return Library()


@contextmanager
def one_connection() -> Iterator[None]:
    """Let requests use the test's connection to the database, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def document(request: pytest.FixtureRequest, library: Library) -> Iterator[Any]:
    # schemathesis 4.32 reads and writes this one, which pytest 9.2 has no more.
    request.node._nodeid = request.node.nodeid
    config = schemathesis.Config.from_dict(
        {
            "generation": {"max-examples": EXAMPLES or 3, "deterministic": True, "no-shrink": True},
            "phases": {"coverage": {"enabled": bool(EXAMPLES)}},
        }
    )
    response = Client().get("/api/schema/?format=json", headers=library.headers)
    document = schemathesis.openapi.from_dict(without_most_filters(response.json()), config=config)
    document.app = WSGIHandler()
    document.hook(filter_failure)
    with one_connection():
        yield document


def filter_failure(context: Any, failure: Failure, case: Any, response: Any) -> bool:
    """Tell whether a failure counts, and not what follows from rules that hold everywhere.

    Numbers are read as texts and texts as numbers, as forms send them, and blank parameters count
    as absent. A document says what a value looks like, but not that a query is one, or that a file
    is a picture: such refusals name the field, or have a code of their own.
    """
    if isinstance(failure, AcceptedNegativeData):
        is_blank = "" in (case.query or {}).values()
        return not (is_blank or any(lenient in failure.message for lenient in LENIENT))
    if isinstance(failure, RejectedPositiveData) and response.status_code in (400, 422):
        error = response.json()["error"]
        has_reason = bool(error["fields"]) or error["code"] not in ("invalid", "parse_error")
        checked_further = case.path in CHECKED_FURTHER or "cursor" in error["fields"]
        return not (has_reason and (case.method != "GET" or checked_further))
    return True


def without_most_filters(document: dict[str, Any]) -> dict[str, Any]:
    """Leave one filter of each kind to one of the many operations that have them all.

    One function reads them for all operations, and each alone would be asked hundreds of things.
    """
    filters = {parameter["name"] for parameter in document["paths"][FILTERED]["get"]["parameters"]}
    for path, methods in document["paths"].items():
        kept = ONE_OF_EACH_KIND if path == FILTERED else set()
        for operation in methods.values():
            parameters = operation.get("parameters", [])
            operation["parameters"] = [
                one for one in parameters if one["name"] in kept or one["name"] not in filters
            ]
    return document


operations = schemathesis.pytest.from_fixture("document")


# The WSGI client does not always close a file that it has read.
@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.timeout(600)
@operations.parametrize()
def test_operations_do_what_the_document_says(case: Any, library: Library) -> None:
    meta = case.meta
    if "{" in case.path and not meta.is_negative_at(ParameterLocation.PATH):
        known = library.address(case.path)
        case.path_parameters = {
            name: known.get(name, value) for name, value in case.path_parameters.items()
        }
    if not meta.is_negative_at(ParameterLocation.BODY):
        case.body = library.known(case.body)

    with undone():
        case.call_and_validate(headers=library.headers)
