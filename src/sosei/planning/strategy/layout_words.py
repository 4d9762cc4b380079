"""Why a layout cannot be, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sosei.planning.strategy.excel.layouts import LayoutError


def layout_problem(error: LayoutError) -> str:
    """The sentence of an error, with its values and the remedy."""
    sentences = {
        "no_title": _("KPIの名称がどの列にあるかを書いてください。"),
        "bad_row": _("見出しの行「%(row)s」は使えません。1から%(last)sまでの数にしてください。"),
        "no_years": _("年度の列を、1つから%(most)sまで書いてください。"),
        "bad_column": _("列「%(column)s」は使えません。AからZ、または%(last)sまでの文字で書いてください。"),
        "column_twice": _(
            "列「%(column)s」が2つのことに使われています（%(first)sと%(second)s）。どちらかを直してください。"
        ),
        "no_headings": _(
            "見出しの行が見つかりません。上から%(rows)s行の中に、「KPI」や「指標」と、「令和5年度」のような年度が並ぶ行が要ります。"
        ),
    }
    return sentences[error.code] % error.values
