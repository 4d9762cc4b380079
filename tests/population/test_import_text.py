"""Bytes to text: every encoding that offices write, and a remedy for what is no table."""

from __future__ import annotations

import codecs
import gzip
import io
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.text import open_source, read_text
from tests.population.statistics_files import csv_text, wide_rows, write

TEXT = csv_text(wide_rows())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-bom"),
        (TEXT.encode("cp932"), "cp932"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (gzip.compress(TEXT.encode("cp932")), "cp932"),
    ],
)
def test_every_encoding_gives_the_same_text(tmp_path, content, name):
    source = open_source(write(tmp_path / "a.csv", content))
    assert source.encoding == name
    assert read_text(source) == (TEXT, name)


def test_an_encoding_that_shows_only_beyond_the_head_is_still_found(tmp_path):
    text = "code,name\r\n" + "07204,x\r\n" * 20_000 + "07204,いわき市\r\n"
    assert read_text(open_source(write(tmp_path / "a.csv", text, "cp932"))) == (text, "cp932")


@given(st.text(st.characters(codec="cp932", categories=("L", "N")), min_size=1))
def test_utf8_text_comes_back_unchanged(tmp_path_factory, text):
    path = write(tmp_path_factory.mktemp("text") / "a.csv", f"見出し,値\n{text},1\n")
    assert read_text(open_source(path))[0] == f"見出し,値\n{text},1\n"


def _refusal(path, **limits):
    with pytest.raises(ImportRefusedError) as refused:
        read_text(open_source(path, **limits), **limits)
    (problem,) = refused.value.findings.problems
    return problem


def _zip(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words", "remedy"),
    [
        (_zip("table.csv"), "ZIP", "展開"),
        (_zip("[Content_Types].xml"), "Excel", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "Excel", "CSV UTF-8"),
        (b"%PDF-1.7 ...", "PDF", "CSV"),
        (b"<!DOCTYPE html><html></html>", "ウェブページ", "ダウンロード"),
        (b"\x1f\x8b\x08broken", "gzip", "もう一度"),
    ],
)
def test_what_is_no_text_is_named_with_its_remedy(tmp_path, content, words, remedy):
    problem = _refusal(write(tmp_path / "a.csv", content))
    assert words in problem.what("ja")
    assert remedy in problem.remedy("ja")
    assert problem.what("en").isascii()


@pytest.mark.parametrize("content", [b"", b"\r\n \r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file_is_refused(tmp_path, content):
    assert _refusal(write(tmp_path / "a.csv", content)).rule == "empty"


def test_noise_is_refused_with_its_first_impossible_byte(tmp_path):
    noise = random.Random(7).randbytes(200_000)
    assert _refusal(write(tmp_path / "a.csv", noise)).rule in {"noise", "wrong_encoding"}
    problem = _refusal(write(tmp_path / "b.csv", b"code,name\n072\x0104,x\n"))
    assert (problem.rule, problem.place.line, problem.details["byte"]) == ("noise", 2, 1)


@pytest.mark.parametrize(("encoding", "name"), [("euc_jp", "EUC-JP"), ("iso2022_jp", "ISO-2022-JP")])
def test_an_encoding_that_would_be_misread_is_named(tmp_path, encoding, name):
    problem = _refusal(write(tmp_path / "a.csv", TEXT.replace("～", "〜"), encoding))
    assert problem.rule == "wrong_encoding"
    assert name in problem.what("ja")
    assert name in problem.what("en")
    assert "UTF-8" in problem.remedy("ja")


def test_a_byte_that_breaks_the_encoding_is_found_by_line(tmp_path):
    content = TEXT.encode() + "07204,いわ".encode() + b"\xe3\x81\n"
    problem = _refusal(write(tmp_path / "a.csv", content))
    assert problem.place.line == TEXT.count("\n") + 1


def test_broken_utf8_is_never_taken_for_another_encoding(tmp_path):
    content = TEXT.encode().replace("年齢不詳".encode(), b"\xe5\xb9\xb4\xe9\xbd")
    problem = _refusal(write(tmp_path / "a.csv", content))
    assert problem.rule == "wrong_encoding"
    assert problem.place.line == TEXT[: TEXT.index("年齢不詳")].count("\n") + 1


def test_text_already_damaged_is_refused(tmp_path):
    assert _refusal(write(tmp_path / "a.csv", "名前\ufffd,1\n")).rule == "damaged_text"


def test_a_file_beyond_the_limit_is_refused_also_when_it_is_large_only_unpacked(tmp_path):
    assert _refusal(write(tmp_path / "a.csv", b"a,b\n" * 1000), limit=1000).rule == "too_large"
    packed = write(tmp_path / "b.csv.gz", gzip.compress(b"a,b\n" * 100_000))
    assert packed.stat().st_size < 5000
    assert _refusal(packed, limit=5000).rule == "too_large"


def test_a_missing_file_is_told(tmp_path):
    assert _refusal(tmp_path / "none.csv").rule == "not_found"
