"""Files for the tests of attachments, made byte by byte: good ones of every type, and bad ones of every sort."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SECRET = b"37.0504N-140.8877E"
"""Where the picture was taken; must be nowhere in what is kept."""
OPEN_XML = "application/vnd.openxmlformats-officedocument"
MAIN_PARTS = {
    ".xlsx": ("xl/workbook.xml", f"{OPEN_XML}.spreadsheetml.sheet.main+xml"),
    ".docx": ("word/document.xml", f"{OPEN_XML}.wordprocessingml.document.main+xml"),
    ".pptx": ("ppt/presentation.xml", f"{OPEN_XML}.presentationml.presentation.main+xml"),
}


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue (the mode allowing), so that turning it is seen."""
    drawn = Image.new("RGB", size, (200, 30, 30))
    drawn.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    return drawn.convert(mode)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    """The encoded picture."""
    written = BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def jpeg_with_location(size: tuple[int, int] = (64, 48), orientation: int = 1) -> bytes:
    """A JPEG as a phone writes it: place, model, comment, XMP, and a small picture inside."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0110] = "Phone 37.0504N-140.8877E"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (37.0, 3.0, 1.44)
    place[3], place[4] = "E", (140.0, 53.0, 15.72)
    place[29] = "2026:11:21"
    xmp = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>"
        + SECRET
        + b"</exif:GPSLatitude></x:xmpmeta>"
    )
    whole = saved(picture(size), "JPEG", exif=exif.tobytes(), xmp=xmp, comment=SECRET, quality=95)
    iptc = b"Photoshop 3.0\x00" + b"8BIM\x04\x04\x00\x00" + struct.pack("!I", len(SECRET)) + SECRET
    return whole[:2] + b"\xff\xed" + struct.pack("!H", len(iptc) + 2) + iptc + whole[2:]


def png_with_location() -> bytes:
    """A PNG with text chunks, EXIF and XMP."""
    notes = PngInfo()
    notes.add_text("Location", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return saved(picture(mode="RGBA"), "PNG", pnginfo=notes, exif=exif)


def webp_with_location() -> bytes:
    """A WebP with EXIF and XMP."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return saved(picture(), "WEBP", exif=exif.tobytes(), xmp=SECRET)


def zipped(parts: dict[str, bytes | str], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these parts."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", packed) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def content_types(main: str, content_type: str) -> str:
    """`[Content_Types].xml` that names the main part."""
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main}" ContentType="{content_type}"/></Types>'
    )


def office(ending: str, **extra: bytes | str) -> bytes:
    """A small XLSX, DOCX or PPTX; `extra` parts have `__` for `/`."""
    main, content_type = MAIN_PARTS[ending]
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": content_types(main, content_type),
        "_rels/.rels": "<Relationships/>",
        main: "<main/>",
    }
    return zipped(parts | extra)


def open_document(media_type: str, **extra: bytes | str) -> bytes:
    """A small ODS or ODT."""
    return zipped({"mimetype": media_type, "content.xml": "<content/>", **extra})


def bomb(megabytes: int) -> bytes:
    """An XLSX whose one part unpacks to so many megabytes of nothing."""
    return office(".xlsx", **{"xl/worksheets/sheet1.xml": b"\0" * (megabytes * 1024 * 1024)})


def lying_bomb(megabytes: int) -> bytes:
    """The same, but it claims that every part is ten bytes long."""
    whole = bytearray(bomb(megabytes))
    at = whole.find(b"PK\x01\x02")
    while at >= 0:
        whole[at + 24 : at + 28] = struct.pack("<I", 10)
        at = whole.find(b"PK\x01\x02", at + 4)
    return bytes(whole)


def pdf(*objects: bytes) -> bytes:
    """A PDF with these objects after an empty page."""
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    body += b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    for number, each in enumerate(objects, start=3):
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def packed_objects(content: bytes, extra: bytes = b"", level: int = 9) -> bytes:
    """An object stream that holds `content` compressed."""
    packed = zlib.compress(content, level)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d %b >>" % (len(packed), extra)
    return head + b"\nstream\n" + packed + b"\nendstream"


def objects_behind_a_false_end(content: bytes) -> bytes:
    """An object stream whose compressed bytes say `endstream` in plain before `content` comes, compressed."""
    plain = b" endstream "
    stored = b"\x00" + struct.pack("<HH", len(plain), 0xFFFF ^ len(plain)) + plain
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"\x78\x9c" + stored + deflate.compress(content) + deflate.flush()
    packed += struct.pack("!I", zlib.adler32(plain + content))
    assert content in zlib.decompress(packed)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(packed)
    return head + b"\nstream\n" + packed + b"\nendstream"
