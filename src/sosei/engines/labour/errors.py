"""The one family of errors of the labour engine: what was given, where, why it cannot be, and what to do.

Every error carries its text in Japanese and in English, because the engine knows no translation machinery.
`str(error)` is English; `error.text("ja")` is Japanese; `what()` and `remedy()` give the two halves apart.
An error means that the question cannot be answered. What the law forbids is an answer: a `Finding`, never an error.
"""

from __future__ import annotations

from typing import ClassVar


class LabourError(ValueError):
    """Base of the family. Subclasses fill the sentences with the values they were given.

    A value whose name ends in `_ja` or `_en` is meant for that language alone.
    """

    english: ClassVar[str] = "{value} cannot be used at {place}."
    japanese: ClassVar[str] = "{place}の「{value}」は使えません。"
    english_remedy: ClassVar[str] = "Correct the value."
    japanese_remedy: ClassVar[str] = "値を直してください。"

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.text("en"))

    def what(self, language: str) -> str:
        """What is wrong, in `language` ("ja" or "en")."""
        return (self.japanese if language == "ja" else self.english).format(**self.values)

    def remedy(self, language: str) -> str:
        """What to do about it, in `language` ("ja" or "en")."""
        template = self.japanese_remedy if language == "ja" else self.english_remedy
        return template.format(**self.values)

    def text(self, language: str) -> str:
        """The whole sentence in `language` ("ja" or "en")."""
        separator = "対処: " if language == "ja" else " Remedy: "
        return f"{self.what(language)}{separator}{self.remedy(language)}"


class WorkTimeError(LabourError):
    """A time that cannot be worked time: without zone, with seconds, backwards, or overlapping another."""

    english = "{place}: {value} {reason_en}."
    japanese = "{place}: {value} {reason_ja}。"
    english_remedy = "{remedy_en}."
    japanese_remedy = "{remedy_ja}。"


class TermsError(LabourError):
    """A term of work that the engine cannot take as given (a rate under the law's, an exemption without reason)."""

    english = "{place}: {value} {reason_en}."
    japanese = "{place}: {value} {reason_ja}。"
    english_remedy = "{remedy_en}."
    japanese_remedy = "{remedy_ja}。"


class UnknownTableError(LabourError):
    """No dated table of the engine answers for this day, year, place or amount."""

    english = "The table of {table_en} has nothing for {value} (it holds {holds})."
    japanese = "{table_ja}の表に {value} がありません（収録: {holds}）。"
    english_remedy = "{remedy_en}."
    japanese_remedy = "{remedy_ja}。"


class RefusedWithholdingError(LabourError):
    """Column 丙 may not be used for this pay; `findings` in `values` holds the reasons."""

    english = "Column 丙 cannot be used for work on {value} ({codes})."
    japanese = "{value} の仕事に丙欄は使えません（{codes}）。"
    english_remedy = (
        "Withhold by column 甲 (with the worker's declaration of dependants) or 乙, outside this engine."
    )
    japanese_remedy = "甲欄（扶養控除等申告書があるとき）か乙欄で源泉徴収してください。"


class PayslipError(LabourError):
    """Lines that would not make a lawful payslip."""

    english = "Payslip, {place}: {value} {reason_en}."
    japanese = "給与明細の{place}: {value} {reason_ja}。"
    english_remedy = "{remedy_en}."
    japanese_remedy = "{remedy_ja}。"
