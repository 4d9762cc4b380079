"""The hook for a virus scanner: what one must do, and the client of ClamAV's daemon."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
NO_SCANNER = "none"
"""Stands in a row where no scanner was set up when the file came in."""


class ScannerUnavailableError(Exception):
    """The scanner gave no verdict: it is not there, too slow, or answered something else."""


@dataclass(frozen=True)
class Verdict:
    """What a scanner found.

    Attributes:
        clean: nothing was found.
        scanner: the scanner and the age of its signatures, in its own words.
        signature: the name of what was found.
    """

    clean: bool
    scanner: str
    signature: str = ""


class Scanner(Protocol):
    """Examines one file."""

    def scan(self, path: Path) -> Verdict:
        """The verdict on the file at `path`.

        Raises:
            ScannerUnavailableError: there is no verdict.
        """


class NoScanner:
    """Stands where none is set up: every file passes, and the row says that nobody looked."""

    def scan(self, path: Path) -> Verdict:
        """Clean, examined by `NO_SCANNER`."""
        return Verdict(True, NO_SCANNER)


class Clamd:
    """ClamAV's daemon over TCP or a Unix socket; the file is sent to it, so that it may run on another machine."""

    def __init__(self, address: tuple[str, int] | str, *, seconds: float = 20.0) -> None:
        """`address` is a host and port, or the path of a socket; `seconds` bounds each wait for the other side."""
        self.address = address
        self.seconds = seconds

    def scan(self, path: Path) -> Verdict:
        """The daemon's verdict.

        Raises:
            ScannerUnavailableError: no connection, no answer in time, or an answer that is no verdict.
        """
        answer = self._ask(b"zINSTREAM\0", path)
        # "stream: OK" or "stream: Eicar-Signature FOUND"; anything else is an error.
        found = answer.removeprefix("stream:").strip()
        if found == "OK":
            return Verdict(True, self._version())
        if found.endswith(" FOUND"):
            return Verdict(False, self._version(), found.removesuffix(" FOUND").strip())
        raise ScannerUnavailableError(f"clamd answered {answer[:200]!r}")

    def _version(self) -> str:
        return self._ask(b"zVERSION\0")[:100] or "ClamAV"

    def _ask(self, command: bytes, path: Path | None = None) -> str:
        try:
            with self._connected() as connection:
                connection.sendall(command)
                if path is not None:
                    self._send(connection, path)
                return _answer(connection)
        except UnicodeDecodeError as error:
            raise ScannerUnavailableError("clamd answered something that is no text") from error
        except OSError as error:
            raise ScannerUnavailableError(
                f"clamd at {self.address}: {error or type(error).__name__}"
            ) from error

    def _send(self, connection: socket.socket, path: Path) -> None:
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # It stops listening when the file is larger than it takes, and then says so.
            return

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        if isinstance(self.address, str):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.seconds)
            with closing(connection):
                connection.connect(self.address)
                yield connection
        else:
            with closing(socket.create_connection(self.address, timeout=self.seconds)) as connection:
                yield connection


def _answer(connection: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0") and len(received) < LONGEST_ANSWER:
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        received += part
    return received.rstrip(b"\0\n").decode("utf-8")


def scanner_at(address: str) -> Scanner:
    """The scanner at `host:port`, at a socket's path, or none for an empty address.

    Raises:
        ValueError: neither a path nor a host with a port.
    """
    if not address:
        return NoScanner()
    if address.startswith("/"):
        return Clamd(address)
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"{address!r} is neither host:port nor the path of a socket")
    return Clamd((host.strip("[]"), int(port)))
