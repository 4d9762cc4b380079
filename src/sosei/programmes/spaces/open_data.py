"""公共施設一覧: the columns of the standard data set, written from spaces and read from files as towns really have them.

Both headers are read: that of 自治体標準オープンデータセット and the older 推奨データセット. Files may be UTF-8 with or
without BOM, UTF-16 with BOM, or CP932; digits may be full-width; codes and telephone numbers may have lost their zero.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.design.map_fields import read_place
from sosei.core.people.models import Municipality
from sosei.core.people.phones import PhoneError, read_phone, shown_phone
from sosei.core.records.csv_file import guarded
from sosei.engines.conventions.errors import MunicipalityCodeError
from sosei.engines.conventions.folding import fold_width
from sosei.engines.conventions.municipality_code import check_digit, read_code
from sosei.engines.conventions.prefectures import PREFECTURES
from sosei.programmes.spaces.models import OpeningHour, Space

COLUMNS = (
    "全国地方公共団体コード",
    "ID",
    "地方公共団体名",
    "名称",
    "名称_カナ",
    "名称_英語",
    "所在地_全国地方公共団体コード",
    "町字ID",
    "所在地_連結表記",
    "所在地_都道府県",
    "所在地_市区町村",
    "所在地_町字",
    "所在地_番地以下",
    "建物名等(方書)",
    "緯度",
    "経度",
    "電話番号",
    "内線番号",
    "連絡先メールアドレス",
    "郵便番号",
    "法人番号",
    "団体名",
    "利用可能曜日",
    "開始時間",
    "終了時間",
    "利用可能日時特記事項",
    "説明",
    "バリアフリー情報",
    "URL",
    "備考",
)
OTHER_NAMES = {
    "都道府県コード又は市区町村コード": "全国地方公共団体コード",
    "NO": "ID",
    "No": "ID",
    "住所": "所在地_連結表記",
    "所在地": "所在地_連結表記",
    "方書": "建物名等(方書)",
    "都道府県名": "所在地_都道府県",
    "市区町村名": "所在地_市区町村",
    "施設名": "名称",
    "施設名称": "名称",
}
MOST_LINES = 2000
LARGEST = 1_000_000
_DAYS = "月火水木金土日"


class OpenDataError(ValueError):
    """A file of which nothing can be read; the message says why and what to do."""


@dataclass(frozen=True)
class Facility:
    """One line of a file as it was understood.

    Attributes:
        line: its number in the file, the header being 1.
        columns: of `Space`, as far as the line tells them.
        phone: E.164, or "".
        mended: what was put right, in words.
        flaws: why the line cannot be taken, in words; one that only lacks its place says so in `needs_place`.
    """

    line: int
    name: str
    columns: Mapping[str, Any] = field(default_factory=dict)
    phone: str = ""
    mended: Sequence[str] = ()
    flaws: Sequence[str] = ()
    needs_place: bool = False


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file, and the name of its encoding.

    Raises:
        OpenDataError: empty, too large, no text, or in none of the encodings.
    """
    if not data.strip():
        raise OpenDataError(_("ファイルが空です。"))
    if len(data) > LARGEST:
        raise OpenDataError(_("ファイルが大きすぎます。1MBまでに分けてください。"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = (("utf-16", "UTF-16"),)
    elif data.startswith(b"PK"):
        raise OpenDataError(
            _("これはCSVではありません（Excelのブックです）。CSVで保存してから選んでください。")
        )
    else:
        tries = (("utf-8-sig", "UTF-8"), ("cp932", "CP932"))  # type: ignore[assignment]
    for codec, name in tries:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, name
    raise OpenDataError(_("文字の種類が分かりません。UTF-8 か CP932（Shift_JIS）のCSVを選んでください。"))


def read_facilities(text: str, town: Municipality) -> list[Facility]:
    """Every line of a file, good or not.

    Raises:
        OpenDataError: no header with 名称, no line, or too many of them.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    rows = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not rows:
        raise OpenDataError(_("ファイルが空です。"))
    header = [_column(cell) for cell in rows[0][1]]
    if "名称" not in header:
        raise OpenDataError(
            _("1行目に「名称」の列がありません。公共施設一覧（推奨データセット）の形のCSVを選んでください。")
        )
    if len(rows) == 1:
        raise OpenDataError(_("見出しのほかに行がありません。"))
    if len(rows) - 1 > MOST_LINES:
        raise OpenDataError(_("一度に%(most)s行までです。ファイルを分けてください。") % {"most": MOST_LINES})
    found = [_facility(number, dict(zip(header, row, strict=False)), town) for number, row in rows[1:]]
    return _each_id_once(found)


def _column(cell: str) -> str:
    name = fold_width(cell).replace(" ", "").strip()
    return OTHER_NAMES.get(name, name)


def _facility(line: int, cells: dict[str, str], town: Municipality) -> Facility:
    value = {name: cell.strip().removeprefix("'") for name, cell in cells.items()}
    mended: list[str] = []
    flaws: list[str] = []
    name = " ".join(value.get("名称", "").split())
    if not name:
        flaws.append(_("名称がありません。"))
    if len(name) > 80:
        flaws.append(_("名称が長すぎます（80字まで）。"))
    _check_code(value, town, mended, flaws)
    address = _address(value)
    if not address:
        flaws.append(_("所在地がありません。"))
    place = _place(value, flaws)
    columns: dict[str, Any] = {
        "name": name,
        "name_en": value.get("名称_英語", "")[:80],
        "official_id": _id(value, town, mended)[:40],
        "address": address[:200],
        "postcode": _postcode(value.get("郵便番号", ""), mended),
        "about": value.get("説明", ""),
        "step_free_note": value.get("バリアフリー情報", "")[:300],
    }
    if place is not None:
        columns["latitude"], columns["longitude"] = (Decimal(str(degrees)) for degrees in place)
    return Facility(
        line=line,
        name=name,
        columns=columns,
        phone=_phone(value.get("電話番号", ""), mended),
        mended=tuple(mended),
        flaws=tuple(flaws),
        needs_place=place is None and not flaws,
    )


def _check_code(value: dict[str, str], town: Municipality, mended: list[str], flaws: list[str]) -> None:
    text = value.get("全国地方公共団体コード", "")
    if not text:
        return
    try:
        reading = read_code(text)
    except MunicipalityCodeError as error:
        flaws.append(error.text("en" if (get_language() or "ja").startswith("en") else "ja"))
        return
    if reading.code != town.code:
        flaws.append(_("ほかの自治体（%(code)s）の行です。") % {"code": text})
    elif reading.repair != "none":
        mended.append(
            _("団体コード「%(given)s」を %(code)s と読みました。")
            % {"given": text, "code": reading.full_code}
        )


def _id(value: dict[str, str], town: Municipality, mended: list[str]) -> str:
    """The ID as the standard writes it; a number that a spreadsheet cut short gets the town's zero again."""
    text = fold_width(value.get("ID", "")).replace(" ", "")
    number = text.removesuffix(".0")
    whole = town.code + check_digit(town.code)
    if (
        number.isdigit()
        and town.code.startswith("0")
        and f"0{number}".startswith(whole)
        and len(number) > len(whole)
    ):
        mended.append(_("ID「%(given)s」の先頭の0を補いました。") % {"given": text})
        return f"0{number}"
    return number


def _address(value: dict[str, str]) -> str:
    parts = ("所在地_都道府県", "所在地_市区町村", "所在地_町字", "所在地_番地以下")
    whole = value.get("所在地_連結表記", "") or "".join(value.get(part, "") for part in parts[1:])
    if not whole:
        return ""
    prefecture = value.get("所在地_都道府県", "")
    if prefecture and not whole.startswith(prefecture) and not value.get("所在地_連結表記"):
        whole = prefecture + whole
    house = value.get("建物名等(方書)", "")
    return " ".join(f"{whole} {house}".split())


def _place(value: dict[str, str], flaws: list[str]) -> tuple[float, float] | None:
    latitude, longitude = value.get("緯度", ""), value.get("経度", "")
    if not latitude or not longitude:
        return None
    try:
        return tuple(read_place(f"{latitude}, {longitude}"))
    except ValidationError as error:
        flaws.append(error.messages[0])
        return None


def _postcode(text: str, mended: list[str]) -> str:
    digits = "".join(letter for letter in fold_width(text) if letter.isdigit())
    if len(digits) == 6:
        mended.append(_("郵便番号「%(given)s」の先頭の0を補いました。") % {"given": text})
        return f"0{digits}"
    return digits if len(digits) == 7 else ""


def _phone(text: str, mended: list[str]) -> str:
    if not text:
        return ""
    written = fold_width(text).strip("()").removesuffix(".0")
    lost = not written.startswith(("0", "+"))
    try:
        found = read_phone(f"0{written}" if lost else written)
    except PhoneError:
        mended.append(_("電話番号「%(given)s」は読めないので、入れません。") % {"given": text})
        return ""
    if lost:
        mended.append(_("電話番号「%(given)s」の先頭の0を補いました。") % {"given": text})
    return found


def _each_id_once(rows: list[Facility]) -> list[Facility]:
    first: dict[str, int] = {}
    found = []
    for row in rows:
        known = row.columns.get("official_id", "")
        before = first.setdefault(known, row.line) if known else row.line
        if before != row.line:
            flaw = _("ID「%(id)s」は%(line)s行目にもあります。") % {"id": known, "line": before}
            row = Facility(row.line, row.name, row.columns, row.phone, row.mended, (*row.flaws, flaw))
        found.append(row)
    return found


def as_csv(spaces: Iterable[Space], town: Municipality, address_of: Any) -> bytes:
    """Spaces as a file of the standard: UTF-8 with BOM, CRLF.

    Args:
        address_of: `address_of(space)` is the full address of its page.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for space in spaces:
        cells = _cells(space, town, address_of(space))
        writer.writerow([guarded(cells.get(column, "")) for column in COLUMNS])
    return ("\ufeff" + written.getvalue()).encode("utf-8")


def _cells(space: Space, town: Municipality, url: str) -> dict[str, str]:
    code = town.code + check_digit(town.code)
    hours = [row for row in space.hours.all() if row.kind == OpeningHour.Kind.OPENING]
    days = sorted({row.day for row in hours if row.day < 7})
    first = min((row.opens for row in hours), default=None)
    last = max((row.closes for row in hours), default=None)
    return {
        "全国地方公共団体コード": code,
        "ID": space.official_id or f"{code}{space.pk:06}",
        "地方公共団体名": f"{PREFECTURES[town.code[:2]]}{town.name}",
        "名称": space.name,
        "名称_英語": space.name_en,
        "所在地_全国地方公共団体コード": code,
        "所在地_連結表記": space.address,
        "所在地_都道府県": PREFECTURES[town.code[:2]],
        "所在地_市区町村": town.name,
        "緯度": f"{space.latitude:.6f}",
        "経度": f"{space.longitude:.6f}",
        "電話番号": shown_phone(space.host.phone),
        "連絡先メールアドレス": space.host.email,
        "郵便番号": f"{space.postcode[:3]}-{space.postcode[3:]}" if space.postcode else "",
        "団体名": space.host.name,
        "利用可能曜日": "".join(_DAYS[day] for day in days),
        "開始時間": _clock(first),
        "終了時間": _clock(last),
        "利用可能日時特記事項": "祝日は休み" if space.closed_on_holidays else "",
        "説明": " ".join(space.about.split()),
        "バリアフリー情報": space.step_free_note,
        "URL": url,
    }


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
