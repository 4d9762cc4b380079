"""Pictures are kept upright, small enough, and without a trace of where and with what they were taken."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageFile

from sosei.core.records.attachments import types
from sosei.core.records.attachments.images import Picture, draw_anew
from sosei.core.records.attachments.rules import Limits, Reason, RefusedFileError
from tests.records import attachment_files as files

LIMITS = Limits(
    bytes_by_kind={},
    bytes_per_day=0,
    files_per_form=1,
    pixels=1_000_000,
    long_side=256,
    preview_side=48,
    reserve=0,
)


def drawn(tmp_path: Path, content: bytes, found: types.FileType) -> Picture:
    path = tmp_path / "picture"
    path.write_bytes(content)
    return draw_anew(path, "picture", found, LIMITS)


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


LOCATED = [
    (files.jpeg_with_location(), types.JPEG),
    (files.png_with_location(), types.PNG),
    (files.webp_with_location(), types.WEBP),
]


@pytest.mark.parametrize(("content", "found"), LOCATED, ids=["JPEG", "PNG", "WebP"])
def test_nothing_but_pixels_is_kept_of_a_picture(
    tmp_path: Path, content: bytes, found: types.FileType
) -> None:
    assert files.SECRET in content, "the test's own picture tells where it was taken"
    picture = drawn(tmp_path, content, found)
    for kept in (picture.content, picture.preview):
        for trace in (
            files.SECRET,
            b"Exif",
            b"EXIF",
            b"XMP ",
            b"xmpmeta",
            b"8BIM",
            b"tEXt",
            b"iTXt",
            b"eXIf",
            b"ICC",
        ):
            assert trace not in kept
        image = opened(kept)
        assert not image.getexif()
        assert not image.getexif().get_ifd(0x8825)
        assert set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "loop",
            "background",
        } | {
            "progressive",
            "progression",
            "timestamp",
            "duration",
        }


def test_the_place_in_the_test_picture_is_real() -> None:
    place = opened(files.jpeg_with_location()).getexif().get_ifd(0x8825)
    assert place[2] == (37.0, 3.0, 1.44)


@pytest.mark.parametrize(
    ("orientation", "size", "red_corner"),
    [(1, (64, 48), (2, 2)), (3, (64, 48), (61, 45)), (6, (48, 64), (2, 2)), (8, (48, 64), (2, 61))],
)
def test_a_picture_taken_sideways_is_kept_upright(
    tmp_path: Path, orientation: int, size: tuple[int, int], red_corner: tuple[int, int]
) -> None:
    picture = drawn(tmp_path, files.jpeg_with_location(orientation=orientation), types.JPEG)
    image = opened(picture.content)
    assert image.size == size == (picture.width, picture.height)
    red, _green, blue = image.getpixel(red_corner)  # type: ignore[misc]
    assert red > blue + 100


def test_large_pictures_become_smaller_in_proportion(tmp_path: Path) -> None:
    picture = drawn(tmp_path, files.jpeg_with_location((800, 400)), types.JPEG)
    assert (picture.width, picture.height) == (256, 128)
    assert opened(picture.preview).size == (48, 24)
    assert opened(picture.preview).format == "WEBP"
    small = drawn(tmp_path, files.jpeg_with_location((30, 20)), types.JPEG)
    assert (small.width, small.height) == (30, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_sort_of_png_can_be_kept(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        image = Image.frombytes("I;16", (64, 48), struct.pack("<H", 0x8000) * 64 * 48)
    else:
        image = files.picture(mode="L" if mode == "LA" else mode)
        if mode == "LA":
            image = image.convert("LA")
    picture = drawn(tmp_path, files.saved(image, "PNG"), types.PNG)
    kept = opened(picture.content)
    assert kept.size == (64, 48)
    if mode == "I;16":
        assert abs(kept.getpixel((5, 5)) - 0x80) <= 1  # type: ignore[operator]
    assert ("A" in kept.mode) == (mode in {"LA", "RGBA"})


def test_transparency_of_a_palette_is_kept(tmp_path: Path) -> None:
    image = files.picture(mode="P")
    content = files.saved(image, "PNG", transparency=image.getpixel((2, 2)))
    kept = opened(drawn(tmp_path, content, types.PNG).content)
    assert kept.convert("RGBA").getpixel((2, 2))[3] == 0  # type: ignore[index]
    assert kept.convert("RGBA").getpixel((60, 2))[3] == 255  # type: ignore[index]


def test_colours_of_print_and_of_other_profiles_become_those_of_the_screen(tmp_path: Path) -> None:
    cmyk = files.saved(files.picture(mode="CMYK"), "JPEG")
    assert opened(drawn(tmp_path, cmyk, types.JPEG).content).mode == "RGB"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    strange = files.saved(files.picture(), "JPEG", icc_profile=profile)
    assert opened(drawn(tmp_path, strange, types.JPEG).content).getpixel((2, 2))[0] > 150  # type: ignore[index]
    broken = files.saved(files.picture(), "PNG", icc_profile=b"no profile at all")
    assert opened(drawn(tmp_path, broken, types.PNG).content).getpixel((2, 2)) == (200, 30, 30)


def test_a_pixel_bomb_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = struct.pack("!IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    content = b"\x89PNG\r\n\x1a\n" + struct.pack("!I", 13) + chunk + struct.pack("!I", zlib.crc32(chunk))
    content += struct.pack("!I", 0) + b"IDAT" + struct.pack("!I", zlib.crc32(b"IDAT"))
    a_little_too_large = files.saved(Image.new("L", (1001, 1000)), "PNG")
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(RefusedFileError) as refused:
        drawn(tmp_path, content, types.PNG)
    assert refused.value.refusal.reason == Reason.TOO_MANY_PIXELS
    with pytest.raises(RefusedFileError) as refused:
        drawn(tmp_path, a_little_too_large, types.PNG)
    assert refused.value.refusal.values["pixels"] == "1,001×1,000"


@pytest.mark.parametrize(("form", "found"), [("PNG", types.PNG), ("WEBP", types.WEBP)])
def test_moving_pictures_are_refused(tmp_path: Path, form: str, found: types.FileType) -> None:
    second = files.picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    content = files.saved(files.picture(), form, save_all=True, append_images=[second])
    with pytest.raises(RefusedFileError) as refused:
        drawn(tmp_path, content, found)
    assert refused.value.refusal.reason == Reason.MOVING_PICTURE


@pytest.mark.parametrize(("content", "found"), LOCATED, ids=["JPEG", "PNG", "WebP"])
def test_pictures_that_end_too_early_are_refused(
    tmp_path: Path, content: bytes, found: types.FileType
) -> None:
    for share in (0.2, 0.6, 0.9):
        with pytest.raises(RefusedFileError) as refused:
            drawn(tmp_path, content[: int(len(content) * share)], found)
        assert refused.value.refusal.reason == Reason.DAMAGED


def test_a_second_file_behind_a_picture_is_not_kept(tmp_path: Path) -> None:
    content = files.jpeg_with_location() + files.zipped({"evil.html": "<script>"})
    assert b"PK\x03\x04" not in drawn(tmp_path, content, types.JPEG).content
