"""Which kinds of files are pictures to us, and what to say of those that are not."""

from __future__ import annotations

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from dam.errors import DamError

# Pillow's name of a format → media type. MPO is a JPEG with more pictures behind the first.
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tif",
    "image/avif": "avif",
    "image/heic": "heic",
}
# AVIF before HEIF: both may call themselves "mif1", and only the first can read AV1.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")

# How files of those formats begin. "BM" is left out: two letters may begin any text.
SIGNATURES = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
)
HEIF_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
# Pictures, documents and films that people take for pictures: (offset, how they begin, name).
FOREIGN_SIGNATURES = (
    (0, b"8BPS", "a Photoshop document"),
    (0, b"%PDF", "a PDF document"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"\0\0\x01\0", "an icon"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"FUJIFILMCCD-RAW", "a camera's raw picture"),
    (0, b"IIRO", "a camera's raw picture"),
    (0, b"IIU\0", "a camera's raw picture"),
    (4, b"ftypcrx ", "a camera's raw picture"),
    (4, b"ftyp", "a film"),
    (8, b"AVI ", "a film"),
    (0, b"\x1a\x45\xdf\xa3", "a film"),
)
HEAD_BYTES = 32

CANON_RAW = b"CR\x02\0"
NEW_SUBFILE_TYPE_TAG = 254
DNG_VERSION_TAG = 50706
REDUCED_RESOLUTION = 1


class UnreadableImage(DamError):
    """The bytes are no picture, or none that can be used."""

    status = 422


def refuse_unusual(image: Image.Image, head: bytes) -> None:
    """Raise UnreadableImage for what Pillow opens but whose pixels would come out wrong."""
    if image.mode in {"I", "F"}:
        raise _unsupported("This picture has 32 bits a sample.")
    if not isinstance(image, TiffImageFile):
        return
    # A raw picture is a TIFF whose first page is a preview.
    is_reduced = image.tag_v2.get(NEW_SUBFILE_TYPE_TAG, 0) & REDUCED_RESOLUTION
    if is_reduced or DNG_VERSION_TAG in image.tag_v2 or head.startswith(CANON_RAW, 8):
        raise _unsupported("This is a camera's raw picture.")


def explain_failure(head: bytes) -> UnreadableImage:
    """Return why a file that begins so could not be opened."""
    if not head:
        return UnreadableImage("The file is empty.", code="empty_file")
    is_heif = head.startswith(b"ftyp", 4) and head[8:12] in HEIF_BRANDS
    if head.startswith(SIGNATURES) or head.startswith(b"WEBP", 8) or is_heif:
        return UnreadableImage("The picture is damaged or incomplete.", code="truncated")
    for offset, signature, name in FOREIGN_SIGNATURES:
        if head.startswith(signature, offset):
            return _unsupported(f"This is {name}.")
    return UnreadableImage("This is not a picture.", code="not_an_image")


def _unsupported(what: str) -> UnreadableImage:
    return UnreadableImage(
        f"{what} JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF can be read.",
        code="unsupported_type",
    )
