"""The practice lock: a small server of its own that keeps codes with their times, and opens for them by its own clock.

What the site asks carries its key; anybody may stand at the door and type. Codes are never told again nor logged.

    PUT /codes/<ref> {code, from, until}      DELETE /codes/<ref>      GET /codes      GET /uses?after=<event>      (key)
    POST /open {code} -> {opened, why}        GET / the keypad                                                     (anybody)
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock as Mutex
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.template.loader import render_to_string
from django.utils.timezone import now as clock_now
from django.utils.translation import override

from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.rules_keys import MOST_WRONG, Code, Key, answer
from sosei.programmes.spaces.rules_periods import Period

MOST_BODY = 4_000
MOST_USES = 5_000
MOST_LISTED = 500
LONGEST_PIN = 10
STYLE = Path(__file__).parent / "static" / "spaces" / "door.css"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Opening:
    """What the lock says to somebody at the door."""

    opened: bool
    why: str = ""


class DoorLock:
    """What is inside the box on the door.

    Attributes:
        shift: by how much its clock is wrong.
    """

    def __init__(self, key: str, *, name: str = "", clock: Callable[[], datetime] = clock_now) -> None:
        self.key = key
        self.name = name
        self.shift = timedelta()
        self._clock = clock
        self._mutex = Mutex()
        self._keys: dict[str, Key] = {}
        self._wrong: deque[datetime] = deque(maxlen=MOST_WRONG)
        self._uses: deque[dict[str, Any]] = deque(maxlen=MOST_USES)
        self._life = secrets.token_hex(4)
        self._events = 0

    def now(self) -> datetime:
        """What its clock shows."""
        return (self._clock() + self.shift).astimezone(UTC)

    def put(self, ref: str, pin: str, valid: Period) -> None:
        """A code and its time; replaces what stood under the name."""
        with self._mutex:
            self._keys[ref] = Key(pin, valid)

    def remove(self, ref: str) -> bool:
        """The code opens no more; whether there was one."""
        with self._mutex:
            held = self._keys.get(ref)
            if held is None or held.withdrawn:
                return False
            self._keys[ref] = replace(held, withdrawn=True)
            return True

    def listed(self) -> list[dict[str, str]]:
        """The codes that stand, without the codes."""
        with self._mutex:
            return [
                {"ref": ref, "from": key.valid.start.isoformat(), "until": key.valid.end.isoformat()}
                for ref, key in self._keys.items()
                if not key.withdrawn
            ]

    def open(self, pin: str) -> Opening:
        """Somebody typed a code."""
        with self._mutex:
            now = self.now()
            why = answer(pin, list(self._keys.values()), list(self._wrong), now)
            if why is Code.WRONG:
                self._wrong.append(now)
            known = [(ref, key) for ref, key in self._keys.items() if key.pin == pin]
            # The one that is good now, else the one that stands.
            known.sort(
                key=lambda each: (not each[1].valid.start <= now < each[1].valid.end, each[1].withdrawn)
            )
            self._events += 1
            self._uses.append(
                {
                    "event": f"{self._life}-{self._events}",
                    "ref": known[0][0] if known and why is not Code.LOCKED_OUT else "",
                    "at": now.isoformat(),
                    "opened": why is None,
                    "why": str(why or ""),
                }
            )
            return Opening(why is None, str(why or ""))

    def uses(self, after: str) -> list[dict[str, Any]]:
        """What happened since an event; everything where it is not remembered."""
        with self._mutex:
            rows = list(self._uses)
        events = [row["event"] for row in rows]
        start = events.index(after) + 1 if after in events else 0
        return rows[start : start + MOST_LISTED]


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for a `DoorLock`."""

    door: DoorLock
    timeout = 10
    server_version = "SimulatedLock"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: what people type is nobody's business."""

    def do_GET(self) -> None:
        """The keypad, and what the site asks."""
        parts = urlsplit(self.path)
        if parts.path == "/":
            self._page("", None)
        elif parts.path == "/door.css":
            self._send(200, STYLE.read_bytes(), "text/css; charset=utf-8")
        elif parts.path in ("/codes", "/uses") and self._is_site():
            after = parse_qs(parts.query).get("after", [""])[0]
            self._json(
                200,
                {"codes": self.door.listed()} if parts.path == "/codes" else {"uses": self.door.uses(after)},
            )
        elif parts.path not in ("/codes", "/uses"):
            self._json(404, {})

    def do_PUT(self) -> None:
        """A code for a time."""
        path, body = urlsplit(self.path).path, self._body()
        if not self._is_site():
            return
        try:
            told = json.loads(body)
            pin = str(told["code"])
            valid = Period(datetime.fromisoformat(told["from"]), datetime.fromisoformat(told["until"]))
        except (ValueError, KeyError, TypeError, RulesError):
            self._json(400, {})
            return
        ref = unquote(path.removeprefix("/codes/"))
        if not path.startswith("/codes/") or not ref or not (pin.isascii() and pin.isdigit()):
            self._json(400, {})
            return
        self.door.put(ref, pin, valid)
        self._json(200, {})

    def do_DELETE(self) -> None:
        """A code that opens no more."""
        path = urlsplit(self.path).path
        if self._is_site():
            self._json(200 if self.door.remove(unquote(path.removeprefix("/codes/"))) else 404, {})

    def do_POST(self) -> None:
        """Somebody at the door: as JSON, or by the keypad of the page."""
        body = self._body()
        if urlsplit(self.path).path != "/open":
            self._json(404, {})
        elif self.headers.get("Content-Type", "").startswith("application/json"):
            try:
                pin = str(json.loads(body)["code"])
            except (ValueError, KeyError, TypeError):
                self._json(400, {})
                return
            said = self.door.open(_digits(pin))
            self._json(200, {"opened": said.opened, "why": said.why})
        else:
            self._typed(parse_qs(body.decode("utf-8", "replace")))

    def _typed(self, given: dict[str, list[str]]) -> None:
        typed = _digits(given.get("typed", [""])[0])
        press = given.get("press", [""])[0]
        if press == "open" and typed:
            self._page("", self.door.open(typed))
        elif press == "back":
            self._page(typed[:-1], None)
        else:
            self._page((typed + _digits(press)[:1])[:LONGEST_PIN], None)

    def _page(self, typed: str, said: Opening | None) -> None:
        first = self.headers.get("Accept-Language", "ja")
        language = "en" if first.startswith("en") else "ja"
        with override(language):
            context = {
                "language": language,
                "name": self.door.name,
                "typed": typed,
                "dots": "●" * len(typed),
                "said": said,
                "digits": "123456789",
            }
            text = render_to_string("spaces/keys/door.html", context)
        self._send(200, text.encode(), "text/html; charset=utf-8")

    def _is_site(self) -> bool:
        given = self.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {self.door.key}".encode()):
            return True
        self._json(401, {})
        return False

    def _body(self) -> bytes:
        try:
            length = int(self.headers.get("Content-Length", "0"))
        except ValueError:
            length = 0
        return self.rfile.read(min(max(length, 0), MOST_BODY))

    def _json(self, status: int, told: dict[str, Any]) -> None:
        self._send(status, json.dumps(told).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isascii() and each.isdigit())[:LONGEST_PIN]


def make_server(door: DoorLock, *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """A server for a lock; port 0 takes a free one.

    Raises:
        OSError: the port cannot be had.
    """
    server = ThreadingHTTPServer((host, port), type("Handler", (_Handler,), {"door": door}))
    server.daemon_threads = True
    return server


@contextmanager
def running(door: DoorLock) -> Iterator[str]:
    """Serves a lock beside the program; the address at which it stands."""
    server = make_server(door)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
