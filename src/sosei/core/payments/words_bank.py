"""The words of banks' files: what is wrong with an account, and the places in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.payments.bank_file import Part
from sosei.core.payments.bank_text import BankCode

BANK_WORDS: Mapping[BankCode, Any] = {
    BankCode.EMPTY: _("入力してください。"),
    BankCode.NOT_DIGITS: _(
        "「%(value)s」には数字でない文字があります。%(length)sけたの数字だけを入れてください。"
    ),
    BankCode.WRONG_LENGTH: _(
        "「%(value)s」は%(found)sけたです。通帳かキャッシュカードを見て、%(length)sけたで入れてください。"
    ),
    BankCode.NOT_KANA: _(
        "「%(value)s」の「%(letters)s」は、銀行の振込では使えません。通帳のカナを入れてください（例：サトウ ハナコ）。"
    ),
    BankCode.NOT_IN_FILES: _(
        "「%(value)s」の「ヲ」は、銀行の振込では使えません。通帳のカナを見て、ふつうは「オ」と入れてください。"
    ),
    BankCode.TOO_LONG: _(
        "「%(value)s」は%(length)s文字です（濁点も1文字）。%(limit)s文字までにしてください。長い名義は、通帳のはじめの%(limit)s文字を入れます。"
    ),
    BankCode.POSTAL_SYMBOL: _(
        "「%(value)s」はゆうちょ銀行の「記号」です。ここには、通帳に書いてある3けたの「店番」を入れてください。"
    ),
}
PARTS: Mapping[Part, Any] = {
    Part.PAYER_CODE: _("依頼人コード（10けた）"),
    Part.PAYER_NAME: _("依頼人の名前"),
    Part.BANK_CODE: _("銀行コード"),
    Part.BANK_NAME: _("銀行の名前"),
    Part.BRANCH_CODE: _("支店コード"),
    Part.BRANCH_NAME: _("支店の名前"),
    Part.NUMBER: _("口座番号"),
    Part.HOLDER: _("口座の名義"),
    Part.YEN: _("金額"),
    Part.TOTAL: _("合計の金額"),
    Part.COUNT: _("件数"),
}
