"""A mail server for tests, on 127.0.0.1, that answers as it is told: refuses, hangs, breaks off, or takes the mail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

OK = {
    "connect": "220 test",
    "ehlo": "250 test",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go",
    "end": "250 taken",
}
CUT = "cut"
"""An answer that closes the connection."""
HOLD = "hold"
"""An answer that does not come before `let_go()`."""


@dataclass
class Taken:
    """A mail the server took over."""

    to: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value]


@dataclass
class SmtpServer:
    """A running server.

    Attributes:
        answers: answer by step: connect, ehlo, mail, rcpt, data, end (after the mail's last dot).
        taken: what it took over.
        reached: steps reached so far, in all connections.
        connections: how many were opened.
    """

    answers: dict[str, str] = field(default_factory=lambda: dict(OK))
    taken: list[Taken] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _gone: threading.Event = field(default_factory=threading.Event)
    _stepped: threading.Condition = field(default_factory=threading.Condition)

    def wait_until(self, step: str, seconds: float = 20) -> None:
        """Returns when a client has come to that step."""
        with self._stepped:
            assert self._stepped.wait_for(lambda: step in self.reached, seconds), f"nobody came to {step}"

    def let_go(self) -> None:
        """Gives the answers held back."""
        self._gone.set()

    def serve(self, listening: socket.socket) -> None:
        """Takes connections until the socket is closed."""
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._converse, args=(client,), daemon=True).start()

    def _converse(self, client: socket.socket) -> None:
        with client, suppress(OSError), client.makefile("rb") as lines:
            if not self._answer(client, "connect"):
                return
            to = ""
            for line in lines:
                word = line[:4].upper().strip()
                if word in (b"EHLO", b"HELO"):
                    step = "ehlo"
                elif word == b"MAIL":
                    step = "mail"
                elif word == b"RCPT":
                    step, to = "rcpt", line.decode().partition("<")[2].partition(">")[0]
                elif word == b"DATA":
                    if not self._answer(client, "data"):
                        return
                    if self.answers["data"].startswith("354") and not self._take(client, lines, to):
                        return
                    continue
                else:
                    client.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                    continue
                if not self._answer(client, step):
                    return

    def _take(self, client: socket.socket, lines: Iterator[bytes], to: str) -> bool:
        content = []
        for line in lines:
            if line == b".\r\n":
                break
            content.append(line[1:] if line.startswith(b".") else line)
        else:
            # The connection ended before the last dot: RFC 5321 has the server forget the mail.
            return False
        answer = self.answers["end"]
        if answer.startswith("250") or answer in (HOLD, CUT):
            self.taken.append(Taken(to, b"".join(content)))
        return self._answer(client, "end")

    def _answer(self, client: socket.socket, step: str) -> bool:
        answer = self.answers[step]
        with self._stepped:
            self.reached.append(step)
            self._stepped.notify_all()
        if answer == CUT:
            return False
        if answer == HOLD:
            self._gone.wait(60)
            answer = OK[step]
        client.sendall(answer.encode() + b"\r\n")
        return True


@contextmanager
def smtp_server(**answers: str) -> Iterator[SmtpServer]:
    """A server that answers as given by step, and takes every mail otherwise."""
    server = SmtpServer(answers={**OK, **answers})
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.let_go()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
