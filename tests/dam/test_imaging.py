from __future__ import annotations

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin
from skimage import data

from dam import imaging
from dam.imaging import ImageInfo, UnreadableImage, decode, probe, thumbnail
from tests.dam import profiles
from tests.pictures import encoded, picture, png_bomb, png_chunk, png_of, rgb16_png

MAX_PIXELS = 100_000_000
ORIENTATION_TAG = 0x112
# Damaged files make Pillow warn; warnings are errors in our tests.
PILLOW_MAY_WARN = pytest.mark.filterwarnings("ignore::UserWarning")

# By the EXIF standard: what is to be done to stored pixels to see them upright.
UPRIGHT = {
    1: lambda stored: stored,
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(stored, 2).swapaxes(0, 1),
    8: lambda stored: np.rot90(stored, 1),
}
FORMATS = {
    "JPEG": ImageInfo("image/jpeg", "jpg", 96, 64),
    "PNG": ImageInfo("image/png", "png", 96, 64),
    "WEBP": ImageInfo("image/webp", "webp", 96, 64),
    "GIF": ImageInfo("image/gif", "gif", 96, 64),
    "BMP": ImageInfo("image/bmp", "bmp", 96, 64),
    "TIFF": ImageInfo("image/tiff", "tif", 96, 64),
    "AVIF": ImageInfo("image/avif", "avif", 96, 64),
    "HEIF": ImageInfo("image/heic", "heic", 96, 64),
}


@pytest.fixture(autouse=True, scope="module")
def _heif_can_be_written():
    imaging._prepare_pillow()


def read(content: bytes, *, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Return a file's pixels as red, green, blue: easier to compare."""
    pixels = decode(io.BytesIO(content), max_pixels=max_pixels)
    return pixels[:, :, ::-1].astype(int)


def shrink(content: bytes, *, side_px: int = 512) -> np.ndarray:
    small = thumbnail(io.BytesIO(content), max_pixels=MAX_PIXELS, side_px=side_px)
    with Image.open(io.BytesIO(small)) as image:
        return np.asarray(image).astype(int)


def failure(content: bytes, *, max_pixels: int = MAX_PIXELS) -> str:
    with pytest.raises(UnreadableImage) as caught:
        decode(io.BytesIO(content), max_pixels=max_pixels)
    return caught.value.code


def with_orientation(image: Image.Image, kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    lossless = {"WEBP": {"lossless": True}}.get(kind, {})
    return encoded(image, kind, exif=exif.tobytes(), **lossless)


def assert_same(pixels: np.ndarray, expected: np.ndarray, *, tolerance: int = 0) -> None:
    """Compare but for the pixels beside the borders of the quarters, which JPEG and such blur."""
    assert pixels.shape == expected.shape
    difference = np.abs(pixels - expected.astype(int)).max(axis=2)
    assert np.quantile(difference, 0.9) <= tolerance


@pytest.mark.parametrize("kind", FORMATS)
def test_probe_tells_what_a_file_is(kind):
    content = encoded(picture(), kind)

    assert probe(io.BytesIO(content)) == FORMATS[kind]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_decoded(kind):
    image = picture()
    tolerance = 0 if kind in {"PNG", "BMP", "TIFF", "GIF"} else 12

    assert_same(read(encoded(image, kind)), np.asarray(image), tolerance=tolerance)


def test_pixels_are_contiguous_blue_green_red():
    content = encoded(Image.new("RGB", (40, 30), (250, 120, 10)))

    pixels = decode(io.BytesIO(content), max_pixels=MAX_PIXELS)

    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert pixels[5, 5].tolist() == [10, 120, 250]


def test_a_real_photo_comes_out_as_it_is():
    photo = data.astronaut()

    assert np.array_equal(read(encoded(Image.fromarray(photo))), photo)


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "JPEG"])
def test_exif_orientation_is_applied(kind, orientation):
    stored = picture()
    tolerance = 12 if kind == "JPEG" else 0

    pixels = read(with_orientation(stored, kind, orientation))

    assert_same(pixels, UPRIGHT[orientation](np.asarray(stored)), tolerance=tolerance)


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_a_container_s_own_rotation_is_applied_once(kind, orientation):
    stored = picture()

    pixels = read(with_orientation(stored, kind, orientation))

    assert_same(pixels, UPRIGHT[orientation](np.asarray(stored)), tolerance=16)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_tall_picture_is_turned_strip_by_strip(orientation, monkeypatch):
    monkeypatch.setattr(imaging, "STRIP_PIXELS", 96 * 7)
    stored = picture()

    pixels = read(with_orientation(stored, "PNG", orientation))

    assert np.array_equal(pixels, UPRIGHT[orientation](np.asarray(stored)))


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_probe_tells_the_upright_size(orientation):
    content = with_orientation(picture(), "JPEG", orientation)

    info = probe(io.BytesIO(content))

    assert (info.width, info.height) == ((64, 96) if orientation >= 5 else (96, 64))


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_thumbnail_is_upright(orientation):
    stored = picture(600, 400)

    small = shrink(with_orientation(stored, "JPEG", orientation), side_px=96)

    assert_same(small, UPRIGHT[orientation](np.asarray(picture())), tolerance=12)


@pytest.mark.parametrize("orientation", [0, 9, 999])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    assert read(with_orientation(picture(), "JPEG", orientation)).shape == (64, 96, 3)


@PILLOW_MAY_WARN
def test_broken_exif_is_ignored():
    content = encoded(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")

    assert read(content).shape == (64, 96, 3)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_orientation_that_only_xmp_tells_is_ignored_as_browsers_do(kind):
    xmp = b'<x:xmpmeta tiff:Orientation="6"></x:xmpmeta>'
    options = {"xmp": xmp} if kind == "JPEG" else {"tiffinfo": {700: xmp}}
    content = encoded(picture(), kind, **options)

    assert read(content).shape == (64, 96, 3)


def test_grey_becomes_three_equal_channels():
    content = encoded(Image.new("L", (40, 40), 77), "JPEG")

    assert np.unique(read(content)).tolist() == [77]


def test_black_and_white_is_decoded():
    image = Image.new("1", (40, 40), 1)
    image.putpixel((0, 0), 0)

    pixels = read(encoded(image, "TIFF", compression="group4"))

    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[5, 5].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_not_inverted(kind):
    light_red = Image.new("CMYK", (40, 40), (0, 100, 100, 0))

    red, green, blue = read(encoded(light_red, kind))[20, 20]

    assert red > 240
    assert 140 < green < 170
    assert 140 < blue < 170


def test_a_cmyk_picture_s_profile_is_used():
    content = encoded(
        Image.new("CMYK", (40, 40), (0, 0, 0, 128)), "JPEG", icc_profile=profiles.cmyk()
    )

    # The profile takes lightness straight from black, which plain arithmetic does not.
    assert read(content)[20, 20] == pytest.approx([118, 118, 118], abs=3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_16_bits_is_scaled(kind):
    levels = np.linspace(0, 65535, 96).astype(np.uint16)
    content = encoded(Image.fromarray(np.tile(levels, (64, 1))), kind)

    pixels = read(content)

    assert pixels[10, :, 1] == pytest.approx(levels / 257, abs=1)


def test_colours_of_16_bits_are_scaled():
    levels = np.linspace(0, 65535, 96).astype(np.uint16)
    rows = np.stack([levels, levels[::-1], levels // 2], axis=1)

    pixels = read(rgb16_png(np.tile(rows, (64, 1, 1))))

    assert pixels[10] == pytest.approx(rows / 257, abs=1)


def test_a_thumbnail_of_16_bits_is_scaled():
    content = encoded(Image.fromarray(np.full((600, 600), 32768, np.uint16)))

    assert shrink(content)[100, 100] == pytest.approx([128, 128, 128], abs=2)


def test_alpha_is_laid_on_white():
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((200, 0, 0, 128), (0, 0, 20, 40))

    pixels = read(encoded(image))

    assert pixels[20, 30].tolist() == [255, 255, 255]
    assert pixels[20, 10] == pytest.approx([227, 127, 127], abs=1)


def test_grey_with_alpha_is_laid_on_white():
    content = encoded(Image.new("LA", (40, 40), (0, 128)))

    assert read(content)[20, 20] == pytest.approx([127, 127, 127], abs=1)


def test_a_transparent_palette_entry_is_white():
    image = Image.new("P", (40, 40), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.paste(0, (0, 0, 20, 40))

    pixels = read(encoded(image, "PNG", transparency=1))

    assert pixels[20, 10].tolist() == [255, 0, 0]
    assert pixels[20, 30].tolist() == [255, 255, 255]


def test_a_transparent_colour_is_white():
    image = Image.new("RGB", (40, 40), (1, 2, 3))
    image.paste((9, 9, 9), (0, 0, 20, 40))

    pixels = read(encoded(image, "PNG", transparency=(1, 2, 3)))

    assert pixels[20, 10].tolist() == [9, 9, 9]
    assert pixels[20, 30].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF", "HEIF"])
def test_the_first_frame_counts(kind):
    first, second = (Image.new("RGB", (64, 64), colour) for colour in ("red", "blue"))

    pixels = read(encoded(first, kind, save_all=True, append_images=[second]))

    assert pixels[32, 32] == pytest.approx([255, 0, 0], abs=6)


def test_more_pictures_behind_a_jpeg_do_not_matter():
    first, second = (Image.new("RGB", (64, 64), colour) for colour in ("red", "blue"))
    content = encoded(first, "MPO", save_all=True, append_images=[second])

    assert probe(io.BytesIO(content)).media_type == "image/jpeg"
    assert read(content)[32, 32] == pytest.approx([255, 0, 0], abs=6)


def test_a_wide_gamut_s_colours_become_srgb():
    content = encoded(Image.new("RGB", (40, 40), (141, 85, 36)), icc_profile=profiles.prophoto())

    red, green, blue = read(content)[20, 20]

    assert red > 170
    assert green < 70
    assert blue < 20


def test_srgb_stays_as_it_is():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = picture()

    assert np.array_equal(read(encoded(image, icc_profile=srgb)), np.asarray(image))


def test_a_close_profile_is_converted_in_thumbnails_alone():
    content = encoded(Image.new("RGB", (40, 40), (200, 100, 50)), icc_profile=profiles.display_p3())

    assert read(content)[20, 20].tolist() == [200, 100, 50]
    assert shrink(content)[20, 20] == pytest.approx([215, 93, 31], abs=3)


@pytest.mark.parametrize("profile", [b"nonsense", b"", profiles.cmyk()])
def test_a_profile_that_does_not_fit_is_ignored(profile):
    image = picture()

    assert np.array_equal(read(encoded(image, icc_profile=profile)), np.asarray(image))


def test_a_profile_that_is_larger_than_any_real_one_is_ignored():
    image = picture()
    content = encoded(image, "TIFF", icc_profile=profiles.prophoto() + bytes(4_000_000))

    assert np.array_equal(read(content), np.asarray(image))


def test_an_avif_that_names_only_its_container_is_decoded():
    content = encoded(picture(), "AVIF")

    pixels = read(content.replace(b"ftypavif", b"ftypmif1", 1))

    assert_same(pixels, np.asarray(picture()), tolerance=12)


def test_a_thumbnail_keeps_the_proportions():
    assert shrink(encoded(picture(1600, 400), "JPEG")).shape == (128, 512, 3)


def test_a_small_picture_is_not_enlarged():
    assert shrink(encoded(picture())).shape == (64, 96, 3)


def test_a_thin_picture_keeps_one_pixel():
    assert shrink(encoded(picture(4000, 2))).shape == (1, 512, 3)


def test_a_thumbnail_shows_the_picture():
    photo = data.astronaut()

    small = shrink(encoded(Image.fromarray(photo)), side_px=256)

    averages = photo.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - averages).mean() < 5


def test_a_large_jpeg_s_thumbnail_needs_little_memory():
    content = encoded(picture(6000, 6000), "JPEG")

    # 36 million pixels would need 144 MB: an eighth is decoded on each side.
    image, _ = imaging._load(io.BytesIO(content), max_pixels=MAX_PIXELS, side_px=512)

    assert image.size == (750, 750)


def test_nothing_is_empty_file():
    assert failure(b"") == "empty_file"


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"BM is how this text begins",
        b"\0" * 100,
        b"<html></html>",
        Random(1).randbytes(50),
    ],
)
def test_no_picture_is_not_an_image(content):
    assert failure(content) == "not_an_image"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 ...",
        b"8BPS\0\1" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\0\0\0\x18ftypmp42" + bytes(40),
        b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
        b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40),
    ],
)
def test_what_looks_like_a_picture_to_people_is_unsupported_type(content):
    assert failure(content) == "unsupported_type"


def test_a_raw_picture_s_preview_is_not_taken_for_it():
    content = encoded(picture(), "TIFF", tiffinfo={254: 1})

    assert failure(content) == "unsupported_type"


def test_an_old_canon_s_raw_picture_is_unsupported_type():
    tags = {256: 32, 257: 32, 258: 8, 259: 1, 262: 1, 273: 16, 277: 1, 278: 32, 279: 1024}
    entries = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in tags.items())
    head = struct.pack("<4sI", b"II*\0", 16 + 1024) + b"CR\x02\0" + bytes(4)
    content = head + bytes(1024) + struct.pack("<H", len(tags)) + entries + bytes(4)

    assert failure(content) == "unsupported_type"


def test_a_nonsensical_tag_of_a_tiff_is_damage():
    number, text = struct.pack("<HHI", 254, 4, 1), struct.pack("<HHI", 254, 2, 1)
    content = encoded(picture(), "TIFF", tiffinfo={254: 1})
    assert number in content

    assert failure(content.replace(number, text)) == "truncated"


def test_a_digital_negative_is_unsupported_type():
    content = encoded(picture(), "TIFF", tiffinfo={50706: b"\1\4\0\0"})

    assert failure(content) == "unsupported_type"


def test_samples_of_32_bits_are_unsupported_type():
    content = encoded(Image.fromarray(np.ones((40, 40), np.float32)), "TIFF")

    assert failure(content) == "unsupported_type"


@PILLOW_MAY_WARN
@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_file_is_truncated(kind):
    content = encoded(Image.fromarray(data.astronaut()), kind)

    for share in (0.1, 0.5, 0.9):
        assert failure(content[: int(len(content) * share)]) == "truncated", share
    with pytest.raises(UnreadableImage):
        thumbnail(io.BytesIO(content[: int(len(content) * 0.8)]), max_pixels=MAX_PIXELS)


def test_a_bomb_is_refused_before_decoding():
    assert failure(png_bomb()) == "too_many_pixels"


def test_the_limit_of_pixels_is_inclusive():
    content = encoded(picture(100, 100))

    assert read(content, max_pixels=10_000).shape == (100, 100, 3)
    assert failure(content, max_pixels=9_999) == "too_many_pixels"


def test_the_message_says_how_many_pixels_are_allowed():
    with pytest.raises(UnreadableImage, match="60000 × 60000 pixels; 100 million are allowed"):
        thumbnail(io.BytesIO(png_bomb()), max_pixels=MAX_PIXELS)


def test_probe_of_a_bomb_is_harmless():
    assert probe(io.BytesIO(png_bomb())).width == 60_000


@pytest.mark.parametrize("after_pixels", [False, True])
def test_a_bomb_in_a_png_s_text_is_refused(after_pixels):
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 50_000_000, zip=True)
    content = encoded(picture(), pnginfo=text)
    if after_pixels:
        chunk = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 50_000_000))
        content = encoded(picture())[:-12] + chunk + png_chunk(b"IEND", b"")

    assert failure(content) == "truncated"


def test_a_gif_whose_frame_is_larger_than_its_screen_is_counted_by_the_frame():
    content = bytearray(encoded(picture(), "GIF"))
    start = content.index(b",\0\0\0\0")
    content[start + 5 : start + 9] = struct.pack("<HH", 60_000, 60_000)

    assert failure(bytes(content)) == "too_many_pixels"


def test_the_same_picture_is_decoded_by_many_threads():
    contents = [with_orientation(picture(), kind, 6) for kind in ("JPEG", "PNG", "HEIF", "AVIF")]
    expected = [read(content) for content in contents]

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(read, contents * 20))

    assert all(np.array_equal(a, b) for a, b in zip(results, expected * 20, strict=True))


@PILLOW_MAY_WARN
def test_damaged_bytes_raise_nothing_else():
    random = np.random.default_rng(3)
    for kind in FORMATS:
        whole = encoded(Image.fromarray(data.astronaut()[::4, ::4]), kind)
        for _ in range(60):
            content = bytearray(whole)
            for position in random.integers(0, min(len(content), 3000), 8):
                content[position] = random.integers(256)
            with suppress(UnreadableImage):
                thumbnail(io.BytesIO(bytes(content)), max_pixels=1_000_000)


def test_a_png_of_grey_with_one_bit_is_decoded():
    rows = b"".join(b"\0" + b"\xf0" for _ in range(8))

    pixels = read(png_of(8, 8, bits=1, colour_type=0, rows=rows))

    assert pixels[4, :, 0].tolist() == [255] * 4 + [0] * 4
