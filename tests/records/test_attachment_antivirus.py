"""The virus scanner's client: it passes on verdicts, and takes nothing else for one."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sosei.core.records.attachments.antivirus import (
    NO_SCANNER,
    Clamd,
    NoScanner,
    ScannerUnavailableError,
    scanner_at,
)
from tests.records.attachment_files import EICAR
from tests.records.fake_clamd import VERSION, FakeClamd, running


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    """A scanner on a port of its own."""
    with running() as started:
        yield started


def client(clamd: FakeClamd) -> Clamd:
    host, port = clamd.address.split(":")
    return Clamd((host, int(port)), seconds=0.4)


def test_a_harmless_file_is_clean_and_was_read_whole(tmp_path: Path, clamd: FakeClamd) -> None:
    content = os.urandom(300_000)
    (tmp_path / "file").write_bytes(content)
    verdict = client(clamd).scan(tmp_path / "file")
    assert (verdict.clean, verdict.scanner) == (True, VERSION)
    assert clamd.received == [content]


def test_the_test_virus_is_found_and_named(tmp_path: Path, clamd: FakeClamd) -> None:
    (tmp_path / "file").write_bytes(EICAR)
    verdict = client(clamd).scan(tmp_path / "file")
    assert (verdict.clean, verdict.signature) == (False, "Win.Test.EICAR_HDB-1")


@pytest.mark.parametrize("behaviour", ["closes", "silent", "nonsense", "error", "too large"])
def test_whatever_is_no_verdict_leaves_the_file_unjudged(
    tmp_path: Path, clamd: FakeClamd, behaviour: str
) -> None:
    clamd.behaviour = behaviour
    (tmp_path / "file").write_bytes(bytes(2_000_000))
    with pytest.raises(ScannerUnavailableError):
        client(clamd).scan(tmp_path / "file")


def test_a_scanner_that_is_not_there_gives_no_verdict(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(ScannerUnavailableError):
        Clamd(("127.0.0.1", port), seconds=0.4).scan(tmp_path / "file")
    with pytest.raises(ScannerUnavailableError):
        Clamd(str(tmp_path / "nothing.sock"), seconds=0.4).scan(tmp_path / "file")


def test_a_scanner_behind_a_socket_file_is_asked_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(EICAR)
    with running(socket.AF_UNIX, str(tmp_path / "s")) as started:
        scanner = scanner_at(started.address)
        assert not scanner.scan(tmp_path / "file").clean


def test_without_a_scanner_a_file_passes_and_says_that_nobody_looked(tmp_path: Path) -> None:
    assert isinstance(scanner_at(""), NoScanner)
    verdict = scanner_at("").scan(tmp_path / "file")
    assert (verdict.clean, verdict.scanner) == (True, NO_SCANNER)


@pytest.mark.parametrize("address", ["localhost", "host:", ":3310", "host:port"])
def test_an_address_that_cannot_be_one_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="neither host:port"):
        scanner_at(address)


def test_addresses_of_every_sort_are_read() -> None:
    first = scanner_at("scanner.example.jp:3310")
    second = scanner_at("[::1]:3310")
    assert isinstance(first, Clamd)
    assert isinstance(second, Clamd)
    assert first.address == ("scanner.example.jp", 3310)
    assert second.address == ("::1", 3310)
