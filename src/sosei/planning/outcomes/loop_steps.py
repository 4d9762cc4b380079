"""The closed loop as one picture: five steps, each with its figure in words, from the vision back to the vision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sosei.planning.outcomes.loop_facts_shown import FedKpi
from sosei.planning.outcomes.loop_state import Loop
from sosei.planning.population.wording import number, persons, short_persons, signed


@dataclass(frozen=True)
class Step:
    """One step: what it is, its number set large, and a sentence; `anchor` leads to its part of the page."""

    title: str
    figure: str
    text: str
    anchor: str
    is_missing: bool = False


def steps_of(loop: Loop, kpis: Sequence[FedKpi]) -> list[Step]:
    """Gap, packages, facts, KPI, projection."""
    return [_gap(loop), _packages(loop), _facts(loop), _kpi(loop, kpis), _projection(loop)]


def _gap(loop: Loop) -> Step:
    title = _("めざす人口との差")
    if loop.wanted is None:
        return Step(title, "－", _("目標とする人口が、まだ決まっていません。"), "missing", True)
    target = loop.wanted.target
    told = {"year": target.year, "title": loop.wanted.title, "total": short_persons(target.total)}
    if loop.missing is None:
        return Step(title, "－", _("%(year)s年の「%(title)s」は%(total)sです。") % told, "missing", True)
    if loop.missing.gap <= 0:
        return Step(
            title,
            _("差はありません"),
            _("%(year)s年の「%(title)s」（%(total)s）に届きます。") % told,
            "missing",
        )
    text = _("%(year)s年の「%(title)s」（%(total)s）に足りない人数です。") % told
    return Step(title, persons(loop.missing.gap), text, "missing")


def _packages(loop: Loop) -> Step:
    title = _("施策の分担")
    if loop.missing is None:
        return Step(title, "－", loop.missing_problem, "missing", True)
    figure = _("毎年%(count)s世帯") % {"count": number(loop.missing.households_a_year)}
    if not loop.shares:
        return Step(
            title, figure, _("どの政策パッケージが受け持つかは、まだ決まっていません。"), "missing", True
        )
    text = _("%(count)sの政策パッケージで分けています。") % {"count": len(loop.shares)}
    return Step(title, figure, text, "missing")


def _facts(loop: Loop) -> Step:
    title = _("事業の実績")
    if not loop.households_after:
        return Step(
            title, _("まだありません"), _("移り住んだ世帯の実績が、まだ記録されていません。"), "facts", True
        )
    if loop.is_too_small_to_show:
        return Step(
            title,
            _("少ないため出しません"),
            _("人が特定されないように、少ない数は出しません。"),
            "facts",
            True,
        )
    told = {"count": number(loop.households_after), "pace": number(loop.contribution.pace, 1)}
    text = _("直近%(years)s年度は、年に平均%(pace)s世帯です。") % {
        **told,
        "years": loop.settled_by.pace_years,
    }
    return Step(title, _("%(count)s世帯") % told, text, "facts")


def _kpi(loop: Loop, kpis: Sequence[FedKpi]) -> Step:
    title = "KPI"
    if not kpis:
        return Step(title, "－", _("実績から自動で計算されるKPIが、まだありません。"), "facts", True)
    first = kpis[0]
    text = _("%(title)s（%(year)s年度）") % {"title": first.kpi.local_title, "year": first.year}
    return Step(title, first.text, text, "facts")


def _projection(loop: Loop) -> Step:
    title = _("見通しの変化")
    if not loop.moves_projection:
        return Step(title, "－", _("実績が記録されると、見通しが動きます。"), "difference", True)
    last = loop.last
    text = _("%(year)s年の人口への寄与です。多くても%(most)s人です。") % {
        "year": last.year,
        "most": signed(last.added_at_most),
    }
    return Step(title, _("%(count)s人") % {"count": signed(last.added)}, text, "difference")
