"""The one family of errors of the conventions engine: what was read, why it cannot be, and what to do.

Every error carries its text in Japanese and in English, because the engine knows no translation machinery.
`str(error)` is English; `error.text("ja")` is Japanese; `what()` and `remedy()` give the two halves apart.
"""

from __future__ import annotations

from typing import ClassVar


class ConventionError(ValueError):
    """Base of the family. Subclasses fill the sentences with the values they were given."""

    english: ClassVar[str] = "{value} cannot be read."
    japanese: ClassVar[str] = "「{value}」を読めません。"
    english_remedy: ClassVar[str] = "Correct the value at its source."
    japanese_remedy: ClassVar[str] = "元の表の値を直してください。"

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


class MunicipalityCodeError(ConventionError):
    """Not a local government code, even after the known repairs."""

    english = "{value!r} is not a local government code ({reason_en})."
    japanese = "「{value}」は全国地方公共団体コードではありません（{reason_ja}）。"
    english_remedy = (
        "Write the 5-digit code, or the 6-digit one with its check digit, as text (07204 or 072044)."
    )
    japanese_remedy = "5桁、または検査数字つき6桁のコードを文字列で書いてください（例: 07204、072044）。"


class CorporateNumberError(ConventionError):
    """Not a corporate number."""

    english = "{value!r} is not a corporate number ({reason_en})."
    japanese = "「{value}」は法人番号ではありません（{reason_ja}）。"
    english_remedy = (
        "Write the 13 digits as the tax agency's corporate number site shows them (7000012050002)."
    )
    japanese_remedy = "国税庁の法人番号公表サイトにある13桁を書いてください（例: 7000012050002）。"


class NumeralError(ConventionError):
    """Text where a number, or a sign that stands for none, was expected."""

    english = "{value!r} is not a number."
    japanese = "「{value}」は数ではありません。"
    english_remedy = "Write digits (separated in threes, if at all), or the source's own sign for no figure."
    japanese_remedy = "数字（位取りは3桁ごと）か、数値がないことを示す記号を書いてください。"


class AgeLabelError(ConventionError):
    """Text that names no age group."""

    english = "{value!r} is not an age group."
    japanese = "「{value}」は年齢階級ではありません。"
    english_remedy = "Write it as 0-4, 85+ (or 0～4歳, 85歳以上), total or unknown."
    japanese_remedy = "「0～4歳」「85歳以上」「総数」「年齢不詳」のように書いてください。"


class DateError(ConventionError):
    """Text that is no civil date, or one that the calendar or the era does not have."""

    english = "{value!r} is not a possible date ({reason_en})."
    japanese = "「{value}」はありえない日付です（{reason_ja}）。"
    english_remedy = "Write it as 2015-10-01, 2015/10/1 or 平成27年10月1日."
    japanese_remedy = "「2015-10-01」「2015/10/1」「平成27年10月1日」のように書いてください。"
