"""What the errors of `cells` say to a person: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from sosei.planning.strategy.cell_periods import CellError, Place

_SENTENCES: dict[str, Callable[[], tuple[str, str]]] = {
    "not_a_value": lambda: (
        _("「%(value)s」は値として読めません。"),
        _("数字と単位で書いてください（例：2,562人）。値がないときは「－」「調査中」「未公表」と書きます。"),
    ),
    "bad_separators": lambda: (
        _("「%(value)s」の「%(number)s」は、位取りのカンマの場所が違います。"),
        _("カンマは3桁ごとに入れるか、入れないでください。"),
    ),
    "leading_zero": lambda: (_("「%(value)s」は0で始まっています。"), _("先頭の0を消してください。")),
    "too_many_digits": lambda: (
        _("「%(value)s」は桁が多すぎます。"),
        _("整数は14桁まで、小数は6桁までで書いてください。大きな数は、万や億の単位を使います。"),
    ),
    "other_unit": lambda: (
        _("「%(value)s」の単位「%(unit)s」は、このKPIの単位「%(expected)s」と違います。"),
        _("KPIの単位に直した数を書いてください。"),
    ),
    "long_unit": lambda: (
        _("「%(value)s」の単位「%(unit)s」が長すぎます。"),
        _("単位だけを書き、説明は説明の欄に書いてください。"),
    ),
    "bad_bracket": lambda: (
        _("「%(value)s」のかっこの書き方が読めません。"),
        _("かっこは最後に一つだけ、中に時点を書いてください（例：2,562人 (H26)）。"),
    ),
    "yearly_without_period": lambda: (
        _("その年の値「%(value)s」が、いつのものか分かりません。"),
        _("時点も入れてください（例：9件/H30）。"),
    ),
    "not_a_period": lambda: (
        _("「%(value)s」は時点として読めません。"),
        _("「H26」「R5年度」「H27国勢調査」「R5.3.31現在」のように書いてください。"),
    ),
    "no_such_year": lambda: (
        _("「%(value)s」という年や日はありません。"),
        _("元号と年、月日を確かめてください。"),
    ),
    "not_a_census_year": lambda: (
        _("「%(value)s」：%(year)s年に国勢調査はありませんでした。"),
        _("国勢調査は西暦が5で割り切れる年です。年を直してください（例：H27国勢調査）。"),
    ),
    "backward_period": lambda: (
        _("「%(value)s」は終わりが始まりより前です。"),
        _("始まりの年を先に書いてください。"),
    ),
    "not_a_heading": lambda: (
        _("「%(value)s」は表の見出しとして読めません。"),
        _("年を書いてください（例：2016(H28)、2020(R2)目標値、2015(策定時)）。"),
    ),
    "years_differ": lambda: (
        _("「%(value)s」は、%(first)s年と%(second)s年の両方をさしています。"),
        _("西暦と元号を合わせてください。"),
    ),
}


def explain(error: CellError) -> tuple[str, str]:
    """What is wrong, with the place in front, and the remedy, in the reader's language."""
    what, remedy = _SENTENCES[error.code]()
    place = place_in_words(error.place)
    return f"{place}{what % error.params}", remedy


def place_in_words(place: Place) -> str:
    """ "3行目「出生数」の「2016 (H28)」: "; empty where nothing is known."""
    parts = []
    if place.line is not None:
        parts.append(_("%(line)s行目") % {"line": place.line})
    parts += [_("「%(name)s」") % {"name": name} for name in (place.row, place.column) if name]
    return f"{' '.join(parts)}: " if parts else ""
