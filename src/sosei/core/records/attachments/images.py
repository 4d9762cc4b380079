"""Pictures are drawn anew from their pixels: nothing that a camera wrote beside them is kept."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms

from sosei.core.records.attachments.rules import Limits, Reason, RefusedFileError
from sosei.core.records.attachments.types import JPEG, PNG, WEBP, FileType

LONGEST_SIDE = 30_000
ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_SAVED_WITH: dict[FileType, dict[str, Any]] = {
    JPEG: {"quality": 85, "optimize": True, "progressive": True},
    PNG: {"optimize": True},
    WEBP: {"quality": 85, "method": 4},
}
PREVIEW = WEBP
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for files that are cut off or made up."""


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew, and its preview (always `PREVIEW`); the size is that of the picture."""

    content: bytes
    preview: bytes
    width: int
    height: int


def draw_anew(path: Path, name: str, found: FileType, limits: Limits) -> Picture:
    """Decodes the picture, turns it upright, makes it no larger than allowed, and encodes its pixels alone.

    Colours of another profile become sRGB. Of the pictures that some phones put behind a JPEG the first is kept.

    Raises:
        RefusedFileError: too many pixels, a moving picture, or one that cannot be decoded to its end.
    """
    try:
        with Image.open(path, formats=[_FORMATS[found]]) as opened:
            _check_pixels(opened, name, found, limits)
            turned = _TURNS.get(_orientation(opened))
            if found is JPEG:
                # Decodes straight to a smaller size, with an eighth of the memory where it can.
                opened.draft(None, (limits.long_side, limits.long_side))
            opened.load()
            pixels = _eight_bits(opened)
            pixels.thumbnail((limits.long_side, limits.long_side), Image.Resampling.LANCZOS)
            pixels = _in_srgb(pixels, opened.info.get("icc_profile"), found)
    except Image.DecompressionBombError as error:
        raise RefusedFileError(Reason.TOO_MANY_PIXELS, name=name, pixels="―", limit=limits.pixels) from error
    except _BROKEN as error:
        raise RefusedFileError(Reason.DAMAGED, name=name) from error
    if turned is not None:
        pixels = pixels.transpose(turned)
    pixels.info = {}
    preview = pixels.copy()
    preview.thumbnail((limits.preview_side, limits.preview_side), Image.Resampling.LANCZOS)
    if preview.mode == "L":
        preview = preview.convert("RGB")
    return Picture(_encoded(pixels, found), _encoded(preview, PREVIEW), *pixels.size)


def _check_pixels(opened: Image.Image, name: str, found: FileType, limits: Limits) -> None:
    width, height = opened.size
    if width * height > limits.pixels or max(width, height) > LONGEST_SIDE:
        raise RefusedFileError(
            Reason.TOO_MANY_PIXELS, name=name, pixels=f"{width:,}×{height:,}", limit=limits.pixels
        )
    if found is not JPEG and getattr(opened, "n_frames", 1) > 1:
        raise RefusedFileError(Reason.MOVING_PICTURE, name=name)


def _orientation(opened: Image.Image) -> int:
    """How the camera was held; upright where its notes cannot be read, for they are thrown away all the same."""
    try:
        return int(opened.getexif().get(ORIENTATION, 1))
    except _BROKEN:
        return 1


def _eight_bits(opened: Image.Image) -> Image.Image:
    """The pixels in a form that every format can hold: grey, colour, colour with transparency, or CMYK."""
    if opened.mode in ("RGB", "RGBA", "CMYK", "L") and "transparency" not in opened.info:
        return opened.copy()
    if opened.mode.startswith("I") or opened.mode == "F":
        return opened.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if opened.has_transparency_data:
        return opened.convert("RGBA")
    return opened.convert("L" if opened.mode == "1" else "RGB")


def _in_srgb(pixels: Image.Image, profile: bytes | None, found: FileType) -> Image.Image:
    wanted = "RGB" if pixels.mode == "CMYK" or (found is WEBP and pixels.mode == "L") else pixels.mode
    if profile and wanted != "L":
        try:
            changed = ImageCms.profileToProfile(
                pixels,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=wanted,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A profile that cannot be read says nothing about the colours.
            changed = None
        if changed is not None:
            return changed
    return pixels if pixels.mode == wanted else pixels.convert(wanted)


def _encoded(pixels: Image.Image, found: FileType) -> bytes:
    written = BytesIO()
    pixels.save(written, format=_FORMATS[found], **_SAVED_WITH[found])
    return written.getvalue()
