"""The town's overview of its spaces in a chosen period: on the screen, on paper and as a file."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.people.addresses import Answer, audience_of
from sosei.core.people.models import Municipality
from sosei.core.people.standing import standing_of
from sosei.core.people.views.subject import office_crumbs
from sosei.core.records.csv_file import BOM, guarded
from sosei.planning.outcomes.kinds import SMALLEST_SHOWN
from sosei.programmes.spaces import town_chart, town_figures
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import day_from
from sosei.programmes.spaces.querysets import towns_of
from sosei.programmes.spaces.rules_periods import day_of
from sosei.programmes.spaces.town_kpis import moved_kpis

DAYS = 90
"""The period that is shown where none is chosen, up to yesterday."""


@dataclass(frozen=True)
class Asked:
    """The period that was chosen, or the usual one with what is wrong with the choice."""

    span: town_figures.Span
    problem: str = ""


@never_cache
@require_safe
def overview(request: Any, code: str) -> HttpResponse:
    """Use and income, empty hours, cancellations, unmet searches, and the KPIs that they move."""
    town, user = request.town, request.user
    today = day_of(timezone.now(), zone_of(town))
    asked = _asked(request, today)
    whole = town.pk in towns_of(user)
    tables = town_figures.use_of(asked.span, whole=whole)
    chosen = urlencode({"first": asked.span.first.isoformat(), "last": asked.span.last.isoformat()})
    context = {
        "town": town,
        "span": asked.span,
        "problem": asked.problem,
        "tables": tables,
        "parts": _parts(tables),
        "spec": town_chart.spec(tables.weekdays),
        "sees_deals": whole,
        "smallest": SMALLEST_SHOWN,
        "called_off": town_figures.called_off(asked.span, user) if whole else [],
        "unmet": town_figures.unmet(asked.span, user),
        "installed": town_figures.installed(asked.span, user) if whole else None,
        "moved": moved_kpis(town, user, today),
        "ways": _ways(town, user),
        "feeds_url": _way_to("outcomes:feeds", town, user),
        "file_url": f"{reverse('spaces:town-file', kwargs={'code': code})}?{chosen}",
        "crumbs": office_crumbs(request, (_("場所のようす"), "")),
    }
    return render(request, "spaces/town/overview.html", context)


@never_cache
@require_safe
def file(request: Any, code: str) -> HttpResponse:
    """The tables of the period for spreadsheets; a cell that is not shown is empty."""
    town = request.town
    asked = _asked(request, day_of(timezone.now(), zone_of(town)))
    if asked.problem:
        return HttpResponse(asked.problem, status=400, content_type="text/plain; charset=utf-8")
    tables = town_figures.use_of(asked.span, whole=town.pk in towns_of(request.user))
    span = asked.span
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"spaces-{code}-{span.first.isoformat()}-{span.last.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(BOM)
    writer = csv.writer(response)
    writer.writerow(
        [
            _("分け方"),
            _("名前"),
            *(title for title, _field in columns()),
            _("予約できた時間"),
            _("空いていた時間"),
        ]
    )
    for title, _id, rows in _parts(tables):
        for row in rows:
            writer.writerow([title, guarded(row.name), *_cells(row)])
    return response


def columns() -> list[tuple[str, str]]:
    """Heading and field of each figure."""
    return [
        (_("利用（件）"), "used"),
        (_("利用（時間）"), "hours"),
        (_("収入（円）"), "yen"),
        (_("人数"), "heads"),
        (_("市外から（人）"), "from_outside"),
        (_("リモートワーク（人）"), "remote_workers"),
        (_("来なかった（件）"), "no_show"),
        (_("取り消し（件）"), "cancelled"),
    ]


def _cells(row: town_figures.Row) -> list[str]:
    figures = [None if row.use is None else getattr(row.use, field) for _title, field in columns()]
    return ["" if one is None else _figure(one) for one in (*figures, row.bookable, row.empty)]


def _figure(value: int | Decimal) -> str:
    return f"{value:.1f}" if isinstance(value, Decimal) else str(value)


def _parts(tables: town_figures.Tables) -> list[tuple[str, str, Any]]:
    return [
        (_("場所ごと"), "by-space", tables.spaces),
        (_("曜日ごと"), "by-weekday", tables.weekdays),
        (_("使い道ごと"), "by-purpose", tables.purposes),
    ]


def _asked(request: Any, today: datetime.date) -> Asked:
    yesterday = today - town_figures.DAY
    usual = town_figures.Span(yesterday - (DAYS - 1) * town_figures.DAY, yesterday, request.town)
    texts = [request.GET.get(name, "").strip() for name in ("first", "last")]
    if not any(texts):
        return Asked(usual)
    try:
        first, last = (day_from(text) for text in texts)
    except ValueError:
        wrong = " – ".join(text or "…" for text in texts)
        return Asked(
            usual,
            _("「%(value)s」は日付として読めません。始まりと終わりの日を選んでください。") % {"value": wrong},
        )
    if first > last:
        return Asked(usual, _("終わりの日は、始まりの日からあとにしてください。"))
    if (last - first).days >= town_figures.MOST_DAYS:
        return Asked(
            usual,
            _("一度に見られるのは%(days)s日までです。期間を短くしてください。")
            % {"days": town_figures.MOST_DAYS},
        )
    return Asked(town_figures.Span(first, last, request.town))


def _ways(town: Municipality, user: Any) -> list[tuple[str, str]]:
    """Where to go from here, as far as the reader may."""
    wanted = (
        (_("今日の予約"), "spaces:office-bookings"),
        (_("貸す人の確認"), "spaces:hosts-office"),
        (_("場所の公開の確認"), "spaces:spaces-office"),
        (_("ICT設備の相談"), "spaces:ict-office"),
        (_("料金と支払い"), "payments:office"),
    )
    found = ((text, _way_to(name, town, user)) for text, name in wanted)
    return [(text, url) for text, url in found if url]


def _way_to(name: str, town: Municipality, user: Any) -> str:
    """The address of a page of the town, "" where there is no such page or it is not for the reader."""
    try:
        url = reverse(name, kwargs={"code": town.code})
        answer = audience_of(name).answer(standing_of(user), town.pk)
    except (NoReverseMatch, ImproperlyConfigured):
        return ""
    return url if answer is Answer.WELCOME else ""
