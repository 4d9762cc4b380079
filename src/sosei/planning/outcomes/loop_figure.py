"""The figure of the loop: the projection without and with what programmes did, as drawing, table and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.planning.outcomes.kinds import SMALLEST_SHOWN
from sosei.planning.outcomes.loop_state import Loop, kept
from sosei.planning.population.charts.parts import Line, Marks, Panel, line_chart
from sosei.planning.population.descriptions import sentence
from sosei.planning.population.tables import Column, FigureTable
from sosei.planning.population.wording import number, persons, short_persons, signed

SLUG = "programmes"
# The course that counts stands out in purple; the other, the upper bound and the baseline keep apart in colour and dash.
CHOSEN, OTHER, AT_MOST, WITHOUT = "what-if", "simulation-1", "simulation-2", "baseline"
HEIGHT = 320


@dataclass(frozen=True)
class DrawnLoop:
    """The figure with everything that its template shows."""

    title: str
    text: str
    reading: str
    panels: Sequence[Panel]
    table: FigureTable
    sources: Sequence[str]


def draw(loop: Loop) -> DrawnLoop:
    """The figure in the reader's language, drawn once for the same numbers and words."""
    row = loop.lever
    key = (
        get_language(),
        loop.today,
        loop.wanted and (loop.wanted.target, loop.wanted.title),
        loop.settled_by,
        row and row.in_force,
        loop.fertility and (loop.fertility.kind, loop.fertility.kpi_id),
        str(loop.town),
    )
    return kept("figure", loop.contribution, key, lambda: _draw(loop))


def _draw(loop: Loop) -> DrawnLoop:
    return DrawnLoop(
        title=_("事業がある場合とない場合の人口"),
        text=sentence_of(loop),
        reading=reading_of(loop),
        panels=panels(loop),
        table=table(loop),
        sources=sources(loop),
    )


def pace_title(loop: Loop) -> str:
    """The course in which the pace goes on."""
    return _("このペースが続く場合")


def panels(loop: Loop) -> list[Panel]:
    """Totals of each course with the target; and what the chosen course adds, with its upper bound."""
    goes_on = loop.contribution.goes_on_is_chosen
    happened = Line(
        OTHER if goes_on else CHOSEN,
        _("起きたことだけ"),
        [(row.year, row.happened) for row in loop.rows],
        labelled=not goes_on,
        width=2.5 if goes_on else 3.5,
    )
    lasting = Line(
        CHOSEN if goes_on else OTHER,
        pace_title(loop),
        [(row.year, row.goes_on) for row in loop.rows],
        labelled=goes_on,
        width=3.5 if goes_on else 2.5,
    )
    without = Line(WITHOUT, _("事業がない場合"), [(row.year, row.without) for row in loop.rows])
    target = loop.wanted
    marks = None
    if target is not None:
        # The figure stands in the key, because beside the diamond it would lie on the lines.
        title = _("目標 %(total)s") % {"total": short_persons(target.target.total)}
        marks = Marks(title, [(target.target.year, target.target.total, "")])
    total = line_chart(
        [without, lasting, happened] if not goes_on else [without, happened, lasting],
        marks=marks,
        height=HEIGHT,
    )
    added = line_chart(
        [
            Line(AT_MOST, _("多くてもここまで"), [(row.year, row.added_at_most) for row in loop.rows]),
            Line(CHOSEN, _("寄与"), [(row.year, row.added) for row in loop.rows], width=3.5),
        ],
        height=HEIGHT,
        label=persons,
    )
    return [Panel("total", _("総人口"), total), Panel("added", _("事業の寄与（人）"), added)]


def table(loop: Loop) -> FigureTable:
    """A row a year: the three courses, what the chosen one adds, its upper bound, ages, households."""
    columns = [
        Column(_("年"), "year"),
        Column(_("事業がない場合")),
        Column(_("起きたことだけ")),
        Column(pace_title(loop)),
        Column(_("寄与"), "change"),
        Column(_("寄与の上限"), "change"),
        Column(_("うち0～14歳"), "change"),
        Column(_("うち20～39歳の女性"), "change"),
        Column(_("来た世帯の累計（世帯）")),
    ]
    return FigureTable(
        columns,
        [
            [
                row.year,
                row.without,
                row.happened,
                row.goes_on,
                row.added,
                row.added_at_most,
                row.added_0_14,
                row.added_women_20_39,
                row.households,
            ]
            for row in loop.rows
        ],
    )


def sentence_of(loop: Loop) -> str:
    """What the figure shows, with its numbers."""
    last = loop.last
    told = {
        "year": last.year,
        "without": persons(last.without),
        "with": persons(last.without + last.added),
        "added": signed(last.added),
        "most": signed(last.added_at_most),
    }
    return sentence(
        _("%(year)s年の総人口は、事業がない場合に%(without)s、ある場合に%(with)sです。") % told,
        _("事業の寄与は%(added)s人で、多くても%(most)s人です。") % told,
    )


def reading_of(loop: Loop) -> str:
    """How to read it, and which choice stands behind it."""
    if loop.contribution.goes_on_is_chosen:
        course = _("紫の線は、直近%(years)s年度の平均（年%(pace)s世帯）がこれからも続くとした場合です。") % {
            "years": loop.settled_by.pace_years,
            "pace": number(loop.contribution.pace, 1),
        }
    else:
        course = _("紫の線は、これまでに来た世帯だけを入れた場合です。この先に来る世帯は入れていません。")
    other = (
        _("灰色の点線は、これまでに来た世帯だけを入れた場合です。")
        if loop.contribution.goes_on_is_chosen
        else _("灰色の点線は、いまのペースが続くとした場合です。")
    )
    bound = _("「事業の寄与」の図の点線は、来た世帯がすべて事業のおかげだとした場合の上限です。")
    return sentence(course, other, bound)


def method_of(loop: Loop) -> list[str]:
    """The method of the contribution in two lines, and the honest limits."""
    share = number(loop.settled_by.anyway * 100)
    lines = [
        _(
            "事業で移り住んだ世帯を、来た月の含まれる5年の区切りの終わりに、世帯の型と世帯主の年代に応じた男女・年齢で足し、基準推計と同じ方法で計算し直しました。"
        ),
        _(
            "事業がなくても来た人がいるので、来た世帯の%(share)s%%を差し引いたものを「寄与」、差し引かないものを「上限」とします。%(share)s%%は調べた結果ではなく、町が置いた割合です。"
        )
        % {"share": share},
    ]
    if loop.fertility is not None:
        lines.append(fertility_method(loop))
    before = loop.contribution.counted_before
    if before >= SMALLEST_SHOWN or (before and loop.may_see_small):
        lines.append(
            _("%(year)s年の国勢調査より前に来た%(count)s世帯は、国勢調査に数えられているので足していません。")
            % {"year": loop.vision.base_year, "count": number(before)}
        )
    return lines


def fertility_method(loop: Loop) -> str:
    """The method of the lever of fertility in force."""
    assert loop.fertility is not None and loop.fertility_by is not None
    if loop.fertility.kind == loop.fertility.Kind.BIRTHS:
        return _(
            "出生率は、実際の出生数を、同じ女性から基準推計が見込む出生数で割った比で動かします（間接標準化。Prestonほか2001年の第2章）。その年以外の事情も含む仮定です。"
        )
    return _(
        "出生率は、婚姻率が変わった割合の%(share)s%%だけ動かします。合計特殊出生率の低下の約9割は初婚の変化によるという研究（岩澤2015年）にならった仮定です。"
    ) % {"share": number(loop.fertility_by.passed_on * 100)}


def sources(loop: Loop) -> list[str]:
    """Where the numbers come from."""
    found = [
        _("移り住んだ世帯は%(town)sの事業の実績（%(day)sまでに記録）")
        % {"town": loop.town, "day": f"{loop.today:%Y-%m-%d}"},
        *loop.vision.sources.get("scenario_totals", []),
    ]
    if loop.fertility is not None and loop.fertility.kpi is not None:
        found.insert(1, f"KPI: {loop.fertility.kpi.local_title}")
    return found
