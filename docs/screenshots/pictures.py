"""A library that may be shown to anybody: two official portraits, and what is made of them.

scikit-image brings NASA's portrait of the astronaut Eileen Collins and a few pictures without
people, matplotlib brings the US Navy's of Grace Hopper; all are free of rights. The rest are crops,
copies and montages of these.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

import skimage.data
from matplotlib import cbook
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from PIL.ExifTags import Base

Edit = Callable[[Image.Image], Image.Image]
Area = tuple[float, float, float, float]

WALL = (226, 222, 212)
DARK_WALL = (52, 58, 64)
FRAME = (36, 33, 30)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the name of its file, and what the file says of it."""

    path: str
    image: Image.Image
    title: str
    taken: str
    creator: str

    def save_below(self, folder: Path) -> None:
        """Write the picture as a file into its folder."""
        target = folder / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.as_jpeg())

    def as_jpeg(self) -> bytes:
        """Return the picture as a JPEG file with EXIF."""
        exif = Image.Exif()
        exif[Base.ImageDescription] = self.title
        exif[Base.Artist] = self.creator
        exif[Base.DateTimeOriginal] = self.taken
        file = io.BytesIO()
        self.image.convert("RGB").save(file, "JPEG", quality=92, exif=exif)
        return file.getvalue()


@dataclass(frozen=True, slots=True)
class Archive:
    """Where portraits of a person are from."""

    name: str
    slug: str
    folder: str
    day: str
    creator: str


COLLINS = Archive("Eileen Collins", "eileen-collins", "NASA/Portraits", "1992:07:15", "NASA")
HOPPER = Archive("Grace Hopper", "grace-hopper", "Navy/Portraits", "1984:01:20", "James S. Davis")


def all_pictures() -> Iterator[Picture]:
    """Yield the library in the order in which it comes in; what comes last is shown first."""
    navy, nasa = _portraits(hopper(), HOPPER), _portraits(collins(), COLLINS)
    # One of each in turn, as people upload what they happen to have.
    for several in zip_longest(navy, nasa, _things(), _exhibition()):
        yield from (picture for picture in several if picture)


def late_pictures() -> Iterator[Picture]:
    """Yield pictures that come in after the others."""
    left, right = _bust(collins()), _bust(hopper())
    for name, image in (
        ("opening-night", _hung([left, right, _mono(left)], columns=3, colour=DARK_WALL)),
        ("postcard", _framed(_cropped(hopper(), (0, 0, 1, 0.7)), (250, 250, 248))),
        ("cover", _cropped(collins(), (0.1, 0, 0.8, 0.95))),
    ):
        yield Picture(
            path=f"{name}.jpg",
            image=image,
            title=f"Pioneers, the exhibition: {name.replace('-', ' ')}",
            taken="2026:05:20 19:00:00",
            creator="Facet",
        )


@cache
def collins() -> Image.Image:
    """Return the portrait of Eileen Collins, as large as others are."""
    return ImageOps.scale(Image.fromarray(skimage.data.astronaut()), 2, Image.Resampling.LANCZOS)


@cache
def hopper() -> Image.Image:
    """Return the portrait of Grace Hopper, as large as others are."""
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        portrait = Image.open(file).convert("RGB")
    return ImageOps.scale(portrait, 1.5, Image.Resampling.LANCZOS)


def _portraits(whole: Image.Image, of: Archive) -> Iterator[Picture]:
    """Yield the portrait of a person in the ways that an archive has it."""
    edits: dict[str, tuple[str, Edit]] = {
        "archive copy": ("negative scan, grainy", lambda i: _soft(_mono(i), 3)),
        "out of focus": ("out of focus", lambda i: _soft(i, 7)),
        "contact print": ("contact print", lambda i: _sepia(_cropped(i, (0.08, 0, 0.9, 0.72)))),
        "dim": ("dim", lambda i: ImageEnhance.Brightness(i).enhance(0.42)),
        "mirrored": ("mirrored for the left page", ImageOps.mirror),
        "tilted": ("tilted", lambda i: _turned(i, 14)),
        "wide": ("wide", lambda i: _cropped(i, (0, 0, 1, 0.62))),
        "mono": ("black and white", _mono),
        "mono tilted": ("black and white, tilted", lambda i: _turned(_mono(i), -18)),
        "faded": ("faded", lambda i: ImageEnhance.Contrast(_sepia(i)).enhance(0.55)),
        "framed": ("framed", lambda i: _framed(i, WALL)),
        "bright": ("bright", lambda i: ImageEnhance.Brightness(i).enhance(1.25)),
        "small": ("thumbnail", lambda i: i.resize((i.width // 4, i.height // 4))),
        "upright": ("upright", lambda i: _cropped(i, (0.16, 0, 0.8, 0.9))),
        "close": ("close", _close),
        "official": ("official portrait", lambda i: i),
    }
    for number, (what, (words, edit)) in enumerate(edits.items()):
        yield Picture(
            path=f"{of.folder}/{of.slug}-{what.replace(' ', '-')}.jpg",
            image=edit(whole),
            title=f"{of.name}, {words}",
            taken=f"{of.day} {9 + number // 4:02}:{number % 4 * 13:02}:00",
            creator=of.creator,
        )


def _exhibition() -> Iterator[Picture]:
    """Yield pictures of several portraits on a wall."""
    left, right = _bust(collins()), _bust(hopper())
    hung = {
        "contact-sheet": ([left, right] * 9, 6, WALL),
        "corridor": ([_mono(right), left, _mono(right), left], 4, DARK_WALL),
        "wall-north": (
            [left, _mono(right), _sepia(left), right, _mono(left), _sepia(right)],
            3,
            WALL,
        ),
        # The face behind the glass is missed: a person has to draw it.
        "wall-frosted": ([left, _frosted(right), ImageOps.mirror(left)], 3, WALL),
        "wall-south": ([right, ImageOps.mirror(left), right], 3, DARK_WALL),
        "pioneers-poster": ([left, right], 2, DARK_WALL),
        "pioneers": ([right, left], 2, WALL),
    }
    for number, (name, (portraits, columns, colour)) in enumerate(hung.items()):
        yield Picture(
            path=f"Exhibition 2026/{name}.jpg",
            image=_hung(portraits, columns=columns, colour=colour),
            title=f"Pioneers, the exhibition: {name.replace('-', ' ')}",
            taken=f"2026:05:{10 + number:02} 18:30:00",
            creator="Facet",
        )


def _things() -> Iterator[Picture]:
    """Yield pictures without a person who can be known."""
    for name, folder, title, taken in (
        ("chelsea", "Office", "Chelsea, the office cat", "2011:12:31 16:20:00"),
        ("coffee", "Office", "Coffee, before the opening", "2026:05:09 08:05:00"),
        ("camera", "Office", "The photographer at work", "2020:09:01 10:00:00"),
        ("moon", "NASA/Sky", "The surface of the Moon", "1969:07:16 00:00:00"),
        ("hubble_deep_field", "NASA/Sky", "Hubble Deep Field", "1995:12:28 00:00:00"),
        ("rocket", "NASA/Launches", "Lift-off with DSCOVR", "2015:02:11 18:03:00"),
    ):
        yield Picture(
            path=f"{folder}/{name.replace('_', '-')}.jpg",
            image=Image.fromarray(getattr(skimage.data, name)()),
            title=title,
            taken=taken,
            creator="scikit-image",
        )


def _cropped(image: Image.Image, area: Area) -> Image.Image:
    """Return a part of a picture; `area` is left, top, right and bottom, each 0 to 1."""
    left, top, right, bottom = area
    box = (left * image.width, top * image.height, right * image.width, bottom * image.height)
    return image.crop(tuple(round(edge) for edge in box))


def _close(image: Image.Image) -> Image.Image:
    face = _bust(image)
    return _cropped(face, (0.12, 0.06, 0.88, 0.94))


def _bust(image: Image.Image) -> Image.Image:
    """Return head and shoulders, 4:5, 480 px wide."""
    is_collins = image.width == image.height
    area = (0.22, 0, 0.66, 0.55) if is_collins else (0.14, 0.05, 0.86, 0.8)
    return ImageOps.fit(_cropped(image, area), (480, 600), Image.Resampling.LANCZOS)


def _mono(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).convert("RGB")


def _sepia(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(image), (32, 22, 14), (250, 238, 214))


def _soft(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def _frosted(image: Image.Image) -> Image.Image:
    """Return the picture as it is seen through frosted glass."""
    return Image.blend(_soft(image, 30), Image.new("RGB", image.size, (215, 225, 230)), 0.55)


def _turned(image: Image.Image, degrees: float) -> Image.Image:
    """Return the picture turned, without the empty corners."""
    turned = image.rotate(degrees, Image.Resampling.BICUBIC)
    share = math.sin(math.radians(abs(degrees))) * 0.42
    return _cropped(turned, (share, share, 1 - share, 1 - share))


def _framed(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    return ImageOps.expand(ImageOps.expand(image, 70, colour), 14, FRAME)


def _hung(
    portraits: list[Image.Image], *, columns: int, colour: tuple[int, int, int]
) -> Image.Image:
    """Return framed portraits in rows on a wall."""
    gap = 70
    framed = [ImageOps.expand(ImageOps.expand(p, 26, "white"), 12, FRAME) for p in portraits]
    width, height = framed[0].size
    rows = -(-len(framed) // columns)
    wall = Image.new(
        "RGB", (columns * (width + gap) + gap, rows * (height + gap) + gap + 60), colour
    )
    draw = ImageDraw.Draw(wall)
    for place, portrait in enumerate(framed):
        left = gap + place % columns * (width + gap)
        top = gap + place // columns * (height + gap)
        shadow = (left + 10, top + 12, left + width + 10, top + height + 12)
        draw.rectangle(shadow, fill=tuple(part * 4 // 5 for part in colour))
        wall.paste(portrait, (left, top))
    wall.thumbnail((2400, 2400))
    return wall
