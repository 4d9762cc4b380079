"""Kinds of values a variable of the environment may have: how each is read, and what is said when it cannot be."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from sosei.gateway.project.environment import Kind

ON, OFF = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text() -> Kind:
    """Any text on one line."""

    def read(value: str) -> str:
        if any(not character.isprintable() for character in value):
            raise ValueError(value)
        return value

    return Kind(read, "改行を含まない文字", "a text on one line")


def long_text(least: int) -> Kind:
    """A text of at least `least` characters, or none."""

    def read(value: str) -> str:
        if value and (len(value) < least or len(set(value)) < 5):
            raise ValueError
        return value

    return Kind(
        read,
        f"推測できない{least}文字以上の文字列",
        f"a text of {least} characters or more that nobody can guess",
    )


def flag() -> Kind:
    """On or off; empty is off."""

    def read(value: str) -> bool:
        if value.lower() not in ON | OFF | {""}:
            raise ValueError(value)
        return value.lower() in ON

    return Kind(read, "1（使う）か 0（使わない）", "1 (on) or 0 (off)")


def whole_number(least: int, most: int) -> Kind:
    """A whole number within bounds; empty is None."""

    def read(value: str) -> int | None:
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise ValueError(value)
        return int(value)

    return Kind(read, f"{least}から{most}までの整数", f"a whole number from {least} to {most}")


def choice(*allowed: str) -> Kind:
    """One of the words, in any case."""

    def read(value: str) -> str:
        found = [each for each in allowed if each.lower() == value.lower()]
        if not found:
            raise ValueError(value)
        return found[0]

    words = [each for each in allowed if each]
    return Kind(read, "、".join(words) + "のどれか", "one of " + ", ".join(words))


def folder() -> Kind:
    """A folder, which may not exist yet."""

    def read(value: str) -> Path:
        found = Path(value).expanduser().resolve()
        if found.exists() and not found.is_dir():
            raise ValueError(value)
        return found

    return Kind(read, "フォルダーの場所（ファイルではないもの）", "a folder (not a file)")


def hosts() -> Kind:
    """Host names by commas, without scheme, path or `*` alone."""

    def read(value: str) -> list[str]:
        found = _items(value)
        if not found or any(_is_no_host(each) for each in found):
            raise ValueError(value)
        return found

    return Kind(
        read,
        "コンマで区切ったホスト名（例: vision.example.jp。http:// や * だけは書けません）",
        "host names by commas (for example vision.example.jp; neither http:// nor * alone)",
    )


def _is_no_host(value: str) -> bool:
    if value.startswith("[") and value.endswith("]"):
        try:
            return ipaddress.ip_address(value[1:-1]).version != 6
        except ValueError:
            return True
    letters = value.removeprefix(".")
    return not letters or not all(c.isalnum() or c in "-." for c in letters)


def web_address(*, path: bool = False) -> Kind:
    """`https://host`, or `http://` where that is meant; empty is none."""

    def read(value: str) -> str:
        return _origin(value, path=path).rstrip("/") if value else ""

    return Kind(read, "https://vision.example.jp のような住所", "an address like https://vision.example.jp")


def origins() -> Kind:
    """Addresses by commas, each without a path."""

    def read(value: str) -> list[str]:
        return [_origin(each, path=False).rstrip("/") for each in _items(value)]

    return Kind(
        read,
        "コンマで区切った住所（例: https://vision.example.jp）",
        "addresses by commas (https://vision.example.jp)",
    )


def _origin(value: str, *, path: bool) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(value)
    if parts.username is not None or parts.password is not None or (parts.path.strip("/") and not path):
        raise ValueError(value)
    _ = parts.port  # raises ValueError where it is no number
    return value


def networks() -> Kind:
    """IP networks by commas."""

    def read(value: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        return [ipaddress.ip_network(each) for each in _items(value)]

    return Kind(
        read, "コンマで区切ったネットワーク（例: 10.0.0.0/8,::1）", "IP networks by commas (10.0.0.0/8,::1)"
    )


def mail_address() -> Kind:
    """An e-mail address, with or without a name before it; empty is none."""

    def read(value: str) -> str:
        from email.headerregistry import Address
        from email.utils import parseaddr

        if not value:
            return ""
        found = parseaddr(value)[1]
        if "@" not in found or not Address(addr_spec=found).domain:
            raise ValueError(value)
        return value

    return Kind(
        read,
        "メールアドレス（例: Sosei <noreply@example.jp>）",
        "a mail address (Sosei <noreply@example.jp>)",
    )


def socket_place() -> Kind:
    """`host:port` or the absolute path of a socket; empty is none."""

    def read(value: str) -> str:
        if value and not value.startswith("/"):
            host, colon, port = value.rpartition(":")
            if not (host and colon and port.isdigit() and 0 < int(port) < 65536):
                raise ValueError(value)
        return value

    return Kind(
        read,
        "ホスト名:ポート番号、または / で始まるソケットの場所（例: 127.0.0.1:3310）",
        "host:port or the absolute path of a socket (127.0.0.1:3310)",
    )


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]
