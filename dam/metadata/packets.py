"""XMP packets by exiv2, the only module that imports it.

exiv2 is native code that is handed what anybody may have written, so it gets little: never a whole
file, no EXIF and no IPTC (Pillow reads those), and XMP only once Python's own parser found it
well-formed, shallow and without entities. It is used by one thread at a time, as its XMP toolkit
has global state.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import ModuleType
from typing import Any
from xml.parsers import expat

MOST_XMP_BYTES = 2 * 2**20
MOST_DEPTH = 40
MOST_ELEMENTS = 60_000
MOST_PROPERTIES = 40_000
# Of properties of our own, which nobody else has to understand.
OWN_NAMESPACE = "urn:facet:xmp:1.0/"
OWN_PREFIX = "facet"

_lock = threading.Lock()
_PACKET = re.compile(r"<(?:\w+:xmpmeta|rdf:RDF)[\s>].*</(?:\w+:xmpmeta|rdf:RDF)\s*>", re.S)
# What XML 1.0 does not allow, and some programs write.
_INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEADER = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TRAILER = '<?xpacket end="w"?>'


class UnreadablePacket(ValueError):
    """The packet is broken, too large or hostile."""


class Kind(Enum):
    """A kind of XMP value that is not a plain text."""

    STRUCT = "struct"
    BAG = "bag"
    SEQ = "seq"
    LANGUAGES = "languages"


@dataclass(frozen=True, slots=True)
class Property:
    """A property to write: its path below "Xmp.", such as "dc.subject", and its value.

    Without texts a struct or a list is opened, whose members are properties of their own.
    """

    path: str
    texts: tuple[str, ...] = ()
    kind: Kind | None = None


def read_xmp(packet: bytes) -> dict[str, list[str]]:
    """Return a packet's properties by exiv2's keys without "Xmp.", with the texts of each.

    Of a text in several languages the default comes first. Raises UnreadablePacket.
    """
    text = _well_formed(packet)
    with _lock:
        exiv2 = _exiv2()
        try:
            return _collect(_opened(exiv2, text).xmpData())
        except exiv2.Exiv2Error as error:
            raise UnreadablePacket(str(error)) from error


def write_xmp(properties: Iterable[Property]) -> bytes:
    """Return a packet with these properties, in UTF-8, as a sidecar file holds it."""
    with _lock:
        exiv2 = _exiv2()
        return _encoded(exiv2, _add(exiv2, exiv2.XmpData(), properties))


def edit_xmp(
    packet: bytes, *, rename: Callable[[str], str | None], properties: Iterable[Property]
) -> bytes:
    """Return a packet with some of its properties under another path, and with more of them.

    `rename` tells the new path of each, None for what goes; what it gives back unchanged stays as
    it is, also where nobody here knows what it means. Raises UnreadablePacket.
    """
    text = _well_formed(packet)
    with _lock:
        exiv2 = _exiv2()
        try:
            image = _opened(exiv2, text)
            data = exiv2.XmpData()
            for datum in image.xmpData():
                path = rename(datum.key().removeprefix("Xmp."))
                if path is not None:
                    data.add(exiv2.XmpKey(f"Xmp.{path}"), datum.value())
            return _encoded(exiv2, _add(exiv2, data, properties))
        except exiv2.Exiv2Error as error:
            raise UnreadablePacket(str(error)) from error


@cache
def _exiv2() -> ModuleType:
    import exiv2

    # What is wrong with a packet is our exception; on stderr it would tell nobody which file it is.
    exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
    exiv2.XmpProperties.registerNs(OWN_NAMESPACE, OWN_PREFIX)
    return exiv2


def _opened(exiv2: ModuleType, text: str) -> Any:
    image = exiv2.ImageFactory.open((_HEADER + text + _TRAILER).encode())
    image.readMetadata()
    return image


def _add(exiv2: ModuleType, data: Any, properties: Iterable[Property]) -> Any:
    for one in properties:
        data.add(exiv2.XmpKey(f"Xmp.{one.path}"), _value(exiv2, one))
    return data


def _encoded(exiv2: ModuleType, data: Any) -> bytes:
    flags = exiv2.XmpParser.XmpFormatFlags
    _, text = exiv2.XmpParser.encode(data, flags.omitPacketWrapper | flags.useCompactFormat)
    return (_HEADER + "\n" + text + _TRAILER + "\n").encode()


def _collect(data: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for count, datum in enumerate(data):
        if count > MOST_PROPERTIES:
            raise UnreadablePacket("too many properties")
        value = datum.value()
        found[datum.key().removeprefix("Xmp.")] = _texts(value)
    return found


def _texts(value: Any) -> list[str]:
    kind = value.typeId().name
    if kind == "langAlt":
        languages = {str(language): str(value[language]) for language in value.keys()}  # noqa: SIM118
        default = languages.pop("x-default", None)
        return ([] if default is None else [default]) + list(languages.values())
    if kind in {"xmpBag", "xmpSeq", "xmpAlt"}:
        return [str(value[index]) for index in range(value.count())]
    return [str(value)]


def _value(exiv2: ModuleType, one: Property) -> Any:
    if one.kind is Kind.LANGUAGES:
        return exiv2.LangAltValue({"x-default": one.texts[0]})
    if one.kind in (Kind.BAG, Kind.SEQ) and one.texts:
        kind = exiv2.TypeId.xmpBag if one.kind is Kind.BAG else exiv2.TypeId.xmpSeq
        return exiv2.XmpArrayValue(list(one.texts), kind)
    value = exiv2.XmpTextValue("".join(one.texts))
    if one.kind is Kind.STRUCT:
        value.setXmpStruct(exiv2.XmpValue.XmpStruct.xsStruct)
    elif one.kind is not None:
        types = exiv2.XmpValue.XmpArrayType
        value.setXmpArrayType(types.xaBag if one.kind is Kind.BAG else types.xaSeq)
    return value


def _well_formed(packet: bytes) -> str:
    """Return a packet's XML, checked by a parser that nobody's nesting or entities can hurt."""
    if len(packet) > MOST_XMP_BYTES:
        raise UnreadablePacket(f"XMP of {len(packet)} bytes")
    found = _PACKET.search(_INVALID.sub("", _decode(packet)))
    if found is None:
        raise UnreadablePacket("no XMP")
    text = found[0]
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = count = 0

    def start(*_: object) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise UnreadablePacket("XMP is nested too deeply, or too long")

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise UnreadablePacket("XMP with a document type")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise UnreadablePacket(f"XMP that is no XML: {error}") from error
    return text


def _decode(packet: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if packet.startswith(mark):
            return packet.decode(encoding, errors="replace")
    try:
        return packet.decode("utf-8-sig")
    except UnicodeDecodeError:
        return packet.decode("latin-1")
