"""A bucket of S3, or of a service that speaks as S3 does, with XMP sidecars beside the pictures."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, ClassVar

from analysis.connectors.errors import InvalidOptions, ItemFailed, SystemRefused, SystemUnavailable
from analysis.connectors.interface import Field, Found, Page, Picture, Written, is_picture
from analysis.connectors.reach import require_reachable
from analysis.connectors.systems.sidecars import merged
from analysis.photo_tags import PhotoTags
from dam.connections import RequestFailed, read_url
from dam.metadata.packets import MOST_XMP_BYTES

PAGE_SIZE = 1000
SIGN = "+"
CONNECT_SECONDS = 5
READ_SECONDS = 30
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REFUSALS = frozenset(
    {"AccessDenied", "InvalidAccessKeyId", "NoSuchBucket", "SignatureDoesNotMatch"}
    | {"AllAccessDisabled", "InvalidBucketName", "PermanentRedirect", "403", "400"}
)
_MISSING = frozenset({"NoSuchKey", "NotFound", "404"})


class Bucket:
    """Pulls objects whose ETag is new, and writes `photo.jpg.xmp` beside each."""

    kind: ClassVar[str] = "s3"
    label: ClassVar[str] = "S3 bucket"
    about: ClassVar[str] = (
        "Pictures in a bucket of Amazon S3, MinIO, Ceph, R2 or another service that speaks S3. "
        "Tags are written to XMP objects beside them."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("bucket", "Bucket", placeholder="press-photos"),
        Field(
            "prefix",
            "Prefix",
            help="Only objects whose keys begin so; / stands between folders.",
            placeholder="2026/",
            is_required=False,
        ),
        Field("region", "Region", placeholder="eu-central-1", is_required=False),
        Field(
            "endpoint_url",
            "Endpoint",
            help="Of another service than Amazon's.",
            placeholder="https://minio.example.org",
            is_required=False,
            names_server=True,
        ),
        Field("access_key_id", "Access key ID"),
        Field("secret_access_key", "Secret access key", is_secret=True),
    )

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = options
        self._bucket, self._prefix = options["bucket"], options["prefix"].lstrip("/")
        problems: dict[str, list[str]] = {}
        if not _BUCKET.fullmatch(self._bucket):
            problems["bucket"] = ["This is not the name of a bucket."]
        if options["endpoint_url"]:
            try:
                read_url(options["endpoint_url"])
            except RequestFailed as error:
                problems["endpoint_url"] = [error.message]
        if problems:
            raise InvalidOptions(problems)

    def place(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def check(self) -> None:
        if self._options["endpoint_url"]:
            require_reachable(self._options["endpoint_url"])
        with self._told():
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)

    def list_pages(self, cursor: str) -> Iterator[Page]:
        rest: list[Mapping[str, Any]] = []
        while True:
            place = {"StartAfter": cursor} if cursor else {}
            with self._told():
                answer = self._client.list_objects_v2(
                    Bucket=self._bucket, Prefix=self._prefix, MaxKeys=PAGE_SIZE, **place
                )
            objects = answer.get("Contents", [])
            is_last = not answer["IsTruncated"] or not objects
            cursor = objects[-1]["Key"] if objects else cursor
            rest += objects
            whole, rest = _split(rest, is_last=is_last)
            if whole:
                yield Page(tuple(_pictures(whole)), whole[-1]["Key"])
            if is_last:
                return

    @contextlib.contextmanager
    def open(self, key: str, *, version: str) -> Iterator[Picture]:
        etag = version.partition(SIGN)[0]
        with self._told(key):
            answer = self._client.get_object(Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"')
        path = PurePosixPath(key.removeprefix(self._prefix).lstrip("/"))
        sidecar = self._read_sidecar(key)[1] if SIGN in version else b""
        with contextlib.closing(answer["Body"]) as body, self._told(key):
            yield Picture(body, path.name, path.parent.as_posix().removeprefix("."), sidecar)

    def write_back(self, key: str, *, version: str, tags: PhotoTags) -> Written:
        name, packet = self._read_sidecar(key)
        if name != f"{key}.xmp" and self._is_shared(key):
            name, packet = f"{key}.xmp", b""
        packet_now = merged(packet, tags, of=name)
        if packet_now == packet:
            return Written(version, is_changed=False)
        with self._told(name):
            answer = self._client.put_object(
                Bucket=self._bucket,
                Key=name,
                Body=packet_now,
                ContentType="application/rdf+xml",
            )
        etag = _etag(answer)
        return Written(f"{version.partition(SIGN)[0]}{SIGN}{etag}", is_changed=True)

    @cached_property
    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        endpoint = self._options["endpoint_url"] or None
        return boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=self._options["region"] or "us-east-1",
            aws_access_key_id=self._options["access_key_id"],
            aws_secret_access_key=self._options["secret_access_key"],
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"max_attempts": 3, "mode": "standard"},
                # Few services of others have a name on the network for each bucket.
                s3={"addressing_style": "path" if endpoint else "auto"},
            ),
        )

    def _read_sidecar(self, key: str) -> tuple[str, bytes]:
        """Return the key and the bytes of a picture's sidecar; of a new one, with none."""
        own, *others = _sidecar_keys(key)
        for name in (own, *others):
            with contextlib.suppress(_NothingThere), self._told(name):
                answer = self._client.get_object(Bucket=self._bucket, Key=name)
                with contextlib.closing(answer["Body"]) as body:
                    return name, body.read(MOST_XMP_BYTES + 1)
        return own, b""

    def _is_shared(self, key: str) -> bool:
        """Tell whether `photo.xmp` may be about `photo.png` as well as `photo.jpg`."""
        stem = _stem(key)
        with self._told(key):
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=f"{stem}.")
        keys = (one["Key"] for one in answer.get("Contents", ()))
        return sum(_stem(one) == stem and is_picture(one) for one in keys) > 1

    @contextlib.contextmanager
    def _told(self, key: str = "") -> Iterator[None]:
        """Raise what the service answers as an error of ours; `key` is what it is about."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            raise _explain(str(error.response.get("Error", {}).get("Code", "")), key) from error
        except (BotoCoreError, OSError) as error:
            raise SystemUnavailable("The service does not answer.") from error


class _NothingThere(ItemFailed):
    code = "gone"


def _explain(code: str, key: str) -> Exception:
    if key and code in _MISSING:
        return _NothingThere(f"{key} is not there any more.")
    if key and code in {"PreconditionFailed", "412"}:
        return ItemFailed(f"{key} was changed at this moment.", code="changed_meanwhile")
    if key and code in _REFUSALS:
        return ItemFailed(f"The service refuses {key}: {code}.", code="refused")
    if code in _REFUSALS or code in _MISSING:
        return SystemRefused(f"The service answers {code}: check the bucket and the key.")
    return SystemUnavailable(f"The service answers {code or 'with an error'}.")


def _split(
    objects: Sequence[Mapping[str, Any]], *, is_last: bool
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return objects of which nothing is missing, and the last ones, whose sidecar may follow.

    What belongs to one picture lies side by side, as it begins with the same name up to a dot.
    """
    if is_last or not objects:
        return list(objects), []
    last = _group(objects[-1]["Key"])
    start = next(index for index, one in enumerate(objects) if _group(one["Key"]) == last)
    # More of one group than a page has would never come to an end.
    cut = start or len(objects)
    return list(objects[:cut]), list(objects[cut:])


def _group(key: str) -> str:
    folder, _, name = key.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


def _pictures(objects: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    etags = {one["Key"]: _etag(one) for one in objects}
    for one in objects:
        key = one["Key"]
        if not is_picture(key) or PurePosixPath(key).name.startswith("."):
            continue
        beside = next((etags[name] for name in _sidecar_keys(key) if name in etags), "")
        version = f"{etags[key]}{SIGN}{beside}" if beside else etags[key]
        yield Found(key, version, size_bytes=one["Size"], modified_at=one["LastModified"])


def _sidecar_keys(key: str) -> tuple[str, ...]:
    """Return what a picture's sidecar may be called: digiKam's way first, then Adobe's."""
    return (f"{key}.xmp", f"{key}.XMP", f"{_stem(key)}.xmp", f"{_stem(key)}.XMP")


def _stem(key: str) -> str:
    return key.removesuffix(PurePosixPath(key).suffix)


def _etag(answer: Mapping[str, Any]) -> str:
    return str(answer["ETag"]).strip('"')
