"""The one family of errors of the demography engine: each says what, where, and what to do.

Every error carries its text in Japanese and in English, because the engine's users read either and the
engine knows no translation machinery. `str(error)` is English; `error.text("ja")` is Japanese.
"""

from __future__ import annotations

from typing import ClassVar


class DemographyError(ValueError):
    """Base of the family. Subclasses fill the two sentences with the values they were given.

    `where` names the place (area, sex, age, year, line …) so that a screen can point at it.
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

    @property
    def place(self) -> str:
        """The coordinates in one readable phrase."""
        return ", ".join(f"{k} {v}" for k, v in self.where.items()) or "-"

    def text(self, language: str) -> str:
        """The whole sentence in `language` ("ja" or "en")."""
        template = self.japanese if language == "ja" else self.english
        return template.format(**{"place": self.place, **self.values})


class ShapeError(DemographyError):
    """An array lacks a dimension, a label, or has them in an order that cannot be read."""

    english = (
        "{name}: {problem}. Expected {expected}; got {got}. Remedy: rename or reindex it before calling."
    )
    japanese = (
        "{name}: 形が違います（{problem}）。必要: {expected}、実際: {got}。次元名とラベルをそろえてください。"
    )


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
