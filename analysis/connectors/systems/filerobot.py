"""A library of Filerobot (Scaleflex), or of a DAM that speaks its asset API, as Facet does."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from analysis.compat.scaleflex.meta import sidecar_of
from analysis.connectors.errors import InvalidOptions, ItemFailed, SystemRefused
from analysis.connectors.interface import Field, Found, Page, Picture, Written
from analysis.connectors.reach import reach
from analysis.connectors.rest import ask
from analysis.photo_tags import PhotoTags
from dam.connections import RequestFailed, read_url
from dam.fetching import fetch

PAGE_SIZE = 100
KEY_HEADER = "X-Filerobot-Key"
_TOKEN = re.compile(r"[\w-]+", re.ASCII)


class FilerobotLibrary:
    """Lists and downloads files by their API, and writes tags to `meta.tags` of each."""

    kind: ClassVar[str] = "filerobot"
    label: ClassVar[str] = "Filerobot (Scaleflex)"
    about: ClassVar[str] = (
        "Pictures of a Scaleflex DAM, or of another one with its asset API, version 4. Tags are "
        "written to each file's tags."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", "Address of the API", default="https://api.filerobot.com", names_server=True),
        Field("token", "Token", help="Names your library.", placeholder="fdocs"),
        Field("key", "API key", help="May list, read and change metadata.", is_secret=True),
        Field(
            "folder",
            "Folder",
            help="Without one: all of them.",
            placeholder="/press",
            is_required=False,
        ),
        Field(
            "tag_prefix",
            "Tags begin with",
            help="Tags that begin so are taken for ours, and replaced.",
            default="facet:",
        ),
    )

    def __init__(self, options: Mapping[str, str]) -> None:
        problems: dict[str, list[str]] = {}
        try:
            read_url(options["url"])
        except RequestFailed as error:
            problems["url"] = [error.message]
        if not _TOKEN.fullmatch(options["token"]):
            problems["token"] = ["Letters, digits, - and _ only."]
        if not options["key"].isascii() or not options["key"].isprintable():
            problems["key"] = ["This is not a key."]
        if problems:
            raise InvalidOptions(problems)
        self._base = f"{options['url'].rstrip('/')}/{options['token']}/v4"
        self._headers = {KEY_HEADER: options["key"]}
        self._folder, self._prefix = options["folder"], options["tag_prefix"]

    def place(self) -> str:
        return f"{self._base}{self._folder and ' ' + self._folder}"

    def check(self) -> None:
        try:
            self._list(offset=0, limit=1)
        except ItemFailed as error:
            raise SystemRefused(f"The list cannot be had: {error.message}") from error

    def list_pages(self, cursor: str) -> Iterator[Page]:
        offset = int(cursor or 0)
        while files := self._list(offset=offset, limit=PAGE_SIZE):
            offset += len(files)
            found = (self._found(file) for file in files if _is_picture(file))
            yield Page(tuple(found), str(offset))
            if len(files) < PAGE_SIZE:
                return

    @contextlib.contextmanager
    def open(self, key: str, *, version: str) -> Iterator[Picture]:  # noqa: ARG002
        file = self._file(key)
        urls = file.get("url") or {}
        url = str(urls.get("cdn") or urls.get("public") or "")
        folder = str((file.get("folder") or {}).get("name") or "")
        try:
            with fetch(url, reach=reach(), headers=self._headers_for(url)) as fetched:
                yield Picture(
                    fetched.file, str(file.get("name") or fetched.name), folder, self._said(file)
                )
        except RequestFailed as error:
            raise ItemFailed(f"{file.get('name')}: {error.message}", code=error.code) from error

    def write_back(self, key: str, *, version: str, tags: PhotoTags) -> Written:
        file = self._file(key)
        meta = _meta(file)
        now = _tags(meta)
        ours = [f"{self._prefix}{one.facet}:{one.value}" for one in tags.keywords]
        wanted = [*(tag for tag in now if not self._is_ours(tag)), *ours]
        if wanted == now:
            return Written(version, is_changed=False)
        # The whole of it is replaced, so all that was there goes back.
        body = {"meta": {**meta, "tags": wanted}}
        self._ask("PUT", f"/file/{key}/meta", body=body)
        return Written(version, is_changed=True)

    def _list(self, *, offset: int, limit: int) -> list[Mapping[str, Any]]:
        asked: dict[str, Any] = {"offset": offset, "limit": limit, "recursive": 1}
        if self._folder:
            asked["folder"] = self._folder
        files = self._ask("GET", f"/files?{urlencode(asked)}").get("files")
        if not isinstance(files, list) or not all(isinstance(one, dict) for one in files):
            raise SystemRefused("The address does not answer as Filerobot's API does.")
        return files

    def _file(self, key: str) -> Mapping[str, Any]:
        file = self._ask("GET", f"/files/{key}").get("file")
        if not isinstance(file, dict):
            raise ItemFailed(f"{key} is not described.", code="bad_answer")
        return file

    def _ask(self, method: str, path: str, *, body: Any = None) -> Mapping[str, Any]:
        return ask(method, f"{self._base}{path}", headers=self._headers, body=body)

    def _found(self, file: Mapping[str, Any]) -> Found:
        hashes = file.get("hash") or {}
        of_bytes = hashes.get("sha256") or hashes.get("sha1") if isinstance(hashes, dict) else ""
        said = hashlib.sha256(self._said(file)).hexdigest()[:16]
        size = (file.get("size") or {}).get("bytes")
        return Found(
            key=str(file.get("uuid", "")),
            version=f"{of_bytes or file.get('modified_at') or size}+{said}",
            size_bytes=size if isinstance(size, int) else None,
            label=str(file.get("name") or ""),
        )

    def _said(self, file: Mapping[str, Any]) -> bytes:
        """Return what others say of a file as XMP; our own tags are left out."""
        meta = _meta(file)
        others = [tag for tag in _tags(meta) if isinstance(tag, str) and not self._is_ours(tag)]
        told = {name: meta.get(name) for name in ("title", "description")}
        return sidecar_of({**told, "tags": others}, field="meta")

    def _is_ours(self, tag: Any) -> bool:
        return isinstance(tag, str) and tag.startswith(self._prefix)

    def _headers_for(self, url: str) -> dict[str, str]:
        """Return the key where a file is on the server of the API: nobody else gets it."""
        own, other = urlsplit(self._base), urlsplit(url)
        is_own = (own.scheme, own.netloc) == (other.scheme, other.netloc)
        return self._headers if is_own else {}


def _is_picture(file: Mapping[str, Any]) -> bool:
    return bool(file.get("uuid")) and str(file.get("type", "")).startswith("image/")


def _meta(file: Mapping[str, Any]) -> dict[str, Any]:
    meta = file.get("meta")
    return dict(meta) if isinstance(meta, dict) else {}


def _tags(meta: Mapping[str, Any]) -> list[Any]:
    tags = meta.get("tags")
    return list(tags) if isinstance(tags, list) else []
