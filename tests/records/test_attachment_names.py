"""File names: shown as they were given as far as that is safe, saved under that name in any language."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote

import pytest
from django.utils.http import content_disposition_header
from hypothesis import example, given
from hypothesis import strategies as st

from sosei.core.records.attachments import rules
from sosei.core.records.attachments.rules import clean_name, ending_of


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("C:\\Users\\a\\写真.jpg", "写真.jpg"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("\u202egpj.exe", "gpj.exe"),
        ("請求書\u202efdp.xlsx", "請求書fdp.xlsx"),
        ("a\x00b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
        ("が.txt", "が.txt"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("  図面  その1 .pdf ", "図面 その1.pdf"),
        ('a"b<c>.csv', "a_b_c_.csv"),
        ("葛󠄀城市.csv", "葛󠄀城市.csv"),
    ],
)
def test_a_name_is_shown_without_what_misleads_or_escapes(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_name("あ" * 500 + ".pdf") == "あ" * 78 + ".pdf"
    assert clean_name("a" * 500 + ".pdf") == "a" * 116 + ".pdf"
    assert len(clean_name("a." + "b" * 500)) == rules.LONGEST_NAME


@example("\u202e")
@example("a" * 119 + "あ.pdf")
@example("." * 300)
@given(st.text(max_size=400))
def test_any_name_becomes_one_that_every_system_takes(given_name: str) -> None:
    name = clean_name(given_name)
    assert name
    assert not set(name) & set('<>:"|?*\\/')
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in name)
    assert name not in {".", ".."}
    assert not name.startswith(".")
    assert not name.endswith((".", " "))
    assert len(name) <= rules.LONGEST_NAME
    assert len(name.encode()) <= rules.LONGEST_NAME_BYTES
    assert clean_name(name) == name


@given(st.text(max_size=60))
def test_the_header_that_names_the_file_is_one_line_and_gives_the_name_back(given_name: str) -> None:
    name = clean_name(given_name)
    header = content_disposition_header(True, name)
    assert header is not None
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    if name.isascii():
        assert header.removeprefix("attachment; filename=").strip('"').replace("\\\\", "\\") == name
    else:
        assert unquote(header.removeprefix("attachment; filename*=utf-8''")) == name


def test_the_ending_of_a_name_does_not_depend_on_its_case() -> None:
    assert ending_of("写真.JPG") == ".jpg"
    assert ending_of("archive.tar.gz") == ".gz"
    assert ending_of("README") == ""
    assert ending_of("photo.jpg. ") == ".jpg"
