"""Where a rule stands in the law, in a form that a payslip or a refusal can show beside its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Value = int | str | date


class Certainty(StrEnum):
    """How firmly a rule is known."""

    ESTABLISHED = "established"
    ANNOUNCED = "announced"
    """Decided or planned for a later day; not in force, or not confirmed to be."""
    PRACTICE = "practice"
    """A rule of the trade association or of this program, not of statute."""
    UNCONFIRMED = "unconfirmed"
    """Known from one source only; to be confirmed before money depends on it."""


@dataclass(frozen=True, slots=True)
class Basis:
    """One place in the law.

    Attributes:
        law: the law's usual short name (a key of `LAW_NAMES`).
        article: article, paragraph and item as they are cited ("37条1項"), or a circular's number.
        certainty: how firmly the rule is known.
    """

    law: str
    article: str
    certainty: Certainty = Certainty.ESTABLISHED

    def __str__(self) -> str:
        return f"{self.law}{self.article}"

    @property
    def law_name(self) -> str:
        """The law's full name."""
        return LAW_NAMES[self.law]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule says about what was given: a code for the words, the rule, and the values in them."""

    code: StrEnum
    basis: Basis
    values: Mapping[str, Value] = field(default_factory=dict)


LAW_NAMES = {
    "労基法": "労働基準法",
    "労基則": "労働基準法施行規則",
    "割増率令": "労働基準法第三十七条第一項の時間外及び休日の割増賃金に係る率の最低限度を定める政令",
    "年少則": "年少者労働基準規則",
    "最賃法": "最低賃金法",
    "最賃則": "最低賃金法施行規則",
    "職安法": "職業安定法",
    "職安則": "職業安定法施行規則",
    "労働施策法": "労働施策の総合的な推進並びに労働者の雇用の安定及び職業生活の充実等に関する法律",
    "均等法": "雇用の分野における男女の均等な機会及び待遇の確保等に関する法律",
    "パート法": "短時間労働者及び有期雇用労働者の雇用管理の改善等に関する法律",
    "パート則": "短時間労働者及び有期雇用労働者の雇用管理の改善等に関する法律施行規則",
    "雇用保険法": "雇用保険法",
    "徴収法": "労働保険の保険料の徴収等に関する法律",
    "労災法": "労働者災害補償保険法",
    "健保法": "健康保険法",
    "厚年法": "厚生年金保険法",
    "所得税法": "所得税法",
    "所得税令": "所得税法施行令",
    "地方税法": "地方税法",
    "通貨法": "通貨の単位及び貨幣の発行等に関する法律",
    "民法": "民法",
    "派遣法": "労働者派遣事業の適正な運営の確保及び派遣労働者の保護等に関する法律",
    "通達": "厚生労働省（旧労働省）通達・告示",
    "国税庁": "国税庁の税額表",
    "業界": "スポットワーク協会の解約ルール（2025年9月から）",
    "本システム": "このプログラムの決めごと",
}
"""Full names by short name."""
