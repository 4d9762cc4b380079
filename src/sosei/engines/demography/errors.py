"""The one family of errors of the demography engine: each says what, where, and what to do.

Every error carries its text in Japanese and in English, because the engine's users read either and the
engine knows no translation machinery. `str(error)` is English; `error.text("ja")` is Japanese.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Text:
    """One phrase in both languages."""

    en: str
    ja: str


RATES = {
    "arrivals": Text("arrivals", "転入世帯の人数"),
    "child_woman_ratio": Text("child_woman_ratio", "子ども女性比"),
    "fertility_rate": Text("fertility_rate", "年齢別出生率"),
    "net_migration": Text("net_migration", "純移動数"),
    "net_migration_rate": Text("net_migration_rate", "純移動率"),
    "population": Text("population", "人口"),
    "sex_ratio_0_4": Text("sex_ratio_0_4", "0～4歳性比"),
    "sex_ratio_at_birth": Text("sex_ratio_at_birth", "出生性比"),
    "survivorship": Text("survivorship", "生残率"),
    "tfr": Text("tfr", "合計特殊出生率"),
    "totals": Text("control totals", "合わせる先の合計"),
}
"""Arrays of the engine as an error names them: by the variable in English, by the field's term in Japanese."""
_PLACES = ("area", "scenario", "year", "sex", "age")
_SEXES_JA = {"male": "男", "female": "女"}


class DemographyError(ValueError):
    """Base of the family. Subclasses fill the two sentences with the values they were given.

    `where` names the place (area, sex, age, year, line …) so that a screen can point at it. A value may be a
    `Text`, which each language prints in its own words.
    """

    english: ClassVar[str] = "{what} Where: {place}. Remedy: {remedy}"
    japanese: ClassVar[str] = "{what} 箇所: {place}。対処: {remedy}"

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.text("en"))

    @property
    def where(self) -> dict[str, object]:
        """The coordinates of the offending value, as far as they are known."""
        return {k: v for k, v in self.values.items() if k in {"area", "sex", "age", "year", "scenario"}}

    def place(self, language: str) -> str:
        """The coordinates in one readable phrase."""
        if language != "ja":
            return ", ".join(f"{k} {v}" for k, v in self.where.items()) or "-"
        return "・".join(_place_ja(k, self.where[k]) for k in _PLACES if k in self.where) or "-"

    def text(self, language: str) -> str:
        """The whole sentence in `language` ("ja" or "en")."""
        japanese = language == "ja"
        chosen = {
            key: (value.ja if japanese else value.en) if isinstance(value, Text) else value
            for key, value in self.values.items()
        }
        return (self.japanese if japanese else self.english).format(
            **{"place": self.place(language), **chosen}
        )


def _place_ja(name: str, value: object) -> str:
    if name == "year":
        return f"{value}年" if str(value).isdigit() else str(value)
    if name == "sex":
        return _SEXES_JA.get(str(value), str(value))
    if name == "age":
        label = str(value)
        return f"{label[:-1]}歳以上" if label.endswith("+") else f"{label.replace('-', '～')}歳"
    return f"{'地域' if name == 'area' else 'シナリオ'} {value}"


class ShapeError(DemographyError):
    """An array lacks a dimension, a label, or has them in an order that cannot be read."""

    english = "{name}: {problem}. Expected {expected}; got {got}. Remedy: {remedy}"
    japanese = "{name}: {problem}。必要: {expected}、実際: {got}。対処: {remedy}"

    def __init__(self, **values: object) -> None:
        super().__init__(**{"remedy": _RELABEL, **values})


_RELABEL = Text("rename or reindex it before calling.", "次元の名前とラベルをそろえてください。")


class MissingRateError(DemographyError):
    """A rate that the step needs is not there (absent or not a number)."""

    english = "No {name} for {place}. Remedy: supply the rate, or estimate it from a pooled population first."
    japanese = "{name} がありません（{place}）。率を与えるか、合算した人口から推計してください。"


class NegativePopulationError(DemographyError):
    """A step would leave fewer than zero people; nothing is clipped."""

    english = (
        "The population would become negative: {value:.3f} at {place}. Remedy: check the net migration there "
        "(an absolute outflow larger than the people present, or survivorship + rate below zero)."
    )
    japanese = "人口が負になります: {value:.3f}（{place}）。その年齢の純移動数・純移動率を確かめてください。"


class InvalidValueError(DemographyError):
    """A value is outside what it can mean (a survivorship above one, a negative count)."""

    english = "{name} is {value} at {place}, but must be {expected}. Remedy: {remedy}"
    japanese = "{name} が {value} です（{place}）。取りうる値: {expected}。対処: {remedy}"


class BalanceError(DemographyError):
    """Start + births - deaths + migration does not equal end."""

    english = (
        "The balance does not close at {place}: off by {value:.3e} relative. Remedy: this is a defect of the "
        "engine or the result was altered; report it with the scenario file."
    )
    japanese = (
        "人口の収支が合いません（{place}、相対誤差 {value:.3e}）。"
        "結果が書き換えられていないか確かめ、シナリオを添えて報告してください。"
    )


class ScenarioError(DemographyError):
    """A scenario file holds one or more conflicts; all are reported together in `conflicts`."""

    english = "Scenario {name}: {count} problem(s).\n{list_en}"
    japanese = "シナリオ {name}: 問題が {count} 件あります。\n{list_ja}"
