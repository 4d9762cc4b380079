"""The records of free placement in words: one table a list, the same on the screen and in a file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people.models import Municipality
from sosei.programmes.jobs.kinds import WORK_KIND, names_of
from sosei.programmes.jobs.models import Application, Contract
from sosei.programmes.jobs.services import placement_records as records
from sosei.programmes.jobs.services.placement_records import Line, Report, Term, keep_until, term_of

Cells = Sequence[str]


@dataclass(frozen=True)
class RecordTable:
    """A list of records.

    Attributes:
        slug: its name in addresses.
        headings: of its columns; the first names the row.
        names_persons: whoever sees it leaves a look with each person.
    """

    slug: str
    title: str
    text: str
    headings: Sequence[str]
    names_persons: bool = False


def table_of(slug: str) -> RecordTable:
    """The list of that name, in the reader's language."""
    return {"openings": _openings, "seekers": _seekers, "placements": _placements}[slug]()


def rows_of(slug: str, town: Municipality, user: Any, year: int) -> QuerySet[Any]:
    """Its rows in a fiscal year."""
    source: Callable[..., QuerySet[Any]] = getattr(records, slug)
    return source(town, user, year)


def cells_of(slug: str, town: Municipality, user: Any, rows: Sequence[Any]) -> list[Cells]:
    """The rows in words."""
    if slug == "openings":
        return [_opening(row, town) for row in rows]
    if slug == "placements":
        return [_placement(row, town) for row in rows]
    homes = records.homes_of(user, (row.person_id for row in rows))
    return [_seeker(row, town, homes) for row in rows]


def _openings() -> RecordTable:
    return RecordTable(
        "openings",
        _("求人の記録"),
        _("この年度に受け付けた求人です。"),
        (
            _("求人"),
            _("求人者の名称と所在地"),
            _("連絡先"),
            _("受付年月日"),
            _("有効期間"),
            _("求人数（のべ人日）"),
            _("職種"),
            _("就業場所"),
            _("雇用期間"),
            _("賃金（1時間）"),
            _("紹介の数"),
            _("採用"),
            _("残す期限"),
        ),
    )


def _opening(row: Any, town: Municipality) -> Cells:
    employer = row.employer
    phone = employer.organisation.phone or employer.harassment_phone
    ends = row.closed_at or row.closes_at
    return (
        str(row),
        f"{employer}\n{employer.address}",
        f"{employer.representative} {phone}".strip(),
        _day(row.published_at, town),
        _span(row.published_at, ends, town) if ends else _("募集中"),
        f"{row.places:,}",
        kind_name(row.kind),
        f"{row.workplace}\n{row.workplace.address}",
        _span(row.first, row.last, town),
        _("%(yen)s円") % {"yen": f"{row.hourly_wage:,}"},
        str(row.introduced),
        str(row.hired),
        _kept(row.closed_at, town),
    )


def _seekers() -> RecordTable:
    return RecordTable(
        "seekers",
        _("求職者の記録"),
        _("この年度に仕事を申し込んだ人です。生年月日は、この一覧に出しません。"),
        (
            _("名前"),
            _("住所"),
            _("希望の職種"),
            _("受付年月日"),
            _("紹介の数"),
            _("採用"),
            _("状態"),
            _("残す期限"),
        ),
        names_persons=True,
    )


def _seeker(row: Any, town: Municipality, homes: dict[int, str]) -> Cells:
    return (
        _named(row),
        homes.get(row.person_id, ""),
        "、".join(names_of(row.kinds, WORK_KIND)),
        _day(row.applied_at, town),
        str(row.introduced),
        str(row.hired),
        _("求職中") if row.live else _("終わった"),
        _("続いている間") if row.live else _kept(row.ended, town),
    )


def _placements() -> RecordTable:
    return RecordTable(
        "placements",
        _("紹介の記録"),
        _("この年度の申し込みと、その結果です。"),
        (
            _("名前"),
            _("求人者の名称"),
            _("求人"),
            _("紹介した日"),
            _("結果"),
            _("採用した日"),
            _("雇用期間"),
            _("長さ"),
            _("のべ人日"),
            _("残す期限"),
        ),
        names_persons=True,
    )


def _placement(row: Any, town: Municipality) -> Cells:
    contract = getattr(row, "contract", None)
    ended = contract.ended_at if contract else row.decided_at
    return (
        _named(row),
        str(row.employer),
        str(row.posting),
        _day(row.applied_at, town),
        result_label(row, contract),
        _day(contract.made_at, town) if contract else "",
        _span(row.first, row.last, town),
        term_label(row, town),
        str(row.days) if contract else "",
        _kept(ended, town),
    )


def result_label(row: Application, contract: Contract | None) -> str:
    """What came of an application."""
    if contract is None:
        return str(row.get_state_display())
    return _("採用のあと解約") if contract.state == Contract.State.CANCELLED else _("採用")


def term_label(row: Any, town: Municipality) -> str:
    """How long the job lasts, as reports call it."""
    if row.first is None:
        return ""
    zone = ZoneInfo(town.zone)
    return term_title(term_of(row.first.astimezone(zone).date(), row.last.astimezone(zone).date()))


def term_title(term: Term) -> str:
    """Regular, temporary, by the day."""
    return {Term.REGULAR: _("常用"), Term.TEMPORARY: _("臨時"), Term.BY_DAY: _("日雇")}[term]


def kind_name(slug: str) -> str:
    """What a kind of work is called."""
    return names_of([slug], WORK_KIND)[0]


def _named(row: Application) -> str:
    return row.shown_name or _("（消去ずみ）")


def _day(moment: datetime.datetime, town: Municipality) -> str:
    return date_format(moment.astimezone(ZoneInfo(town.zone)).date(), "Y/m/d")


def _span(first: datetime.datetime | None, last: datetime.datetime | None, town: Municipality) -> str:
    if first is None or last is None:
        return ""
    begins, ends = _day(first, town), _day(last, town)
    return begins if begins == ends else f"{begins} – {ends}"


def _kept(ended: datetime.datetime | None, town: Municipality) -> str:
    until = keep_until(ended, town)
    return _("続いている間") if until is None else date_format(until, "Y/m/d")


# --- The year's report ------------------------------------------------------------------------------------------------


def report_headings() -> list[str]:
    """The columns of the report, in the order of a line's figures."""
    return [
        _("新しい求人（件）"),
        _("求人数（のべ人日）"),
        _("年度末に有効な求人（件）"),
        _("新しい求職者（人）"),
        _("年度末に有効な求職者（人）"),
        _("紹介（件）"),
        _("採用（件）"),
        _("うち常用（4か月以上）"),
        _("うち臨時（1か月以上4か月未満）"),
        _("うち日雇（1か月未満）"),
        _("日雇ののべ人日"),
        _("終わる前の解約（件）"),
    ]


def report_rows(report: Report) -> list[tuple[str, list[str]]]:
    """Kinds of work with their figures, and all together at the end."""
    lines: Iterable[tuple[str, Line]] = [
        *sorted(((kind_name(kind), line) for kind, line in report.kinds.items()), key=lambda one: one[0]),
        (_("合計"), report.total),
    ]
    return [(name, [f"{getattr(line, figure):,}" for figure in records.FIGURES]) for name, line in lines]
