"""Cells pasted from a spreadsheet onto a department's page: shown first, then taken over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sosei.core.people.errors import RefusedError
from sosei.planning.strategy.answer_reading import read_value
from sosei.planning.strategy.errors_kpis import ActualError
from sosei.planning.strategy.numbers import print_value
from sosei.planning.strategy.pasted import (
    MOST_COLUMNS,
    MOST_ROWS,
    Choice,
    Laid,
    Trouble,
    guess,
    lay,
    read_block,
)
from sosei.planning.strategy.services import answers
from sosei.planning.strategy.services.answers import Line, Sheet, Typed
from sosei.planning.strategy.views.campaigns_access import Access, department_page
from sosei.planning.strategy.views.campaigns_answer import page_context, show_sheet

LARGEST_BLOCK = 200_000


@dataclass(frozen=True)
class Shown:
    """A row of the pasted block in the preview."""

    laid: Laid
    line: Line | None
    value: str
    problem: str
    note: str

    @property
    def is_taken(self) -> bool:
        """Whether it will be taken over."""
        return self.line is not None and not self.problem


def _paste(request: Any, access: Access) -> HttpResponse:
    """A block of cells from a spreadsheet: shown first, then taken over."""
    sheet = answers.sheet_of(access.ask)
    context = page_context(request, access, sheet)
    if access.ask.is_sent or not context["is_open"]:
        return redirect(access.url("sheet"))
    block = request.POST.get("block", "")
    if request.method != "POST" or not block.strip():
        context["missing"] = request.method == "POST"
        return render(request, "strategy/campaigns/paste.html", context)
    rows = read_block(block)
    if len(block) > LARGEST_BLOCK or len(rows) > MOST_ROWS or (rows and len(rows[0]) > MOST_COLUMNS):
        context["pasted"] = block[:LARGEST_BLOCK]
        context["problem"] = _("はり付けた範囲が大きすぎます。KPIの行だけを選んで、はり付けてください。")
        return render(request, "strategy/campaigns/paste.html", context)
    start, choice, shown = _laid_out(request, sheet, rows)
    if request.POST.get("action") == "take" and request.POST.get("seen") == sheet.seen:
        return _take(request, access, sheet, shown)
    if request.POST.get("action") == "take":
        context["problem"] = _("見ているあいだに、ほかの人が値を変えました。もう一度確かめてください。")
    taken = sum(one.is_taken for one in shown)
    context |= {"pasted": block, "shown": shown, "taken": taken, "start": start, "choice": choice}
    context["columns"] = [(at, _column_label(rows, at)) for at in range(len(rows[0]) if rows else 0)]
    return render(request, "strategy/campaigns/paste.html", context)


def _column_label(rows: list[list[str]], at: int) -> str:
    example = next((row[at].strip() for row in rows if row[at].strip()), "")
    return _("%(number)s列目（%(example)s）") % {"number": at + 1, "example": example[:16] or _("空")}


def _laid_out(request: Any, sheet: Sheet, rows: list[list[str]]) -> tuple[int, Choice, list[Shown]]:
    names = [line.kpi.title for line in sheet.lines]

    def readable_from(start: int) -> Callable[[int, str], bool]:
        def readable(place: int, text: str) -> bool:
            line = sheet.lines[min(start + place, len(sheet.lines) - 1)]
            try:
                return read_value(text, line.kpi) is not None
            except ActualError:
                return False

        return readable

    start = _number(request.POST.get("start"), len(names)) or 0
    rows, choice = guess(rows, names, sheet.ask.campaign.fiscal_year, readable_from(start))
    width = len(rows[0]) if rows else 0
    if "value" in request.POST:
        choice = Choice(
            _number(request.POST.get("name"), width),
            _number(request.POST.get("value"), width) or 0,
            _number(request.POST.get("cause"), width),
        )
    laid = lay(rows, names, choice, start, readable_from(0))
    return start, choice, [_shown(one, sheet) for one in laid]


def _number(text: str | None, below: int) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 5 and int(text) < below else None


def _shown(laid: Laid, sheet: Sheet) -> Shown:
    if laid.kpi is None:
        return Shown(laid, None, "", _trouble(laid), "")
    line = sheet.lines[laid.kpi]
    where = _("%(row)s行目") % {"row": laid.row}
    text = " ".join(laid.text.split())
    if len(text) > 80:
        return Shown(
            laid, line, "", _("%(row)s行目の値が長すぎます。数だけにしてください。") % {"row": laid.row}, ""
        )
    try:
        value = read_value(text, line.kpi, what=where)
    except ActualError as error:
        return Shown(laid, line, "", str(error), "")
    if value is None:
        return Shown(laid, None, "", "", "")
    now = line.answer.typed
    note = _("いまの「%(held)s」を置きかえます。") % {"held": now} if now and now != text else ""
    shown = print_value(value.value, line.kpi) if value.value is not None else text
    return Shown(laid, line, shown, "", note)


def _trouble(laid: Laid) -> str:
    if laid.trouble is Trouble.UNKNOWN_NAME:
        return _("「%(name)s」は、この部署のKPIにありません。取り込みません。") % {
            "name": laid.name or laid.text
        }
    if laid.trouble is Trouble.NAME_TWICE:
        return _("「%(name)s」が2回あります。2つ目は取り込みません。") % {"name": laid.name}
    if laid.trouble is Trouble.LEFT_OVER:
        return _("KPIより行が多く、「%(text)s」の入る先がありません。") % {"text": laid.text}
    return ""


def _take(request: Any, access: Access, sheet: Sheet, shown: list[Shown]) -> HttpResponse:
    given = {}
    for one in shown:
        if one.line is None or not one.is_taken:
            continue
        held = one.line.answer
        given[held.pk] = Typed(
            version=held.version,
            typed=" ".join(one.laid.text.split()),
            yearly_typed=held.yearly_typed,
            period=held.period,
            explanation=(one.laid.cause or held.explanation)[:4000],
            source=held.source,
        )
    try:
        saved = answers.save_answers(ask=access.ask, given=given, person=access.person)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(access.url("paste"))
    if any(line.clash is not None for line in saved.lines):
        return show_sheet(request, access, saved, status=409)
    messages.success(
        request,
        _("%(count)s件を取り込んで保存しました。まだ送っていません。") % {"count": len(given)},
    )
    return redirect(access.url("sheet"))


paste = department_page(_paste)
