"""Results of hindcasts as rows, and rows as the tables of the prompt and of docs/accuracy.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from django.utils.translation import gettext as _

from sosei.engines.demography.hindcast import (
    Outcome,
    Score,
    scores_by_age,
    scores_by_size,
    size_class,
    size_labels,
    total_score,
)
from sosei.engines.demography.intervals import coverage, coverage_by_age, fit_error_model
from sosei.engines.demography.population_draws import coverage_by_draws

FINER_CASES = ((1995, 10), (1995, 15), (2000, 10), (2000, 15), (2005, 10))
"""Those shown by size and by age, and for the methods that did not win: 1995 and 2000 chose, 2005 judged."""
CASES = (
    (1995, 5),
    (1995, 10),
    (1995, 15),
    (2000, 5),
    (2000, 10),
    (2000, 15),
    (2005, 5),
    (2005, 10),
    (2010, 5),
)
"""All bases and horizons of docs/accuracy.md; the prediction intervals' error model is made from these hindcasts."""
LEVEL = 0.8
DRAWN_AGES = ((0, 15), (15, 65), (65, None), (75, None))
"""Sums of ages whose draws are held against the censuses: first age, first age no longer counted."""
FEWEST_YEARS_OF_ERRORS = 5
"""From the first census that a hindcast ends in to the first base that may learn from it and a longer horizon."""


@dataclass(frozen=True)
class Row:
    """One line of a table: whose errors, and what they were (shares, not per cent)."""

    base: int
    horizon: int
    method: str
    grouping: str
    group: str
    areas: int
    median: float
    mean: float
    percentile_90: float
    bias: float

    def as_document(self) -> dict[str, object]:
        """For JSON and CSV; percentages to two decimals."""
        found = asdict(self)
        for name in ("median", "mean", "percentile_90", "bias"):
            found[name] = None if np.isnan(found[name]) else round(100 * found[name], 2)
        return found


@dataclass(frozen=True)
class Coverage:
    """How many of the held-out censuses lay in their interval."""

    held_out: str
    group: str
    censuses: int
    share: float

    def as_document(self) -> dict[str, object]:
        """For JSON and CSV; the share in per cent to one decimal."""
        return {**asdict(self), "share": round(100 * self.share, 1)}


def method_title(name: str) -> str:
    """A method as a table names it."""
    return {
        "default": _("Sosei の既定"),
        "hamilton_perry": _("ハミルトン・ペリー"),
        "exponential": _("指数増加"),
        "no_change": _("変化なし"),
        "damped_own": _("自地域の率を減衰"),
        "pooled": _("合算した率のみ"),
        "pooled_undamped": _("合算した率のみ、減衰なし"),
        "synthetic": _("回帰による率のみ"),
        "undamped": _("既定、減衰なし"),
        "own_and_synthetic": _("自地域の率と回帰による率"),
        "mortality_trend": _("既定、死亡率の改善を半分延ばす"),
        "one_class": _("既定、組は1つ"),
        "twenty_classes": _("既定、組は20"),
    }[name]


def rows_of(outcomes: Iterable[Outcome]) -> list[Row]:
    """The total, every size class and every age class of every outcome."""
    rows = []
    for one in outcomes:
        groups: list[tuple[str, str, Score]] = [("total", "", total_score(one))]
        groups += [("size", name, found) for name, found in scores_by_size(one).items()]
        groups += [("age", name, found) for name, found in scores_by_age(one).items()]
        rows += [
            Row(one.base_year, one.horizon, one.method, grouping, group, **asdict(found))
            for grouping, group, found in groups
        ]
    return rows


def coverage_rows(outcomes: Sequence[Outcome]) -> list[Coverage]:
    """How many censuses 80 % intervals hold that had no part in their making.

    Two ways to hold out: each census in turn, with every hindcast that ends in it; and all later ones, as for somebody
    who makes a projection in the base year and has hindcasts of earlier censuses only.

    Args:
        outcomes: of one method, several bases and horizons.
    """
    ends = sorted({_end(o) for o in outcomes})
    rows = _coverage(
        "each census in turn",
        [
            ([o for o in outcomes if _end(o) != year], [o for o in outcomes if _end(o) == year])
            for year in ends
        ],
    )
    bases = sorted({o.base_year for o in outcomes if o.base_year >= ends[0] + FEWEST_YEARS_OF_ERRORS})
    forward = [
        ([o for o in outcomes if _end(o) <= base], [o for o in outcomes if o.base_year == base])
        for base in bases
    ]
    return rows + (_coverage("later censuses", forward) if forward else [])


def _end(outcome: Outcome) -> int:
    return outcome.base_year + outcome.horizon


def _coverage(name: str, splits: list[tuple[list[Outcome], list[Outcome]]]) -> list[Coverage]:
    hit: list[np.ndarray] = []
    size: list[np.ndarray] = []
    census: list[np.ndarray] = []
    by_age: list[np.ndarray] = []
    drawn: list[np.ndarray] = []
    for known, held_out in splits:
        model = fit_error_model(known)
        for one in held_out:
            hit.append(coverage(model, one, level=LEVEL))
            by_age.append(coverage_by_age(model, one, level=LEVEL))
            drawn.append(coverage_by_draws(model, one, DRAWN_AGES, level=LEVEL))
            size.append(size_class(one.base.sum(("sex", "age")).values))
            census.append(np.full(hit[-1].size, _end(one)))
    hits, sizes, censuses = (np.concatenate(part) for part in (hit, size, census))
    rows = [Coverage(name, "all", hits.size, float(hits.mean()))]
    for i, label in enumerate(size_labels()):
        inside = sizes == i
        if inside.any():
            rows.append(Coverage(name, label, int(inside.sum()), float(hits[inside].mean())))
    for year in np.unique(censuses):
        inside = censuses == year
        rows.append(Coverage(name, f"census {year}", int(inside.sum()), float(hits[inside].mean())))
    ages = splits[0][0][0].base["age"].values
    labels = [f"ages {a}+" if a == ages[-1] else f"ages {a}-{a + 4}" for a in ages]
    labels += [f"draws, {a}+" if b is None else f"draws, {a}-{b - 1}" for a, b in DRAWN_AGES]
    shares = [*np.concatenate(by_age).mean(axis=0), *np.concatenate(drawn).mean(axis=0)]
    return rows + [
        Coverage(name, label, hits.size, float(share)) for label, share in zip(labels, shares, strict=True)
    ]


def table(header: Sequence[str], body: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Lines of a table, for the prompt (columns apart) or as Markdown."""
    if markdown:
        rule = "|" + "---|" * len(header)
        return "\n".join(
            ["| " + " | ".join(header) + " |", rule, *("| " + " | ".join(r) + " |" for r in body)]
        )
    widths = [max(_width(row[i]) for row in [header, *body]) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row)).rstrip()
        for row in [header, *body]
    )


def _width(text: str) -> int:
    """Columns on a terminal: full-width characters take two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def total_table(rows: Sequence[Row], *, markdown: bool) -> str:
    """Totals of every case and method, and the quotient of each figure to Hamilton-Perry's of the same case."""
    reference = {
        (r.base, r.horizon): r for r in rows if r.grouping == "total" and r.method == "hamilton_perry"
    }
    header = [_("基準年"), _("手法"), _("市区町村数"), *_measures(), _("HP 比: 中央値"), _("HP 比: 90％点")]
    body = []
    totals = [r for r in rows if r.grouping == "total"]
    for row in sorted(totals, key=lambda r: (r.base, r.horizon)):
        beside = reference.get((row.base, row.horizon))
        quotients = (
            [f"{row.median / beside.median:.2f}", f"{row.percentile_90 / beside.percentile_90:.2f}"]
            if beside
            else ["-", "-"]
        )
        body.append(
            [
                f"{row.base}+{row.horizon}",
                method_title(row.method),
                str(row.areas),
                *_figures(row),
                *quotients,
            ]
        )
    return table(header, body, markdown=markdown)


def group_table(rows: Sequence[Row], grouping: str, *, markdown: bool) -> str:
    """Errors by size class ("size") or by age ("age"), case after case."""
    label = _("基準年の人口（人）") if grouping == "size" else _("年齢")
    header = [_("基準年"), label, _("手法"), _("市区町村数"), *_measures()]
    chosen = [r for r in rows if r.grouping == grouping and r.areas]
    cases = list(dict.fromkeys((r.base, r.horizon) for r in chosen))
    groups = list(dict.fromkeys(r.group for r in chosen))
    ordered = [
        r
        for case in cases
        for group in groups
        for r in chosen
        if (r.base, r.horizon) == case and r.group == group
    ]
    body = [
        [f"{r.base}+{r.horizon}", r.group, method_title(r.method), str(r.areas), *_figures(r)]
        for r in ordered
    ]
    return table(header, body, markdown=markdown)


def coverage_table(rows: Sequence[Coverage], *, markdown: bool) -> str:
    """Coverage of 80 % intervals, and of the central 80 % of drawn sums of ages."""
    names = {
        "each census in turn": _("調査年を1つずつ除く"),
        "later censuses": _("基準年までの調査だけから作る"),
    }
    header = [
        _("作成に使わなかった調査"),
        _("規模・調査年・年齢"),
        _("調査と市区町村の組"),
        _("80％区間に入った割合"),
    ]
    body = [
        [names[r.held_out], _group_title(r.group), f"{r.censuses:,}", f"{100 * r.share:.1f} %"] for r in rows
    ]
    return table(header, body, markdown=markdown)


def _group_title(group: str) -> str:
    """A group of `coverage_rows` as a table names it; size classes are figures alone and stay."""
    kind, _space, rest = group.partition(" ")
    titles = {
        "all": _("すべて"),
        "census": _("%(which)s年の調査"),
        "ages": _("年齢 %(which)s"),
        "draws,": _("抽出した合計、年齢 %(which)s"),
    }
    return titles[kind] % {"which": rest} if kind in titles else group


def _measures() -> list[str]:
    return [_("中央値（％）"), _("平均（％）"), _("90％点（％）"), _("偏り（％）")]


def _figures(row: Row) -> list[str]:
    return [f"{100 * v:.2f}" for v in (row.median, row.mean, row.percentile_90)] + [f"{100 * row.bias:+.2f}"]
