"""Rules that five cities really use, as published, and the house's own plain one.

Where a source leaves something open, `note` says how it is read here; the labels in English are translations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from sosei.planning.strategy.judgement.rules import Band, Basis, Given, RuleDefinition, Text, Tone
from sosei.planning.strategy.judgement.words import Word

UNMEASURED = (
    Word.NOT_AVAILABLE,
    Word.NOT_YET_PUBLISHED,
    Word.CENSUS_NOT_OUT,
    Word.VALUE_MISSING,
    Word.NO_TARGET,
    Word.NO_TOLERANCE,
)
"""What a city's own label for "cannot be assessed" stands for."""


def _band(
    key: str, ja: str, en: str, tone: Tone, lower: str | None = None, given: Given = Given.BASIS
) -> Band:
    return Band(key, Text(ja, en), tone, None if lower is None else Decimal(lower), given)


PLAIN = RuleDefinition(
    name=Text("標準の基準", "The plain rule"),
    basis=Basis.PACE,
    bands=(
        _band("met", "達成", "Met", Tone.GOOD, given=Given.TARGET),
        _band("pace", "予定どおり", "On pace", Tone.GOOD, "1"),
        _band("behind", "遅れ", "Behind", Tone.FAIR, "0"),
        _band("not_met", "未達成", "Not met", Tone.POOR, given=Given.TARGET),
        _band("back", "後退", "Going backwards", Tone.POOR),
    ),
    met="met",
    not_met="not_met",
    note=Text(
        "目標に届けば「達成」。届いていないときは、その年度までに進むはずの分と比べます。基準値より悪ければ「後退」です。",
        "Met once the target is reached. Until then, progress is compared with what was due by the year; "
        "worse than the base is going backwards.",
    ),
)

TAMA = RuleDefinition(
    name=Text("多摩市の例", "As in Tama City"),
    basis=Basis.PACE,
    bands=(
        _band("1", "着実", "Steady", Tone.GOOD, "1"),
        _band("2", "概ね", "Largely on track", Tone.FAIR, "0.6"),
        _band("3", "改善や工夫が必要", "Needs improvement", Tone.POOR),
    ),
    met="1",
    not_met="3",
    source=Text(
        "多摩市の総合戦略の検証（expydoc.com/doc/10040981）", "Tama City's review (expydoc.com/doc/10040981)"
    ),
    note=Text(
        "5年間で毎年20%ずつ進む線と比べます。目標が年ごとにあるときは、その線を使います。",
        "Compared with a straight line of 20 % a year; where there are yearly targets, with those.",
    ),
)

NAGAYO = RuleDefinition(
    name=Text("長与町の例", "As in Nagayo Town"),
    basis=Basis.POSITION,
    bands=(
        _band("S", "S 目標値を超えた", "S Beyond the target", Tone.GOOD, given=Given.TARGET),
        _band("A", "A 基準値より良い", "A Better than the base", Tone.GOOD, "0.1"),
        _band("B", "B 基準値の±10%", "B Within 10 % of the base", Tone.FAIR, "-0.1"),
        _band("C", "C 基準値より悪い", "C Worse than the base", Tone.POOR),
        _band("-", "－ 評価できない", "− Not assessable", Tone.NEUTRAL, given=Given.PERSON),
    ),
    met="S",
    not_met="C",
    words=MappingProxyType(dict.fromkeys((*UNMEASURED, Word.BASE_ZERO), "-")),
    source=Text("長与町（webtown.nagayo.jp kiji0032107）", "Nagayo Town (webtown.nagayo.jp kiji0032107)"),
    note=Text(
        "目標値ちょうどはSとします。基準値よりちょうど10%良いときはA、ちょうど10%悪いときはBとします。",
        "Exactly the target counts as S; exactly 10 % better than the base as A, exactly 10 % worse as B.",
    ),
)

KITSUKI = RuleDefinition(
    name=Text("杵築市の例", "As in Kitsuki City"),
    basis=Basis.PACE,
    bands=(
        _band("A", "A 目標を達成", "A Target met", Tone.GOOD, "1"),
        replace(
            _band("B", "B 目標の80%以上", "B At least 80 % of the target", Tone.FAIR, "0.8"),
            confirm=Text("課題に対応できたこと", "the issues have been dealt with"),
        ),
        _band("C", "C 改善が必要", "C Needs improvement", Tone.POOR),
        _band("D", "D 経過を見る（外の要因）", "D Watch (external cause)", Tone.NEUTRAL, given=Given.PERSON),
    ),
    met="A",
    not_met="C",
    source=Text("杵築市（city.kitsuki.lg.jp 11740）", "Kitsuki City (city.kitsuki.lg.jp 11740)"),
    note=Text(
        "「目標」は、その年度までに進むはずの分と読みます。Bは、課題への対応を人が確かめるまで「仮」と示します。"
        "Dは人だけが付けます。",
        "“Target” is read as what was due by the year. B is shown as provisional until a person confirms that the "
        "issues have been dealt with. Only a person gives D.",
    ),
)

_BY_PERSON = Text("取り組みの様子", "the work done")

AKIRUNO = RuleDefinition(
    name=Text("あきる野市の例", "As in Akiruno City"),
    basis=Basis.PACE,
    bands=(
        replace(_band("F", "F 完了", "F Finished", Tone.GOOD, given=Given.TARGET), confirm=_BY_PERSON),
        replace(_band("S", "S 計画より進む", "S Ahead of plan", Tone.GOOD, "1.1"), confirm=_BY_PERSON),
        replace(_band("A", "A 計画どおり", "A As planned", Tone.GOOD, "1"), confirm=_BY_PERSON),
        replace(_band("B", "B 計画の半分ほど", "B About half of plan", Tone.FAIR, "0.5"), confirm=_BY_PERSON),
        replace(_band("C", "C 計画の半分未満", "C Less than half of plan", Tone.POOR), confirm=_BY_PERSON),
        _band("X", "X まだ始めていない", "X Not started", Tone.NEUTRAL, given=Given.PERSON),
        _band("Y", "Y やめた", "Y Stopped", Tone.NEUTRAL, given=Given.PERSON),
        _band("Z", "Z 評価が難しい", "Z Hard to assess", Tone.NEUTRAL, given=Given.PERSON),
    ),
    met="F",
    not_met="C",
    words=MappingProxyType(dict.fromkeys(UNMEASURED, "Z")),
    source=Text(
        "あきる野市（city.akiruno.tokyo.jp 0000016060）", "Akiruno City (city.akiruno.tokyo.jp 0000016060)"
    ),
    note=Text(
        "公表された段階に境の値はありません。Soseiは、進むはずの分の1.1倍・1倍・半分で分けて案を示し、人が確かめるまで"
        "「仮」とします。X・Y・Zは人が付けます。",
        "The published stages have no bounds. Sosei proposes a stage from 1.1 times, all and half of what was due, "
        "provisional until a person confirms it. X, Y and Z are given by people.",
    ),
)

FUJI = RuleDefinition(
    name=Text("富士市の例", "As in Fuji City"),
    basis=Basis.PROGRESS,
    bands=(
        _band("1", "進捗率80%以上", "Progress of 80 % or more", Tone.GOOD, "0.8"),
        _band("2", "進捗率50%以上80%未満", "Progress from 50 to under 80 %", Tone.FAIR, "0.5"),
        _band("3", "進捗率20%以上50%未満", "Progress from 20 to under 50 %", Tone.FAIR, "0.2"),
        _band("4", "進捗率20%未満", "Progress under 20 %", Tone.POOR),
        _band("5", "その他", "Other", Tone.NEUTRAL, given=Given.PERSON),
    ),
    met="1",
    not_met="4",
    words=MappingProxyType(dict.fromkeys((*UNMEASURED, Word.BASE_YEAR), "5")),
    source=Text("富士市（expydoc.com/doc/11693707）", "Fuji City (expydoc.com/doc/11693707)"),
    note=Text(
        "年度ごとの予定とは比べず、目標までのどこにいるかだけを見ます。はじめの年度は低く出ます。",
        "Looks only at the share of the whole way, not at what was due by the year; early years come out low.",
    ),
)

PRESETS: Mapping[str, RuleDefinition] = MappingProxyType(
    {
        "plain": PLAIN,
        "tama": TAMA,
        "nagayo": NAGAYO,
        "kitsuki": KITSUKI,
        "akiruno": AKIRUNO,
        "fuji": FUJI,
    }
)
