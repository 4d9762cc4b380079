"""Codes of the judgement in the reader's language: words, steps, problems of a rule, marks and outlooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.engines.conventions.fiscal_years import format_fiscal_year
from sosei.planning.strategy.judgement.forecast import Forecast, Method, Outlook, Silence
from sosei.planning.strategy.judgement.judge import Judgement, Step
from sosei.planning.strategy.judgement.monitoring import Aspect, Grade, Mark
from sosei.planning.strategy.judgement.rules import (
    Band,
    Basis,
    Given,
    RuleDefinition,
    RuleError,
    RuleProblem,
    Text,
    Tone,
)
from sosei.planning.strategy.judgement.trial import Shift
from sosei.planning.strategy.judgement.words import Word

WORDS: dict[Word, Any] = {
    Word.NOT_BEGUN: gettext_lazy("これからの年度"),
    Word.CENSUS_NOT_OUT: gettext_lazy("調査の結果待ち"),
    Word.NOT_YET_PUBLISHED: gettext_lazy("公表待ち"),
    Word.NOT_AVAILABLE: gettext_lazy("値がとれない"),
    Word.VALUE_DUE: gettext_lazy("年度の途中"),
    Word.VALUE_MISSING: gettext_lazy("報告がない"),
    Word.NO_TARGET: gettext_lazy("目標がない"),
    Word.PERIOD_RUNNING: gettext_lazy("途中の値"),
    Word.BASE_YEAR: gettext_lazy("基準の年度"),
    Word.NO_TOLERANCE: gettext_lazy("許される差が未定"),
    Word.STAGE_BY_PERSON: gettext_lazy("人が評価"),
    Word.KEPT: gettext_lazy("保つ目標"),
    Word.TARGET_EQUALS_BASE: gettext_lazy("目標が基準と同じ"),
    Word.PASSED_AT_BASE: gettext_lazy("基準の時点で目標をこえていた"),
    Word.NO_BASE: gettext_lazy("基準がない"),
    Word.BASE_ZERO: gettext_lazy("基準が0"),
    Word.RATIO_REFUSED: gettext_lazy("達成率は使えない"),
    Word.NOTHING_DUE: gettext_lazy("まだ進む予定がない"),
    Word.CARRIED_FORWARD: gettext_lazy("前の値のまま"),
}
"""The word as a short tag."""

MEANINGS: dict[Word, Any] = {
    Word.NOT_BEGUN: gettext_lazy("この年度はまだ始まっていません。"),
    Word.CENSUS_NOT_OUT: gettext_lazy("国勢調査などの結果がまだ公表されていません。公表されたら入力します。"),
    Word.NOT_YET_PUBLISHED: gettext_lazy("もとになる統計がまだ公表されていません。公表されたら入力します。"),
    Word.NOT_AVAILABLE: gettext_lazy("この年度は値がとれません。理由は実績の説明にあります。"),
    Word.VALUE_DUE: gettext_lazy("年度が終わっていないので、まだ値がありません。"),
    Word.VALUE_MISSING: gettext_lazy(
        "年度は終わりましたが、値が報告されていません。担当の部署が入力します。"
    ),
    Word.NO_TARGET: gettext_lazy("目標値がないので、評価できません。目標値を決めてください。"),
    Word.PERIOD_RUNNING: gettext_lazy("期間が終わっていない値です。これから変わるので、評価はしません。"),
    Word.BASE_YEAR: gettext_lazy("出発点の年度です。まだ進む予定はなく、評価はしません。"),
    Word.NO_TOLERANCE: gettext_lazy(
        "保つ目標ですが、どれだけの差まで許すかが決まっていません。許される差を決めてください。"
    ),
    Word.STAGE_BY_PERSON: gettext_lazy("この基準では、人が段階を決めます。"),
    Word.KEPT: gettext_lazy("保つ目標なので、許される差に入っているかどうかだけを示します。"),
    Word.TARGET_EQUALS_BASE: gettext_lazy(
        "目標値と基準値が同じなので、進みの割合はありません。届いているかどうかだけを示します。"
    ),
    Word.PASSED_AT_BASE: gettext_lazy(
        "基準値がはじめから目標をこえているので、進みの割合はありません。届いているかどうかだけを示します。"
    ),
    Word.NO_BASE: gettext_lazy(
        "基準値か基準の年度がないので、進みを計算できません。届いているかどうかだけを示します。"
    ),
    Word.BASE_ZERO: gettext_lazy(
        "基準値が0なので、基準からの変化の割合はありません。届いているかどうかだけを示します。"
    ),
    Word.RATIO_REFUSED: gettext_lazy(
        "実績÷目標では正しく比べられません（減らす目標、0より離れた基準値、0以下の目標）。届いているかどうかだけを示します。"
    ),
    Word.NOTHING_DUE: gettext_lazy(
        "この年度までに進む予定がない目標です。予定の線を守っているかどうかで評価します。"
    ),
    Word.CARRIED_FORWARD: gettext_lazy(
        "新しい値がなく、前に報告した値のままです。その値を最初に報告した年度として評価します。"
    ),
}
"""The word in a sentence or two, with what can be done."""

BASES: dict[Basis, Any] = {
    Basis.PACE: gettext_lazy("進みの速さ（進んだ割合÷その年度までに進むはずの割合）"),
    Basis.PROGRESS: gettext_lazy("進みの割合（（実績−基準）÷（目標−基準））"),
    Basis.ACHIEVEMENT: gettext_lazy("達成率（実績÷目標）"),
    Basis.POSITION: gettext_lazy("基準値からの良くなりかた（基準値に対する割合）"),
    Basis.MANUAL: gettext_lazy("人が段階を決める"),
}
TONES: dict[Tone, Any] = {
    Tone.GOOD: gettext_lazy("良い"),
    Tone.FAIR: gettext_lazy("注意"),
    Tone.POOR: gettext_lazy("悪い"),
    Tone.NEUTRAL: gettext_lazy("色なし"),
}
GIVEN: dict[Given, Any] = {
    Given.BASIS: gettext_lazy("値で決まる"),
    Given.TARGET: gettext_lazy("目標に届いたかどうかで決まる"),
    Given.PERSON: gettext_lazy("人が決める"),
}
SHIFTS: dict[Shift, Any] = {
    Shift.SAME: gettext_lazy("変わらない"),
    Shift.BETTER: gettext_lazy("良くなる"),
    Shift.WORSE: gettext_lazy("悪くなる"),
    Shift.RATED: gettext_lazy("評価が付く"),
    Shift.UNRATED: gettext_lazy("評価がなくなる"),
}
OUTLOOKS: dict[Outlook, Any] = {
    Outlook.WILL_REACH: gettext_lazy("このままなら届く見込み"),
    Outlook.OPEN: gettext_lazy("届くかどうか分からない"),
    Outlook.WILL_MISS: gettext_lazy("このままでは届かない見込み"),
}
SILENCES: dict[Silence, Any] = {
    Silence.TOO_FEW_POINTS: gettext_lazy("新しい値が3つになるまで、見通しは出しません。"),
    Silence.NO_FINAL_YEAR: gettext_lazy("目標がないので、見通しはありません。"),
    Silence.FINAL_YEAR_REPORTED: gettext_lazy("最後の年度の値が報告されたので、見通しはありません。"),
}
METHODS: dict[Method, Any] = {
    Method.LINE: gettext_lazy(
        "新しい値に直線を当てはめ、これからの1つの値が入る幅を示します（最小二乗法とt分布）。"
    ),
    Method.INCREMENTS: gettext_lazy(
        "1年に増えた分の平均で進むとし、ばらつきから幅を示します（累計の値のための方法）。"
    ),
}
ASPECTS: dict[Aspect, Any] = {
    Aspect.FRESH: gettext_lazy("新しさ"),
    Aspect.SOURCED: gettext_lazy("出典"),
    Aspect.OWNER: gettext_lazy("担当"),
    Aspect.PATH: gettext_lazy("目標への道すじ"),
}
GRADES: dict[Grade, Any] = {
    Grade.GOOD: gettext_lazy("整っている"),
    Grade.FAIR: gettext_lazy("もう少し"),
    Grade.POOR: gettext_lazy("足りない"),
}
REASONS: dict[str, Any] = {
    "no_value": gettext_lazy("値がひとつもありません。"),
    "no_period": gettext_lazy("値に時点・期間が書かれていません。"),
    "fresh": gettext_lazy("いちばん新しい値は%(months)sか月前のものです。"),
    "old": gettext_lazy("いちばん新しい値は%(months)sか月前のもので、%(allowed)sか月をこえています。"),
    "each_sourced": gettext_lazy("すべての値に出典があります。"),
    "sourced": gettext_lazy("KPIに出典が書かれています。"),
    "partly_sourced": gettext_lazy("出典がある値は%(values)sのうち%(with_source)sだけです。"),
    "no_source": gettext_lazy("出典が書かれていません。"),
    "no_department": gettext_lazy("担当の部署が決まっていません。"),
    "nobody_answers": gettext_lazy("担当の部署に、値を報告する人がいません。"),
    "owned": gettext_lazy("担当の部署で%(owners)s人が値を報告します。"),
    "no_target": gettext_lazy("目標値がありません。"),
    "no_tolerance": gettext_lazy("保つ目標ですが、許される差が決まっていません。"),
    "kept_within": gettext_lazy("保つ目標で、許される差が決まっています。"),
    "no_base": gettext_lazy("基準値か基準の年度がありません。"),
    "path": gettext_lazy("%(years)sつの年度に目標値があります。"),
    "final_only": gettext_lazy("最後の年度の目標値だけなので、途中はまっすぐな線とみなします。"),
}
REMEDIES: dict[str, Any] = {
    "ask_for_value": gettext_lazy("担当の部署に新しい値をたずねてください。"),
    "name_period": gettext_lazy("値に時点・期間を書いてください。"),
    "name_source": gettext_lazy("KPIに出典を書いてください。"),
    "name_department": gettext_lazy("担当の部署を決めてください。"),
    "invite_owner": gettext_lazy("担当の部署のKPI担当者を招待してください。"),
    "set_target": gettext_lazy("目標値を決めてください。"),
    "set_tolerance": gettext_lazy("許される差を決めてください。"),
    "set_base": gettext_lazy("基準値と基準の年度を書いてください。"),
    "set_path": gettext_lazy("年度ごとの目標値を決めると、途中の遅れに早く気づけます。"),
}
RULE_PROBLEMS: dict[str, Any] = {
    "no_name": gettext_lazy("基準の名称がありません。名称を書いてください。"),
    "long_name": gettext_lazy("基準の名称「%(value)s」が長すぎます。%(longest)s文字までにしてください。"),
    "no_bands": gettext_lazy("段階がひとつもありません。2つ以上の段階を書いてください。"),
    "too_few_bands": gettext_lazy("値で決まる段階が%(value)sつしかありません。2つ以上にしてください。"),
    "too_many_bands": gettext_lazy("段階が%(value)sあります。%(most)sまでにしてください。"),
    "bad_key": gettext_lazy("記号「%(value)s」は使えません。1文字から%(longest)s文字の記号にしてください。"),
    "same_key": gettext_lazy("記号「%(value)s」が2回使われています。別の記号にしてください。"),
    "no_label": gettext_lazy("段階の名前がありません。名前を書いてください。"),
    "long_label": gettext_lazy("段階の名前「%(value)s」が長すぎます。%(longest)s文字までにしてください。"),
    "unknown_key": gettext_lazy("「%(value)s」という記号の段階はありません。あるものを選んでください。"),
    "no_key": gettext_lazy("届いたとき・届かないときの段階が決まっていません。どちらも選んでください。"),
    "basis_of_person": gettext_lazy(
        "人が段階を決める基準なので、「%(value)s」を値で決めることはできません。"
    ),
    "bound_without_basis": gettext_lazy("値で決まらない段階に境の値%(value)sがあります。空にしてください。"),
    "last_has_bound": gettext_lazy(
        "最後の段階に境の値%(value)sがあります。残りすべてが入るように空にしてください。"
    ),
    "no_bound": gettext_lazy("境の値がありません。この段階に入る最も小さい値を書いてください。"),
    "bounds_do_not_fall": gettext_lazy("境の値%(value)sは、前の段階の%(before)sより小さくしてください。"),
    "not_an_object": gettext_lazy("「%(value)s」はここに使えません。項目と値の組で書いてください。"),
    "not_a_list": gettext_lazy("「%(value)s」は段階の一覧ではありません。一覧で書いてください。"),
    "not_a_text": gettext_lazy("「%(value)s」は文字ではありません。文字で書いてください。"),
    "not_a_number": gettext_lazy("「%(value)s」は数ではありません。0.8のような数で書いてください。"),
    "not_one_of": gettext_lazy("「%(value)s」は選べません。次のどれかにしてください：%(known)s"),
    "unknown_field": gettext_lazy("「%(value)s」という項目はありません。消してください。"),
}
STEPS: dict[str, Any] = {
    "actual": gettext_lazy("%(year)sに報告された実績は %(actual)s です。"),
    "carried_forward": gettext_lazy(
        "この値は%(evidence_year)sに初めて報告されたもので、そのときの位置で評価します。"
    ),
    "progress": gettext_lazy(
        "進みの割合：（実績 %(actual)s − 基準 %(base)s）÷（目標 %(target)s − 基準 %(base)s）＝ %(result)s"
    ),
    "due": gettext_lazy(
        "%(year)sまでに進むはずの割合：（予定 %(planned)s − 基準 %(base)s）÷（目標 %(target)s − 基準 %(base)s）＝ %(result)s"
    ),
    "pace": gettext_lazy("進みの速さ：%(progress)s ÷ %(due)s ＝ %(result)s"),
    "achievement": gettext_lazy("達成率：実績 %(actual)s ÷ 目標 %(target)s ＝ %(result)s"),
    "change": gettext_lazy("基準からの良くなりかた：基準 %(base)s に対して実績 %(actual)s ＝ %(result)s"),
    "met": gettext_lazy("実績 %(actual)s は最終目標 %(target)s に届いています。"),
    "not_met": gettext_lazy("実績 %(actual)s は最終目標 %(target)s に届いていません。"),
    "kept": gettext_lazy("実績 %(actual)s は %(low)s から %(high)s までに入っています。"),
    "not_kept": gettext_lazy("実績 %(actual)s は %(low)s から %(high)s までに入っていません。"),
    "path_kept": gettext_lazy("%(year)sまでに進む予定はなく、予定の線を守っています。"),
    "path_lost": gettext_lazy("%(year)sまでに進む予定はありませんが、予定の線より悪くなっています。"),
    "band": gettext_lazy("%(bound)s以上なので「%(label)s」です。"),
    "band_rest": gettext_lazy("「%(label)s」に当たります。"),
}


Show = Callable[[Decimal], str]


def language() -> str:
    """ "ja" or "en": the reader's."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def text(words: Text) -> str:
    """A rule's own words in the reader's language."""
    return words.in_language(language())


def percent(share: Decimal) -> str:
    """0.6 → 60.0%; cut towards zero, so that 59.97 % never reads as the 60 % that it didn't reach."""
    cut = (share * 1000).to_integral_value("ROUND_DOWN") / 10
    return f"{_minus() if cut < 0 else ''}{abs(cut):,.1f}%"


def bound(share: Decimal) -> str:
    """A bound of a rule as somebody typed it: 0.6 → 60%."""
    return f"{number(share * 100)}%"


def number(value: Decimal) -> str:
    """Digits with thousands separators and no needless zeros."""
    plain = value.quantize(Decimal("0.000001")).normalize()
    shown = f"{abs(plain):,f}"
    return f"{_minus()}{shown}" if plain < 0 else shown


def _minus() -> str:
    return "△" if language() == "ja" else "−"


_WRITERS: dict[str, Show] = {"progress": percent, "due": percent, "result": percent, "bound": bound}
"""Values of steps that are shares; all others are values of the KPI."""


def label(judgement: Judgement) -> str:
    """What is shown: the band's label, else the word."""
    if judgement.rated:
        return text(judgement.label)
    return str(WORDS[judgement.word]) if judgement.word else ""


def step(of: Step, show: Show = number) -> str:
    """A step as a sentence with its values filled in, those of the KPI as `show` writes them."""
    shown: dict[str, object] = {}
    for name, value in of.values.items():
        if isinstance(value, Decimal):
            shown[name] = _WRITERS.get(name, show)(value)
        elif isinstance(value, int):
            shown[name] = format_fiscal_year(value, language())
        else:
            shown[name] = value
    shown["label"] = of.values.get(f"label_{language()}", "")
    return str(STEPS[of.code]) % shown


def steps(judgement: Judgement, show: Show = number) -> list[str]:
    """Why it is so: every step, then what the words mean."""
    said = [step(each, show) for each in judgement.steps]
    said += [str(MEANINGS[word]) for word in judgement.words]
    if confirm := text(judgement.confirm):
        said.append(_("次のことを人が確かめるまでは「仮」の評価です：%(what)s") % {"what": confirm})
    return said


def conditions(rule: RuleDefinition) -> list[tuple[Band, str]]:
    """Every band with when it is given, in the reader's language."""
    said = []
    upper: Decimal | None = None
    for band in rule.bands:
        when = _condition(rule, band, upper)
        if band.given is Given.BASIS:
            upper = band.lower
        if confirm := text(band.confirm):
            when = _("%(when)s（人が確かめる：%(what)s）") % {"when": when, "what": confirm}
        said.append((band, when))
    return said


def _condition(rule: RuleDefinition, band: Band, upper: Decimal | None) -> str:
    if band.given is Given.PERSON:
        return _("人が付ける")
    if band.given is Given.TARGET:
        if band.key == rule.met:
            return _("最終目標に届いたとき")
        return _("届いたかどうかしか言えず、届いていないとき")
    low = None if band.lower is None else bound(band.lower)
    high = None if upper is None else bound(upper)
    if low is not None and high is not None:
        return _("%(low)s以上、%(high)s未満") % {"low": low, "high": high}
    return _("%(low)s以上") % {"low": low} if low is not None else _("%(high)s未満") % {"high": high}


def reason(mark: Mark) -> str:
    """Why a mark is what it is."""
    values = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in mark.values.items()
    }
    return str(REASONS[mark.reason]) % values


def remedy(mark: Mark) -> str:
    """What to do about a mark; empty where nothing."""
    return str(REMEDIES[mark.remedy]) if mark.remedy else ""


def place(of: RuleProblem) -> str:
    """Where in a rule: "3番目の段階"."""
    parts = of.place.split(".")
    if parts[0] == "bands" and len(parts) > 1:
        return _("%(number)s番目の段階") % {"number": parts[1]}
    names = {
        "name": _("名称"),
        "basis": _("もとにする値"),
        "bands": _("段階"),
        "met": _("目標に届いたときの段階"),
        "not_met": _("目標に届かないときの段階"),
        "words": _("特別な場合の段階"),
        "source": _("出典"),
        "note": _("説明"),
    }
    return names.get(parts[0], of.place)


def rule_problem(of: RuleProblem) -> str:
    """What is wrong and what to do, with its place."""
    shown = {key: bound(each) if isinstance(each, Decimal) else each for key, each in of.values.items()}
    sentence = str(RULE_PROBLEMS[of.code]) % shown
    where = place(of)
    return _("%(place)s：%(problem)s") % {"place": where, "problem": sentence} if where else sentence


def rule_problems(error: RuleError) -> list[str]:
    """All that is wrong with a rule."""
    return [rule_problem(each) for each in error.problems]


def forecast_sentence(of: Forecast) -> str:
    """The forecast in one sentence without numbers of the unit's own."""
    if of.silence is not None:
        return str(SILENCES[of.silence])
    return str(OUTLOOKS[of.outlook]) if of.outlook is not None else ""
