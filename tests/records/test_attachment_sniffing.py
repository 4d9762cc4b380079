"""What a file is, is told by its content; what hides something, or says it is something else, is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.core.records.attachments import office_files, pdf_files, types
from sosei.core.records.attachments.messages import SENTENCES
from sosei.core.records.attachments.rules import Reason, RefusedFileError
from sosei.core.records.attachments.sniffing import decoded, sniff
from tests.records import attachment_files as files

TEXT = "氏名,年齢\n山田 花子,34\n"
GOOD = {
    "photo.jpg": (files.jpeg_with_location(), types.JPEG),
    "PHOTO.JPEG": (files.jpeg_with_location(), types.JPEG),
    "plan.png": (files.png_with_location(), types.PNG),
    "plan.webp": (files.webp_with_location(), types.WEBP),
    "form.pdf": (files.pdf(), types.PDF),
    "people.csv": (TEXT.encode(), types.CSV),
    "people-bom.csv": (TEXT.encode("utf-8-sig"), types.CSV),
    "people-sjis.csv": (TEXT.encode("cp932"), types.CSV),
    "people-16.csv": (TEXT.encode("utf-16"), types.CSV),
    "memo.txt": ("議事メモ\r\n一 開会".encode("cp932"), types.TXT),
    "BM.txt": (b"BM stands at the beginning of bitmaps, and of this sentence.", types.TXT),
    "table.xlsx": (files.office(".xlsx"), types.XLSX),
    "letter.docx": (files.office(".docx"), types.DOCX),
    "talk.pptx": (files.office(".pptx"), types.PPTX),
    "table.ods": (files.open_document(types.ODS.media_type), types.ODS),
    "letter.odt": (files.open_document(types.ODT.media_type), types.ODT),
}


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def reason_of(folder: Path, name: str, content: bytes) -> Reason:
    with pytest.raises(RefusedFileError) as refused:
        sniff(write(folder, content), name)
    sentence = str(SENTENCES[refused.value.refusal.reason]) % refused.value.refusal.values
    assert name in sentence
    return refused.value.refusal.reason


@pytest.mark.parametrize("name", GOOD)
def test_every_type_of_the_table_is_recognised_by_its_content(tmp_path: Path, name: str) -> None:
    content, expected = GOOD[name]
    assert sniff(write(tmp_path, content), name) == expected


MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
TEMPLATE = (
    '<Relationships><Relationship Id="r1" TargetMode="External" Target="https://example.com/a.dotm" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
)
HYPERLINK = TEMPLATE.replace("attachedTemplate", "hyperlink")
ENTITIES = '<!DOCTYPE Types [<!ENTITY a "a">]><Types/>'
JAVASCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
BAD = {
    "nothing at all": ("memo.txt", b"", Reason.EMPTY),
    "a page named as text": ("memo.txt", b"\n <!DOCTYPE html><p>hello", Reason.WEB_PAGE),
    "a page in UTF-16": ("memo.txt", "<html><body>".encode("utf-16"), Reason.WEB_PAGE),
    "a drawing with scripts": ("memo.csv", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.WEB_PAGE),
    "a drawing by its own name": ("logo.svg", b"<?xml version='1.0'?><svg/>", Reason.WEB_PAGE),
    "a script further down": ("memo.txt", b"a,b\n" * 50 + b"<script>alert(1)</script>", Reason.WEB_PAGE),
    "a shell script": ("run.txt", b"#!/bin/sh\nrm -r /\n", Reason.WEB_PAGE),
    "rich text": ("memo.txt", rb"{\rtf1\ansi hello}", Reason.WEB_PAGE),
    "bytes named as text": ("memo.txt", bytes(range(256)), Reason.NOT_TEXT),
    "a program": ("setup.exe", b"MZ\x90\x00" + bytes(200), Reason.UNKNOWN_CONTENT),
    "a program named as a picture": ("photo.jpg", b"MZ\x90\x00" + bytes(200), Reason.UNKNOWN_CONTENT),
    "a GIF": ("moving.gif", files.saved(files.picture(), "GIF"), Reason.UNKNOWN_CONTENT),
    "a picture named as PDF": ("scan.pdf", files.jpeg_with_location(), Reason.ENDING_DISAGREES),
    "a PNG named as JPEG": ("photo.jpg", files.png_with_location(), Reason.ENDING_DISAGREES),
    "a table named as letter": ("letter.docx", files.office(".xlsx"), Reason.ENDING_DISAGREES),
    "text named as PDF": ("scan.pdf", b"hello there", Reason.ENDING_DISAGREES),
    "text without an ending": ("README", b"hello there", Reason.UNKNOWN_ENDING),
    "text as a batch file": ("run.bat", b"echo hello", Reason.UNKNOWN_ENDING),
    "a zip": ("all.zip", files.zipped({"a.txt": "a"}), Reason.UNKNOWN_CONTENT),
    "a zip named as table": ("table.xlsx", files.zipped({"a.txt": "a"}), Reason.UNKNOWN_CONTENT),
    "HEIC": ("IMG_1.HEIC", b"\x00\x00\x00\x18ftypheic" + bytes(300), Reason.HEIC),
    "HEIC named as JPEG": ("IMG_1.jpg", b"\x00\x00\x00\x18ftypmif1" + bytes(300), Reason.HEIC),
    "an old Office file": ("table.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Reason.OLD_OFFICE),
    "an Office file with a password": (
        "table.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        Reason.OLD_OFFICE,
    ),
    "macros under the name of a plain table": (
        "table.xlsx",
        files.office(".xlsx", **{"xl/vbaProject.bin": b"x"}),
        Reason.MACROS,
    ),
    "macros by their type alone": (
        "table.xlsx",
        files.zipped({"[Content_Types].xml": files.content_types("xl/workbook.xml", MACRO_TYPE)}),
        Reason.MACROS,
    ),
    "an ending for macros": ("table.xlsm", files.office(".xlsx"), Reason.MACROS),
    "an old macro sheet": (
        "table.xlsx",
        files.office(".xlsx", **{"xl/macrosheets/sheet1.xml": "<a/>"}),
        Reason.MACROS,
    ),
    "macros of OpenDocument": (
        "table.ods",
        files.open_document(types.ODS.media_type, **{"Basic/script-lc.xml": "<a/>"}),
        Reason.MACROS,
    ),
    "OpenDocument with a password": (
        "table.ods",
        files.open_document(types.ODS.media_type, **{"META-INF/manifest.xml": "<encryption-data/>"}),
        Reason.LOCKED,
    ),
    "a template from outside": (
        "letter.docx",
        files.office(".docx", **{"word/_rels/settings.xml.rels": TEMPLATE}),
        Reason.OUTSIDE_LINK,
    ),
    "entities": (
        "table.xlsx",
        files.zipped({"[Content_Types].xml": ENTITIES}),
        Reason.DAMAGED,
    ),
    "a part that climbs out": (
        "table.xlsx",
        files.office(".xlsx", **{"../../evil.xml": "x"}),
        Reason.DAMAGED,
    ),
    "a cut-off table": ("table.xlsx", files.office(".xlsx")[:-30], Reason.DAMAGED),
    "a PDF with a script": ("form.pdf", files.pdf(JAVASCRIPT), Reason.PDF_SCRIPT),
    "a PDF with a disguised script": (
        "form.pdf",
        files.pdf(JAVASCRIPT.replace(b"/JavaScript", b"/J#61vaScr#69pt")),
        Reason.PDF_SCRIPT,
    ),
    "a PDF with a packed script": (
        "form.pdf",
        files.pdf(files.packed_objects(b"5 0 " + JAVASCRIPT)),
        Reason.PDF_SCRIPT,
    ),
    "a PDF packed in a way of its own": (
        "form.pdf",
        files.pdf(files.packed_objects(b"5 0 << >>", extra=b"/DecodeParms << /Predictor 12 >>")),
        Reason.PDF_SCRIPT,
    ),
    "a PDF with a script behind a false end": (
        "form.pdf",
        files.pdf(
            files.packed_objects(b"5 0 << >> endstream " + bytes(range(256)) * 4 + JAVASCRIPT, level=0)
        ),
        Reason.PDF_SCRIPT,
    ),
    "a PDF with a packed script behind a false end": (
        "form.pdf",
        files.pdf(files.objects_behind_a_false_end(JAVASCRIPT)),
        Reason.DAMAGED,
    ),
    "a PDF that starts a program": (
        "form.pdf",
        files.pdf(b"<< /S /Launch /F (cmd.exe) >>"),
        Reason.PDF_SCRIPT,
    ),
    "a locked PDF": ("form.pdf", files.pdf(b"<< /Encrypt 9 0 R >>"), Reason.LOCKED),
    "a cut-off PDF": ("form.pdf", files.pdf()[:-8], Reason.DAMAGED),
    "a PDF that is a zip too": (
        "form.pdf",
        files.pdf() + files.zipped({"a.txt": "%%EOF"}),
        Reason.TWO_FILES_IN_ONE,
    ),
    "a page before a PDF": ("form.pdf", b"<html>" + files.pdf(), Reason.WEB_PAGE),
}


@pytest.mark.parametrize("case", BAD)
def test_what_hides_something_is_refused_with_its_reason(tmp_path: Path, case: str) -> None:
    name, content, expected = BAD[case]
    assert reason_of(tmp_path, name, content) == expected


def test_a_disagreement_names_both_the_ending_and_the_content(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError) as refused:
        sniff(write(tmp_path, files.png_with_location()), "photo.jpg")
    assert refused.value.refusal.values["ending"] == ".jpg"
    assert refused.value.refusal.values["found"] == "PNG"


def test_links_to_click_on_are_left_in_peace(tmp_path: Path) -> None:
    letter = files.office(".docx", **{"word/_rels/document.xml.rels": HYPERLINK})
    assert sniff(write(tmp_path, letter), "letter.docx") == types.DOCX


def test_a_type_that_this_form_does_not_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError) as refused:
        sniff(write(tmp_path, files.pdf()), "form.pdf", allowed=(types.JPEG, types.PNG))
    assert refused.value.refusal.reason == Reason.NOT_HERE
    assert refused.value.refusal.values["allowed"] == "JPEG, PNG"


@pytest.mark.parametrize("make", [files.bomb, files.lying_bomb])
def test_zip_bombs_are_refused_whether_they_own_up_or_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: object
) -> None:
    monkeypatch.setattr(office_files, "MOST_UNPACKED", 2 * 1024 * 1024)
    assert reason_of(tmp_path, "table.xlsx", make(3)) == Reason.ZIP_BOMB  # type: ignore[operator]
    assert sniff(write(tmp_path, files.bomb(1)), "table.xlsx") == types.XLSX


def test_a_zip_with_countless_parts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_files, "MOST_ENTRIES", 10)
    many = files.office(".xlsx", **{f"xl/{n}.xml": "x" for n in range(8)})
    assert reason_of(tmp_path, "table.xlsx", many) == Reason.ZIP_BOMB


def test_a_packed_bomb_in_a_pdf_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_files, "MOST_UNPACKED", 10_000)
    assert reason_of(tmp_path, "a.pdf", files.pdf(files.packed_objects(bytes(20_000)))) == Reason.ZIP_BOMB
    good = files.pdf(files.packed_objects(b"5 0 << /Type /Page >>"))
    assert sniff(write(tmp_path, good), "a.pdf") == types.PDF


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from([".txt", ".csv", ".pdf", ".xlsx", ".png", ".jpg", ".exe", ""])
)
def test_any_bytes_under_any_name_are_recognised_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = write(tmp_path_factory.mktemp("any"), content)
    try:
        found = sniff(path, f"file{ending}")
    except RefusedFileError as error:
        assert str(SENTENCES[error.refusal.reason]) % error.refusal.values
    else:
        assert ending in found.extensions


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xfe"]),
)
def test_what_begins_like_a_known_type_never_fails_otherwise_than_by_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, begin: bytes
) -> None:
    path = write(tmp_path_factory.mktemp("any"), begin + content)
    for name in ("file.pdf", "file.xlsx", "file.png", "file.txt"):
        try:
            sniff(path, name)
        except RefusedFileError as error:
            assert error.refusal.reason in SENTENCES


@given(
    st.text(
        st.characters(codec="cp932", exclude_categories=["Cc", "Cn", "Co"], exclude_characters="¢£¬‖−〜"),
        min_size=1,
    )
)
def test_japanese_text_is_text_in_every_encoding(text: str) -> None:
    assert decoded(text.encode("utf-16")) == text
    assert decoded(text.encode("utf-8-sig")) == text
    assert decoded(text.encode("cp932")) is not None


def test_a_zip_part_that_is_locked_is_refused(tmp_path: Path) -> None:
    whole = bytearray(files.office(".xlsx"))
    at = whole.find(b"PK\x01\x02")
    whole[at + 8] |= 1
    assert zipfile.is_zipfile(write(tmp_path, bytes(whole)))
    assert reason_of(tmp_path, "table.xlsx", bytes(whole)) == Reason.LOCKED
