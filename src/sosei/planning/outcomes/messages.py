"""The sentences in which a refused fact is told: the value, the place and the remedy."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.planning.outcomes.rules import Reason, Refusal

SENTENCES: dict[Reason, Any] = {
    Reason.TOO_EARLY: _("日付が%(day)sです。%(first)s以後の日にしてください。"),
    Reason.IN_THE_FUTURE: _(
        "日付が%(day)sです。実績は終わったことだけを入れます。%(today)sまでの日にしてください。"
    ),
    Reason.COUNT: _("数が「%(value)s」です。1から%(most)sまでの整数にしてください。"),
    Reason.AMOUNT_MISSING: _("「%(title)s」を書いてください。"),
    Reason.AMOUNT_NOT_WANTED: _("この種類の実績に量はありません。「%(value)s」を消してください。"),
    Reason.AMOUNT_NEGATIVE: _("量が「%(value)s」です。0から%(most)sまでの数にしてください。"),
    Reason.AMOUNT_NOT_WHOLE: _("「%(title)s」が「%(value)s」です。整数にしてください。"),
    Reason.AMOUNT_PLACES: _("量が「%(value)s」です。小数は%(places)s桁までにしてください。"),
    Reason.UNKNOWN_ATTRIBUTE: _("「%(name)s」という分類はありません。使える分類：%(known)s"),
    Reason.UNKNOWN_VALUE: _(
        "「%(title)s」が「%(value)s」です。次のどれかにしてください：%(known)s。自由な文は入れられません。"
    ),
    Reason.VALUE_MISSING: _("「%(title)s」を選んでください。"),
    Reason.PLACE_LONG: _("場所「%(value)s」が長すぎます。%(most)s文字までの地区の名前にしてください。"),
    Reason.PLACE_PERSONAL: _(
        "場所「%(value)s」には、番地・電話番号・人の名前が入っているようです。地区の名前だけにしてください。"
    ),
    Reason.TYPE_WRONG: _(
        "もとの台帳・システムの名前が「%(value)s」です。%(most)s文字までの名前を書いてください。"
    ),
    Reason.KEY_MISSING: _("もとの番号がありません。台帳の番号を書いてください。"),
    Reason.KEY_WRONG: _(
        "もとの番号が「%(value)s」です。英数字の番号にしてください（例：R6-0012）。人の名前は入れられません。"
    ),
    Reason.KEY_PERSONAL: _(
        "もとの番号「%(value)s」は、電話番号か個人番号のようです。台帳の番号にしてください。"
    ),
}


def told(refusal: Refusal) -> str:
    """A refusal in words, in the reader's language."""
    return str(SENTENCES[refusal.reason]) % {name: str(value) for name, value in refusal.values.items()}
