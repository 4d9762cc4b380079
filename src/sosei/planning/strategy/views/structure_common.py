"""What the pages of a strategy share: finding it as the asker may see it, its breadcrumbs, and the ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people.views.members import office_crumbs
from sosei.planning.strategy.models import Strategy
from sosei.planning.strategy.numbers import fiscal_year_today
from sosei.planning.strategy.permissions import can_plan_strategy

Crumb = tuple[str, str]


@dataclass(frozen=True)
class Way:
    """A link in the row above a strategy's pages."""

    label: str
    url: str
    current: bool


def check_town(request: Any) -> None:
    """Raises Http404 where the address names a town that does not use this installation."""
    if not request.town:
        raise Http404(_("この市区町村は Sosei を使っていません。"))


def strategies_of(request: Any) -> list[Strategy]:
    """The strategies of the town that the asker sees, the latest first."""
    check_town(request)
    seen = Strategy.objects.visible_to(request.user).of(request.town)
    return list(seen.select_related("framework", "rule", "previous", "municipality"))


def current_of(strategies: Sequence[Strategy], town: Any) -> Strategy | None:
    """The published strategy of this fiscal year; else the latest published; else the latest draft."""
    year = fiscal_year_today(town)
    published = [one for one in strategies if one.published_at is not None]
    running = [one for one in published if one.first_fiscal_year <= year <= one.last_fiscal_year]
    return next(iter([*running, *published, *strategies]), None)


def part_of_town(request: Any, rows: Any, key: int) -> Any:
    """A part of a strategy of this town, as the asker may see it.

    Raises:
        Http404: none such.
    """
    check_town(request)
    seen = rows.visible_to(request.user).filter(strategy__municipality=request.town)
    return get_object_or_404(
        seen.select_related("strategy__municipality", "strategy__framework", "strategy__rule"), pk=key
    )


def draft_of(request: Any, strategy_id: int) -> Strategy:
    """A strategy of this town that the asker may write.

    Raises:
        Http404: none such.
    """
    seen = Strategy.objects.visible_to(request.user).filter(municipality=request.town)
    found: Strategy = get_object_or_404(
        seen.select_related("municipality", "framework", "previous"), pk=strategy_id
    )
    if not can_plan_strategy(request.user, found):
        raise Http404
    return found


def crumbs_to(strategy: Strategy, *last: Crumb) -> list[Crumb]:
    """The way to a page of a strategy; without `last`, to the strategy itself."""
    code = strategy.municipality.code
    vision = _("%(name)s 人口ビジョン") % {"name": strategy.municipality}
    home = [(_("ホーム"), reverse("portal:home")), (vision, reverse("population:vision", args=[code]))]
    here = reverse("strategy:strategy", kwargs={"code": code, "strategy_id": strategy.pk})
    if not last:
        return [*home, (strategy.local_short_title, "")]
    return [*home, (strategy.local_short_title, here), *last]


def work_crumbs(request: Any, strategy: Strategy | None, *last: Crumb) -> list[Crumb]:
    """The way to a page on which planners write."""
    code = request.town.code
    first = (_("総合戦略"), reverse("strategy:strategies-office", args=[code]))
    if strategy is None:
        return office_crumbs(request, first, *last)
    edit = reverse("strategy:structure-edit", kwargs={"code": code, "strategy_id": strategy.pk})
    return office_crumbs(
        request, first, (_("%(title)sを書く") % {"title": strategy.local_short_title}, edit), *last
    )


def ways(strategy: Strategy, here: str) -> list[Way]:
    """The pages of a strategy, with the one that is shown."""
    kwargs = {"code": strategy.municipality.code, "strategy_id": strategy.pk}
    names = [
        ("strategy", _("全体")),
        ("board", _("KPIの状況")),
        ("results", _("実績の表")),
        ("reviews", _("毎年の評価")),
        *([("lineage", _("前の期からの流れ"))] if strategy.previous_id else []),
        ("formation", _("策定の経過")),
    ]
    return [Way(label, reverse(f"strategy:{name}", kwargs=kwargs), name == here) for name, label in names]
