"""A photo's XMP sidecar: its facts, its tags as keywords, and its faces as regions with names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.photo_tags import PhotoTags
from dam.metadata.facts import Metadata, distinct
from dam.metadata.merging import LISTS, Said, merge_xmp
from dam.metadata.packets import Kind, Property, write_xmp
from dam.metadata.regions import Stored, stored_picture, write_regions


def write_sidecar(tags: PhotoTags) -> bytes:
    """Return the sidecar of a photo that has none.

    What the photo's file said goes along, and its regions on which no face was found.
    """
    told, gone = tags.told, tags.gone
    regions = (*tags.regions, *tags.others)
    named = distinct(region.name for region in regions)
    properties = [
        *_facts(told),
        Property("tiff.Orientation", (str(told.orientation),)),
        *_lists(
            tags,
            others=[word for word in told.keywords if word not in gone],
            people=distinct((*named, *(name for name in told.people if name not in gone))),
        ),
        *write_regions(regions, _stored(tags)),
    ]
    return write_xmp(properties)


def merge_sidecar(packet: bytes, tags: PhotoTags) -> bytes:
    """Return somebody's sidecar with what we say now in place of what we said before.

    b"" for no sidecar: then one is made, which knows what is ours. The same bytes where nothing
    changes. Raises UnreadablePacket.
    """
    if not packet and tags.is_empty:
        return b""
    stored = _stored(tags)
    return merge_xmp(packet or _without_ours(tags, stored), _said(tags), stored)


def _without_ours(tags: PhotoTags, stored: Stored) -> bytes:
    """Return what the photo's file says: who reads a sidecar may not look at the file any more."""
    told, gone = tags.told, tags.gone
    others = {
        "dc.subject": tuple(word for word in told.keywords if word not in gone),
        "iptcExt.PersonInImage": tuple(name for name in told.people if name not in gone),
    }
    properties = [
        *_facts(told),
        Property("tiff.Orientation", (str(told.orientation),)),
        *(Property(path, texts, LISTS[path]) for path, texts in others.items() if texts),
        *write_regions(tags.others, stored),
    ]
    return write_xmp(properties)


def _said(tags: PhotoTags) -> Said:
    lists = _texts(tags, others=(), people=tags.people)
    return Said(lists=lists, regions=tags.regions, gone=tags.gone)


def _facts(told: Metadata) -> Iterator[Property]:
    for path, text in (
        ("dc.title", told.title),
        ("dc.description", told.description),
        ("dc.rights", told.copyright),
    ):
        if text:
            yield Property(path, (text,), Kind.LANGUAGES)
    if told.creator:
        yield Property("dc.creator", told.creator, Kind.SEQ)
    for path, text in (
        ("photoshop.DateCreated", told.taken_at),
        ("photoshop.City", told.city),
        ("photoshop.Country", told.country),
        ("xmp.Rating", "" if told.rating is None else str(told.rating)),
    ):
        if text:
            yield Property(path, (text,))


def _lists(tags: PhotoTags, *, others: Sequence[str], people: Sequence[str]) -> Iterator[Property]:
    texts = _texts(tags, others=others, people=people)
    return (Property(path, texts[path], kind) for path, kind in LISTS.items() if texts[path])


def _texts(
    tags: PhotoTags, *, others: Sequence[str], people: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    return {
        "dc.subject": distinct((*others, *(one.leaf for one in tags.keywords))),
        "lr.hierarchicalSubject": tuple(one.joined("|") for one in tags.keywords),
        "digiKam.TagsList": tuple(one.joined("/") for one in tags.keywords),
        "iptcExt.PersonInImage": tuple(people),
    }


def _stored(tags: PhotoTags) -> Stored:
    return stored_picture(width=tags.width, height=tags.height, orientation=tags.told.orientation)
