"""The picture of a request in AILabTools' manner, and what the vendor asks of it."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from analysis.compat.ailab.envelope import AiLabError
from analysis.compat.ailab.errors import AiLabRefusal
from dam.imaging import ImageInfo

MOST_BYTES = 20 * 2**20
# Both are outside of what is allowed.
TOO_SHORT_PX = 32
TOO_LONG_PX = 4096

JPEG_START = b"\xff\xd8\xff"
PNG_START = b"\x89PNG\r\n\x1a\n"
BMP_START = b"BM"
# Two letters may begin any text, so a bitmap must also have a header of a known size.
BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
HEAD_BYTES = 18

FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}


def read_picture(request: Request) -> UploadedFile:
    """Return the file `image`; its content says what it is, never its name.

    Raises AiLabRefusal.
    """
    files = request.FILES.getlist("image")
    if not files:
        if "image" in request.data:
            raise _invalid("`image` must be a file.")
        raise AiLabRefusal(AiLabError.MISSING_PARAMETERS, "The file `image` is missing.")
    if len(files) > 1:
        raise _invalid("Send one file called `image`.")
    (file,) = files
    if not file.size:
        raise _invalid("The file is empty.")
    if file.size > MOST_BYTES:
        raise AiLabRefusal(AiLabError.FILE_SIZE_EXCEEDS_LIMIT)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not is_known_type(head):
        raise AiLabRefusal(AiLabError.UNSUPPORTED_FILE_TYPES)
    return file


def is_known_type(head: bytes) -> bool:
    """Tell by its first 18 bytes whether a file is a JPEG, PNG or BMP."""
    if head.startswith((JPEG_START, PNG_START)):
        return True
    return head.startswith(BMP_START) and int.from_bytes(head[14:18], "little") in BMP_HEADER_SIZES


def check_resolution(info: ImageInfo) -> None:
    """Raise AiLabRefusal for a picture that the vendor would find too small or too large."""
    if min(info.width, info.height) <= TOO_SHORT_PX or max(info.width, info.height) >= TOO_LONG_PX:
        raise AiLabRefusal(
            AiLabError.FILE_RESOLUTION_EXCEEDS_LIMITS,
            f"The picture has {info.width} × {info.height} pixels; "
            f"both sides need {TOO_SHORT_PX + 1} to {TOO_LONG_PX - 1}.",
        )


def read_flag(request: Request, name: str) -> bool:
    """Return a parameter that is 0 or 1, or false or true. Raises AiLabRefusal."""
    text = str(request.data.get(name, "")).strip().lower()
    if text not in FLAGS:
        raise _invalid(f"`{name}` must be 0 or 1.")
    return FLAGS[text]


def read_whole(request: Request, name: str, *, default: int, lowest: int, highest: int) -> int:
    """Return a parameter that is a whole number. Raises AiLabRefusal."""
    text = str(request.data.get(name, "")).strip() or str(default)
    # Python would also read "1_000" and digits of other scripts.
    is_number = text.isascii() and text.isdigit() and len(text) <= 6
    if not is_number or not lowest <= int(text) <= highest:
        raise _invalid(f"`{name}` must be a whole number from {lowest} to {highest}.")
    return int(text)


def _invalid(message: str) -> AiLabRefusal:
    return AiLabRefusal(AiLabError.ERROR_INVALID_PARAMETER, message)
