"""Text alternatives of the figures: what each chart shows, in sentences with its actual numbers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from sosei.planning.population.charts.future import headline_scenarios, side_by_side
from sosei.planning.population.vision_records import Row, ScenarioInfo, Vision
from sosei.planning.population.wording import (
    about_persons,
    ages,
    number,
    percent,
    persons,
    ratio,
    signed,
    signed_percent,
)


def sentence(*parts: str) -> str:
    """Sentences one after another, with a space between them only where the language has one."""
    joined = [part for part in parts if part]
    return "".join(
        part if i == 0 or joined[i - 1].endswith("。") else f" {part}" for i, part in enumerate(joined)
    )


def listed(parts: Sequence[str]) -> str:
    """Items in a row as the language separates them."""
    return _("、").join(parts)


def at(rows: Sequence[Row], scenario: str, year: int) -> Row | None:
    """The row of a scenario in a year."""
    return next((row for row in rows if row["scenario"] == scenario and row["year"] == year), None)


def total_population(vision: Vision) -> str:
    """First, highest and last census, and those counted apart."""
    rows = sorted(vision.tables["observed_total"], key=lambda row: row["year"])
    first, last, peak = rows[0], rows[-1], max(rows, key=lambda row: row["total"])
    text = _("総人口は%(first_year)s年の%(first)sから%(last_year)s年の%(last)sになりました。") % {
        "first_year": first["year"],
        "first": persons(first["total"]),
        "last_year": last["year"],
        "last": persons(last["total"]),
    }
    top = ""
    if peak is not last and peak is not first:
        top = _("国勢調査で最も多かったのは%(year)s年の%(count)sです。") % {
            "year": peak["year"],
            "count": persons(peak["total"]),
        }
    apart = ""
    for row in rows:
        if row["special"]:
            apart = _(
                "%(year)s年には避難者など別に数える%(special)sが含まれ、その人たちを除くと%(residents)sです。"
            ) % {
                "year": row["year"],
                "special": persons(row["special"]),
                "residents": persons(row["total"] - row["special"]),
            }
    return sentence(text, top, apart)


def births_and_tfr(vision: Vision) -> str:
    """First and last births and rates, and the lowest rate."""
    births = [row for row in vision.tables["births_tfr"] if row["births"] is not None]
    rates = [row for row in vision.tables["births_tfr"] if row["tfr"] is not None]
    parts = []
    if births:
        parts.append(
            _("出生数は%(first_year)s年の%(first)sから%(last_year)s年の%(last)sに変わりました。")
            % {
                "first_year": births[0]["year"],
                "first": persons(births[0]["births"]),
                "last_year": births[-1]["year"],
                "last": persons(births[-1]["births"]),
            }
        )
    if rates:
        lowest = min(rates, key=lambda row: row["tfr"])
        parts.append(
            _(
                "合計特殊出生率は%(first_year)s年に%(first)s、%(last_year)s年に%(last)sで、最も低いのは%(low_year)s年の%(low)sです。"
            )
            % {
                "first_year": rates[0]["year"],
                "first": number(rates[0]["tfr"], 2),
                "last_year": rates[-1]["year"],
                "last": number(rates[-1]["tfr"], 2),
                "low_year": lowest["year"],
                "low": number(lowest["tfr"], 2),
            }
        )
    return sentence(*parts)


def net_migration(vision: Vision) -> str:
    """For each sex the largest loss and the largest gain of the last interval."""
    rows = vision.tables["net_migration"]
    latest = max(row["period"] for row in rows)
    parts = []
    for sex, title in (("male", _("男性")), ("female", _("女性"))):
        chosen = [row for row in rows if row["sex"] == sex and row["period"] == latest]
        if not chosen:
            continue
        low, high = min(chosen, key=lambda row: row["persons"]), max(chosen, key=lambda row: row["persons"])
        parts.append(
            _(
                "%(period)s年の%(sex)sは、%(low_age)sで%(low)s人と転出超過が最も大きく、%(high_age)sで%(high)s人でした。"
            )
            % {
                "period": latest,
                "sex": title,
                "low_age": ages(low["age_label"]),
                "low": signed(low["persons"]),
                "high_age": ages(high["age_label"]),
                "high": signed(high["persons"]),
            }
        )
    return sentence(*parts)


def vision_and_actual(vision: Vision) -> str:
    """Each later census beside the baseline of that year."""
    rows = vision.tables["vision_and_actual"]
    scenarios = headline_scenarios(vision)
    values = {(row["series"], row["year"]): row["total"] for row in rows}
    parts = []
    for row in rows:
        if row["series"] != "hindsight" or not scenarios:
            continue
        expected = values.get((scenarios[0].name, row["year"]))
        if expected:
            parts.append(
                _(
                    "%(year)s年の国勢調査は%(actual)sで、%(scenario)sの%(expected)sに対して%(difference)sでした。"
                )
                % {
                    "year": row["year"],
                    "actual": persons(row["total"]),
                    "scenario": scenarios[0].title,
                    "expected": persons(expected),
                    "difference": signed_percent(row["total"] / expected - 1),
                }
            )
    return sentence(*parts)


def _totals_at_end(vision: Vision, infos: Sequence[ScenarioInfo]) -> str:
    rows = vision.tables["scenario_totals"]
    found = [(info, at(rows, info.name, vision.to_year)) for info in infos]
    return listed(
        [
            _("%(scenario)sで%(count)s") % {"scenario": info.title, "count": persons(row["total"])}
            for info, row in found
            if row
        ]
    )


def outlook(vision: Vision) -> str:
    """From the first census to the last year of each scenario of the vision."""
    first = min(vision.tables["observed_total"], key=lambda row: row["year"])
    return _("%(first_year)s年に%(first)sだった人口は、%(year)s年に%(totals)sになると計算されます。") % {
        "first_year": first["year"],
        "first": persons(first["total"]),
        "year": vision.to_year,
        "totals": _totals_at_end(vision, headline_scenarios(vision)),
    }


def scenarios(vision: Vision) -> str:
    """The total of every scenario in the last year."""
    return _("%(year)s年の総人口は、%(totals)sです。") % {
        "year": vision.to_year,
        "totals": _totals_at_end(vision, vision.scenarios),
    }


def age_structure(vision: Vision) -> str:
    """Share of 65 and over at both ends."""
    parts = []
    for info in side_by_side(vision):
        first = at(vision.tables["scenario_ages"], info.name, vision.base_year)
        last = at(vision.tables["scenario_ages"], info.name, vision.to_year)
        if first and last:
            parts.append(
                _(
                    "%(scenario)sでは、65歳以上の割合が%(base)s年の%(first)sから%(year)s年の%(last)sになり、0～14歳は%(young)sになります。"
                )
                % {
                    "scenario": info.title,
                    "base": vision.base_year,
                    "first": percent(first["share_65_plus"]),
                    "year": vision.to_year,
                    "last": percent(last["share_65_plus"]),
                    "young": persons(last["age_0_14"]),
                }
            )
    return sentence(*parts)


def support_ratio(vision: Vision) -> str:
    """Ratio at both ends for the scenarios of the vision."""
    rows = vision.tables["support_ratio"]
    parts = []
    for info in headline_scenarios(vision):
        first, last = at(rows, info.name, vision.base_year), at(rows, info.name, vision.to_year)
        if first and last:
            parts.append(
                _("%(scenario)sでは、%(base)s年に%(first)s人、%(year)s年に%(last)s人です。")
                % {
                    "scenario": info.title,
                    "base": vision.base_year,
                    "first": ratio(first["ratio"]),
                    "year": vision.to_year,
                    "last": ratio(last["ratio"]),
                }
            )
    return sentence(_("75歳以上1人を支える15～64歳の人数です。"), *parts)


def pyramid(vision: Vision) -> str:
    """Largest age group of each sex in the base year and in the last year of the first scenario."""
    first = vision.scenarios[0]
    parts = []
    for year in (vision.base_year, vision.to_year):
        rows = [
            row for row in vision.tables["pyramid"] if row["scenario"] == first.name and row["year"] == year
        ]
        sexes = {
            sex: max((row for row in rows if row["sex"] == sex), key=lambda row: row["persons"], default=None)
            for sex in ("male", "female")
        }
        male, female = sexes["male"], sexes["female"]
        if male and female:
            parts.append(
                _(
                    "%(year)s年（%(scenario)s）に最も多い年齢は、男が%(male_age)sの%(male)s、女が%(female_age)sの%(female)sです。"
                )
                % {
                    "year": year,
                    "scenario": first.title,
                    "male_age": ages(male["age_label"]),
                    "male": persons(male["persons"]),
                    "female_age": ages(female["age_label"]),
                    "female": persons(female["persons"]),
                }
            )
    return sentence(*parts)


def women_20_39(vision: Vision) -> str:
    """Women of 20 to 39 at both ends."""
    rows = vision.tables["women_20_39"]
    parts = []
    for info in headline_scenarios(vision):
        first, last = at(rows, info.name, vision.base_year), at(rows, info.name, vision.to_year)
        if first and last:
            parts.append(
                _("%(scenario)sでは、%(base)s年の%(first)sから%(year)s年の%(last)s（%(change)s）になります。")
                % {
                    "scenario": info.title,
                    "base": vision.base_year,
                    "first": persons(first["persons"]),
                    "year": vision.to_year,
                    "last": persons(last["persons"]),
                    "change": signed_percent(last["index"] / 100 - 1),
                }
            )
    return sentence(*parts)


def components(vision: Vision) -> str:
    """Sums of natural and social change over the whole projection."""
    parts, apart = [], []
    for info in side_by_side(vision):
        rows = [row for row in vision.tables["components"] if row["scenario"] == info.name]
        if rows:
            parts.append(
                _(
                    "%(scenario)sでは、%(base)s年から%(year)s年までに自然増減が%(natural)s人、社会増減が%(social)s人です。"
                )
                % {
                    "scenario": info.title,
                    "base": vision.base_year,
                    "year": vision.to_year,
                    "natural": signed(sum(row["natural"] for row in rows)),
                    "social": signed(sum(row["net_migration"] for row in rows)),
                }
            )
        first = at(vision.tables["scenario_totals"], info.name, vision.base_year)
        last = at(vision.tables["scenario_totals"], info.name, vision.to_year)
        if rows and first and last and first["special"]:
            apart.append(
                _("避難者など別に数える人の増減（%(special)s人）は、自然増減にも社会増減にも含みません。")
                % {"special": signed(last["special"] - first["special"])}
            )
    return sentence(*parts, *dict.fromkeys(apart))


def influence(vision: Vision) -> str:
    """Ratio and rank of each kind."""
    titles = {"natural": _("自然増減の影響度"), "social": _("社会増減の影響度")}
    return sentence(
        *(
            _("%(year)s年の%(kind)sは%(ratio)sで、5段階の%(rank)sです。")
            % {
                "year": row["reference_year"],
                "kind": titles[row["kind"]],
                "ratio": percent(row["ratio"]),
                "rank": row["rank"],
            }
            for row in sorted(vision.tables["influence"], key=lambda row: row["kind"])
        )
    )


def decline_stage(vision: Vision) -> str:
    """When each stage of the baseline begins."""
    scenario = headline_scenarios(vision)[0]
    starts: dict[int, int] = {}
    last: Row | None = None
    for row in vision.tables["decline_stage"]:
        if row["scenario"] == scenario.name:
            last = row
            if row["stage"]:
                starts.setdefault(row["stage"], row["year"])
    stages = listed(
        [
            _("第%(stage)s段階は%(year)s年から") % {"stage": stage, "year": year}
            for stage, year in starts.items()
        ]
    )
    text = (
        _("%(scenario)sでは、%(stages)sです。") % {"scenario": scenario.title, "stages": stages}
        if stages
        else ""
    )
    end = ""
    if last:
        end = _("%(year)s年の指数は、0～14歳が%(young)s、15～64歳が%(middle)s、65歳以上が%(old)sです。") % {
            "year": last["year"],
            "young": number(last["index_0_14"], 1),
            "middle": number(last["index_15_64"], 1),
            "old": number(last["index_65_plus"], 1),
        }
    return sentence(text, end)


def split(vision: Vision) -> str:
    """The parts of the gap in the last year."""
    row = max(vision.tables["split"], key=lambda row: row["year"])
    return _(
        "%(year)s年の差%(total)s人のうち、自然増減による分が%(natural)s人、社会増減による分が%(social)s人、"
        "両方が重なって生まれる分が%(interaction)s人です。"
    ) % {
        "year": row["year"],
        "total": signed(row["total"]),
        "natural": signed(row["natural"]),
        "social": signed(row["social"]),
        "interaction": signed(row["interaction"]),
    }


def headline(vision: Vision) -> str:
    """The vision in two sentences, for the top of the page."""
    rows = vision.tables["scenario_totals"]
    infos = headline_scenarios(vision)
    base, end = at(rows, infos[0].name, vision.base_year), at(rows, infos[0].name, vision.to_year)
    if base is None or end is None:
        return ""
    first = _(
        "%(area)sの人口は、これまでの傾向が続くと、%(base)s年の%(first)sから%(year)s年には%(last)sになります。"
    ) % {
        "area": vision.area.local_name,
        "base": vision.base_year,
        "first": about_persons(base["total"]),
        "year": vision.to_year,
        "last": about_persons(end["total"]),
    }
    best = at(rows, infos[-1].name, vision.to_year)
    second = ""
    if len(infos) > 1 and best:
        second = _("出生と転入・転出がともに改善すれば、%(count)sを保てます。") % {
            "count": about_persons(best["total"])
        }
    return sentence(first, second)
