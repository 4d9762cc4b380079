"""Whether the budgets of a measure keep the rules of the grants that pay them; each breach in words, with the remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _

from sosei.planning.strategy.models import GrantProgramme, MeasureBudget
from sosei.planning.strategy.numbers import print_year


def grant_breaches(budgets: Iterable[MeasureBudget], kpis: int) -> list[str]:
    """The breaches of one measure, grant by grant.

    Args:
        budgets: of the measure, each with its grant.
        kpis: how many KPIs hang on the measure.
    """
    by_grant: dict[GrantProgramme, list[MeasureBudget]] = defaultdict(list)
    for budget in budgets:
        if budget.grant is not None:
            by_grant[budget.grant].append(budget)
    found: list[str] = []
    for grant, rows in by_grant.items():
        for row in sorted(rows, key=lambda row: row.fiscal_year):
            found += _of_year(grant, row)
        found += _of_grant(grant, {row.fiscal_year for row in rows}, kpis)
    return found


def _of_year(grant: GrantProgramme, row: MeasureBudget) -> list[str]:
    found = []
    names = {"grant": grant.local_title, "year": print_year(row.fiscal_year), "yen": f"{row.grant_yen:,}"}
    if row.grant_yen * grant.share_denominator > row.amount_yen * grant.share_numerator:
        most = row.amount_yen * grant.share_numerator // grant.share_denominator
        share = f"{grant.share_numerator}/{grant.share_denominator}"
        found.append(
            _(
                "%(grant)sの補助率は%(share)sまでです。%(year)sの交付金 %(yen)s円を、%(most)s円以下にしてください。"
            )
            % {**names, "share": share, "most": f"{most:,}"}
        )
    if grant.ceiling_yen is not None and row.grant_yen > grant.ceiling_yen:
        found.append(
            _("%(grant)sの上限は1年に%(ceiling)s円です。%(year)sの交付金 %(yen)s円を減らしてください。")
            % {**names, "ceiling": f"{grant.ceiling_yen:,}"}
        )
    first, last = grant.first_fiscal_year, grant.last_fiscal_year
    if (first is not None and row.fiscal_year < first) or (last is not None and row.fiscal_year > last):
        found.append(_("%(grant)sは%(year)sにはありません。その年度の交付金を選んでください。") % names)
    return found


def _of_grant(grant: GrantProgramme, years: set[int], kpis: int) -> list[str]:
    found = []
    names = {"grant": grant.local_title, "count": len(years)}
    longest = grant.years_at_most or grant.years
    if longest is not None and len(years) > longest:
        found.append(
            _("%(grant)sは最長%(longest)s年までです。%(count)s年分の予算に使われています。")
            % {**names, "longest": longest}
        )
    elif grant.years is not None and len(years) > grant.years:
        found.append(
            _(
                "%(grant)sは原則%(years)s年です（最長%(longest)s年）。%(count)s年使うときは、延ばす理由が要ります。"
            )
            % {**names, "years": grant.years, "longest": longest}
        )
    if grant.kpis_at_most is not None and kpis > grant.kpis_at_most:
        found.append(
            _("%(grant)sのKPIは%(most)s個までです。この施策には%(kpis)s個あります。")
            % {**names, "most": grant.kpis_at_most, "kpis": kpis}
        )
    return found
