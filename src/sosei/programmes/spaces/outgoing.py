"""Asks addresses that people typed in: the public internet alone, within limits of time and size, each redirect checked.

A name is resolved once, and the connection goes to the address that was checked: no second answer of a name server
leads elsewhere. In the demonstration, addresses of this machine are allowed, where its simulated locks stand.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from sosei.programmes.spaces import words_problems as problems

SECONDS = 10.0
MOST_BYTES = 2_000_000
MOST_REDIRECTS = 3
PORTS = frozenset({80, 443})
_MOVED = frozenset({301, 302, 303, 307, 308})
_CARRIES_OTHERS = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""Addresses that stand for an address of the old kind: what they lead to cannot be seen from here."""


class OutgoingError(Exception):
    """An address could not be asked; the text says why and what to do, in the reader's language."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


@dataclass(frozen=True)
class _Request:
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    until: float
    most_bytes: int


def fetch(
    address: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
    redirects: int = MOST_REDIRECTS,
) -> Answer:
    """Asks an address, following so many redirects.

    Raises:
        OutgoingError: not an address that may be asked, no answer in time, too large an answer, or too many redirects.
    """
    asked = _Request(
        method,
        {"Accept-Encoding": "identity", **(headers or {})},
        body,
        time.monotonic() + seconds,
        most_bytes,
    )
    for _n in range(redirects + 1):
        answer, target = _ask(address, asked)
        if target is None:
            return answer
        address = urljoin(address, target)
    raise OutgoingError(str(problems.MOVES_ON))


def check(address: str) -> None:
    """An address may be asked, as far as can be seen without asking it.

    Raises:
        OutgoingError: it may not.
    """
    parts = _parts(address)
    _resolve(parts)


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise OutgoingError(problems.NO_ADDRESS % {"address": address[:100]}) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OutgoingError(str(problems.OTHER_SCHEME))
    if parts.username is not None or parts.password is not None:
        raise OutgoingError(str(problems.HAS_PASSWORD))
    if port is not None and port not in PORTS and not settings.DEMONSTRATION:
        raise OutgoingError(problems.OTHER_PORT % {"port": port})
    return parts


def _resolve(parts: SplitResult) -> str:
    """The address of the network to which the connection goes; all that a name leads to must be allowed."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutgoingError(problems.NOT_FOUND % {"host": parts.hostname}) from error
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(is_allowed(each) for each in addresses):
        raise OutgoingError(problems.NOT_PUBLIC % {"host": parts.hostname})
    return addresses[0]


def is_allowed(address: str) -> bool:
    """Whether an address of the network lies in the public internet; in the demonstration, on this machine too."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_allowed(str(found.ipv4_mapped))
        if any(found in network for network in _CARRIES_OTHERS):
            return False
    if found.is_loopback:
        return bool(settings.DEMONSTRATION)
    return found.is_global and not found.is_multicast


def _ask(address: str, asked: _Request) -> tuple[Answer, str | None]:
    """The answer, and where it leads to instead."""
    parts = _parts(address)
    connection = _connection(parts, _resolve(parts), asked.until)
    # A server that sends a letter now and then would keep the worker for hours: the watch ends it.
    watch = threading.Timer(max(asked.until - time.monotonic(), 0.01), _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(asked.method, target, asked.body, dict(asked.headers))
        response = connection.getresponse()
        if response.status in _MOVED and response.getheader("Location"):
            return Answer(response.status, b""), response.getheader("Location")
        body = response.read(asked.most_bytes + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutgoingError(problems.NO_ANSWER % {"host": parts.hostname}) from error
    finally:
        watch.cancel()
        connection.close()
    if time.monotonic() > asked.until:
        raise OutgoingError(problems.TOO_SLOW % {"host": parts.hostname})
    if len(body) > asked.most_bytes:
        raise OutgoingError(problems.TOO_LARGE % {"host": parts.hostname, "most": f"{asked.most_bytes:,}"})
    return Answer(response.status, body), None


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            connection.sock.close()


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name says by now."""

    def __init__(self, parts: SplitResult, address: str, seconds: float) -> None:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        super().__init__(str(parts.hostname), port, timeout=seconds)
        self._address = address
        self._secure = parts.scheme == "https"

    def connect(self) -> None:
        """To the address; by TLS for the name."""
        plain: Any = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        self.sock = plain


def _connection(parts: SplitResult, address: str, until: float) -> _Pinned:
    return _Pinned(parts, address, max(until - time.monotonic(), 0.1))
