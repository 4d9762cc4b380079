"""Registry of the figures: one `Figure` a chart, with its words, its drawing, its table and its text alternative."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from sosei.planning.population import descriptions, tables
from sosei.planning.population.charts import causes, future, past
from sosei.planning.population.charts import pyramid as pyramid_chart
from sosei.planning.population.charts.parts import Panel
from sosei.planning.population.descriptions import sentence
from sosei.planning.population.tables import FigureTable
from sosei.planning.population.vision_records import Vision
from sosei.planning.population.wording import number, ratio, short_persons, signed_percent

Text = str | Promise


@dataclass(frozen=True)
class Section:
    """A part of the page, with its place in the in-page navigation."""

    slug: str
    title: Text
    lead: Text


@dataclass(frozen=True)
class Figure:
    """One chart of the page.

    Attributes:
        table_name: the table of the vision it draws; the figure is left out where that table is empty.
        reading: how to read the chart, in one or two sentences.
        draw, tabulate, describe: its panels, its table, and its text alternative with the actual numbers.
        note, note_if: what else there is to read, where the vision has it.
    """

    slug: str
    section: str
    table_name: str
    title: Text
    reading: Text
    draw: Callable[[Vision], list[Panel]]
    tabulate: Callable[[Vision], FigureTable]
    describe: Callable[[Vision], str]
    note: Text = ""
    note_if: Callable[[Vision], bool] = bool

    def is_available(self, vision: Vision) -> bool:
        """Whether the vision has the numbers for this figure."""
        return bool(vision.tables.get(self.table_name)) and bool(vision.scenarios or self.section == "past")


@dataclass(frozen=True)
class Drawn:
    """A figure with everything the template shows."""

    figure: Figure
    panels: list[Panel]
    table: FigureTable
    text: str
    reading: str
    sources: list[str]


@dataclass(frozen=True)
class KeyFigure:
    """One of the four or five numbers at the top of the page."""

    label: str
    text: str
    note: str
    series: str  # gives the colour of its mark

    @property
    def value(self) -> str:
        """The digits, to be set large."""
        return re.match(r"[−\d.,]*", self.text)[0]  # type: ignore[index]

    @property
    def unit(self) -> str:
        """What follows the digits, to be set small."""
        return self.text[len(self.value) :]


SECTIONS = (
    Section("past", _("これまでの人口"), _("国勢調査と出生の記録から、何が起きてきたかを見ます。")),
    Section(
        "future",
        _("これからの見通し"),
        _("いくつかの前提のもとで、人口がどう変わるかを計算した結果です。予言ではありません。"),
    ),
    Section(
        "causes",
        _("なぜそうなるのか"),
        _("出生と死亡、転入と転出が、それぞれどれだけ人口を動かすかを分けて見ます。"),
    ),
)

DIAMONDS = _("ひし形は公表された値で、線との開きが計算の違いです。")

OUTLOOK = Figure(
    "outlook",
    "summary",
    "scenario_totals",
    _("総人口のこれまでとこれから"),
    _("太い線は国勢調査で数えた人口、細い線は計算した見通しです。点線より右が計算の範囲です。"),
    future.outlook,
    tables.outlook,
    descriptions.outlook,
)

FIGURES: tuple[Figure, ...] = (
    OUTLOOK,
    Figure(
        "total-population",
        "past",
        "observed_total",
        _("総人口の推移"),
        _("棒の高さが国勢調査の総人口です。"),
        past.total_population,
        tables.total_population,
        descriptions.total_population,
        _("色の違う部分は避難者など別に数える人で、かっこの中はその人たちを除いた人口です。"),
        lambda vision: any(row["special"] for row in vision.tables["observed_total"]),
    ),
    Figure(
        "births-and-tfr",
        "past",
        "births_tfr",
        _("出生数と合計特殊出生率"),
        _(
            "合計特殊出生率は、一人の女性が一生に産む子どもの数の目安です。その図の縦の目盛りは0から始まりません。"
        ),
        past.births_and_tfr,
        tables.births_and_tfr,
        descriptions.births_and_tfr,
    ),
    Figure(
        "net-migration",
        "past",
        "net_migration",
        _("年齢別の人口移動"),
        _(
            "0より下は転出のほうが多く、上は転入のほうが多い年齢です。線は国勢調査の間の5年ごとで、太い線が最も新しい期間です。"
        ),
        past.net_migration,
        tables.net_migration,
        descriptions.net_migration,
    ),
    Figure(
        "vision-and-actual",
        "past",
        "vision_and_actual",
        _("見通しと実績の比較"),
        _(
            "点線より右の太い線は、見通しを作ったあとに行われた国勢調査です。見通しの線との開きが、はずれの大きさです。縦の目盛りは0から始まりません。"
        ),
        past.vision_and_actual,
        tables.vision_and_actual,
        descriptions.vision_and_actual,
        DIAMONDS,
        lambda vision: any(
            row["series"].startswith("published:") for row in vision.tables["vision_and_actual"]
        ),
    ),
    Figure(
        "scenarios",
        "future",
        "scenario_totals",
        _("シナリオ別の総人口"),
        _("線の右端が最後の年の人口です。"),
        future.scenarios,
        tables.scenarios,
        descriptions.scenarios,
        DIAMONDS,
        lambda vision: bool(future.published_marks(vision).points),
    ),
    Figure(
        "age-structure",
        "future",
        "scenario_ages",
        _("年齢3区分別の人口"),
        _("棒の上の数字は65歳以上の割合です。"),
        future.age_structure,
        tables.age_structure,
        descriptions.age_structure,
    ),
    Figure(
        "support-ratio",
        "future",
        "support_ratio",
        _("75歳以上1人を支える15～64歳の人数"),
        _("数字が小さいほど、支える側の一人ひとりの負担が重くなります。"),
        future.support_ratio,
        tables.support_ratio,
        descriptions.support_ratio,
        DIAMONDS,
        lambda vision: any(row["published"] is not None for row in vision.tables["support_ratio"]),
    ),
    Figure(
        "pyramid",
        "future",
        "pyramid",
        _("人口ピラミッド"),
        _("左が男、右が女で、下ほど若い年齢です。年を動かすと、人数の多い世代が上へ移っていきます。"),
        pyramid_chart.pyramid,
        tables.pyramid,
        descriptions.pyramid,
    ),
    Figure(
        "women-20-39",
        "future",
        "women_20_39",
        _("20～39歳の女性"),
        _("生まれる子どもの数は、この年齢の女性の数に大きく左右されます。"),
        future.women_20_39,
        tables.women_20_39,
        descriptions.women_20_39,
    ),
    Figure(
        "components",
        "causes",
        "components",
        _("自然増減と社会増減"),
        _("各年までの5年間の増減です。白い丸が両方を合わせた増減です。"),
        causes.components,
        tables.components,
        descriptions.components,
    ),
    Figure(
        "split",
        "causes",
        "split",
        _("シナリオの差の内訳"),
        _(
            "展望と基準の差を、出生によるもの、移動によるもの、両方が重なって生まれるものに分けました。分ける順序によって内訳は変わります。"
        ),
        causes.split,
        tables.split,
        descriptions.split,
    ),
    Figure(
        "influence",
        "causes",
        "influence",
        _("自然増減・社会増減の影響度"),
        _("国の手引きの方法です。段階の数字が大きいほど、その改善が人口を保つうえで効きます。"),
        causes.influence,
        tables.influence,
        descriptions.influence,
    ),
    Figure(
        "decline-stage",
        "causes",
        "decline_stage",
        _("人口減少の段階"),
        _(
            "最初の年を100とした指数です。第1段階は65歳以上が増える時期、第2段階は横ばいか1割未満の減、第3段階は1割以上の減です。"
        ),
        causes.decline_stage,
        tables.decline_stage,
        descriptions.decline_stage,
    ),
)
BY_SLUG = {figure.slug: figure for figure in FIGURES}


def draw(figure: Figure, vision: Vision) -> Drawn:
    """One figure with its panels, table, text and sources, in the reader's language."""
    return Drawn(
        figure,
        figure.draw(vision),
        figure.tabulate(vision),
        figure.describe(vision),
        sentence(str(figure.reading), str(figure.note) if figure.note_if(vision) else ""),
        vision.sources.get(figure.table_name, []),
    )


_KEPT = 16
_cache: OrderedDict[tuple[int, str], tuple[Vision, dict[str, Drawn]]] = OrderedDict()
_lock = Lock()


def draw_all(vision: Vision) -> dict[str, Drawn]:
    """Every figure the vision has numbers for, by slug; drawn once for each vision and language."""
    key = (id(vision), get_language() or "ja")
    with _lock:
        # The vision is kept beside its drawings, so that its id cannot pass to another object.
        found = _cache.get(key)
        if found is not None and found[0] is vision:
            _cache.move_to_end(key)
            return found[1]
    drawn = {figure.slug: draw(figure, vision) for figure in FIGURES if figure.is_available(vision)}
    with _lock:
        _cache[key] = (vision, drawn)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return drawn


def key_figures(vision: Vision) -> list[KeyFigure]:
    """The newest count, the last year with and without improvement, support, and women of 20 to 39."""
    shown: list[KeyFigure] = []
    counted = [(row["year"], row["total"]) for row in vision.tables.get("observed_total", [])] + [
        (row["year"], row["total"])
        for row in vision.tables.get("vision_and_actual", [])
        if row["series"] == "hindsight"
    ]
    if counted:
        year, total = max(counted)
        shown.append(
            KeyFigure(
                gettext("いまの人口"),
                short_persons(total),
                gettext("%(year)s年 国勢調査") % {"year": year},
                "observed",
            )
        )
    infos = future.headline_scenarios(vision)
    totals = vision.tables.get("scenario_totals", [])
    for info in (infos[:1] + infos[-1:]) if len(infos) > 1 else infos:
        first = descriptions.at(totals, info.name, vision.base_year)
        last = descriptions.at(totals, info.name, vision.to_year)
        if first and last:
            shown.append(
                KeyFigure(
                    gettext("%(year)s年・%(scenario)s") % {"year": vision.to_year, "scenario": info.title},
                    short_persons(last["total"]),
                    gettext("%(base)s年から%(change)s")
                    % {
                        "base": vision.base_year,
                        "change": signed_percent(last["total"] / first["total"] - 1),
                    },
                    info.name,
                )
            )
    if infos:
        shown += _ratio_figures(vision, infos[0].name)
    return shown


def _ratio_figures(vision: Vision, scenario: str) -> list[KeyFigure]:
    shown = []
    rows = vision.tables.get("support_ratio", [])
    first = descriptions.at(rows, scenario, vision.base_year)
    last = descriptions.at(rows, scenario, vision.to_year)
    if first and last:
        shown.append(
            KeyFigure(
                gettext("75歳以上1人を支える人"),
                gettext("%(ratio)s人") % {"ratio": ratio(last["ratio"])},
                gettext("%(year)s年（%(base)s年は%(first)s人）")
                % {"year": vision.to_year, "base": vision.base_year, "first": ratio(first["ratio"])},
                scenario,
            )
        )
    rows = vision.tables.get("women_20_39", [])
    last = descriptions.at(rows, scenario, vision.to_year)
    if last:
        shown.append(
            KeyFigure(
                gettext("20～39歳の女性"),
                short_persons(last["persons"]),
                gettext("%(year)s年（%(base)s年の%(share)s%%）")
                % {"year": vision.to_year, "base": vision.base_year, "share": number(last["index"])},
                scenario,
            )
        )
    return shown
