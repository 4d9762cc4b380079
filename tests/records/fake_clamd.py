"""A virus scanner for the tests: speaks ClamAV's protocol on 127.0.0.1, and misbehaves when told to."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.records.attachment_files import EICAR

VERSION = "ClamAV 1.4.3/27800/Fri Nov 20 10:00:00 2026"


@dataclass
class FakeClamd:
    """What it received, and how it answers.

    Attributes:
        behaviour: "well", or one of the ways to fail.
    """

    behaviour: str = "well"
    received: list[bytes] = field(default_factory=list)
    address: str = ""

    def answer(self, connection: socket.socket) -> None:
        """One connection, one command."""
        connection.settimeout(5)
        command = _until_zero(connection)
        if command == b"zVERSION":
            connection.sendall(VERSION.encode() + b"\0")
            return
        if self.behaviour == "closes":
            return
        if self.behaviour == "too large":
            connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        content = b""
        while size := struct.unpack("!I", _exactly(connection, 4))[0]:
            content += _exactly(connection, size)
        self.received.append(content)
        if self.behaviour == "silent":
            threading.Event().wait(1.0)
            return
        known = {"nonsense": b"\xff\xfe\xfd\0", "error": b"stream: Can't allocate memory ERROR\0"}
        good = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"
        connection.sendall(known.get(self.behaviour, good))


def _until_zero(connection: socket.socket) -> bytes:
    read = b""
    while not read.endswith(b"\0"):
        part = connection.recv(1)
        if not part:
            break
        read += part
    return read.rstrip(b"\0")


def _exactly(connection: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        part = connection.recv(size - len(read))
        if not part:
            raise ConnectionError("the client went away")
        read += part
    return read


@contextmanager
def running(family: int = socket.AF_INET, path: str = "") -> Iterator[FakeClamd]:
    """The scanner, listening until the block ends."""
    clamd = FakeClamd()
    with socket.socket(family) as server:
        if family == socket.AF_INET:
            server.bind(("127.0.0.1", 0))
            clamd.address = f"127.0.0.1:{server.getsockname()[1]}"
        else:
            server.bind(path)
            clamd.address = path
        server.listen()
        server.settimeout(0.1)
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                try:
                    connection, _address = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    try:
                        clamd.answer(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield clamd
        finally:
            stopped.set()
            thread.join()
