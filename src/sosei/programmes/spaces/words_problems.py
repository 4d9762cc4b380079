"""Why a lock or a calendar of somebody else could not be asked: kept in Japanese, read by everybody in his language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.payments.reasons import declare_reasons

MOVES_ON = _("アドレスが、何度も別のアドレスに移ります。最後のアドレスを直接書いてください。")
NO_ADDRESS = _("アドレスの形が正しくありません：%(address)s")
OTHER_SCHEME = _("https:// か http:// で始まるアドレスを書いてください。")
HAS_PASSWORD = _("アドレスに、名前やパスワードを入れないでください。")
OTHER_PORT = _("このポート番号（%(port)s）のアドレスは使えません。")
NOT_FOUND = _("サーバー「%(host)s」が見つかりません。アドレスを確かめてください。")
NOT_PUBLIC = _("「%(host)s」は、インターネットにないサーバーなので使えません。")
NO_ANSWER = _("「%(host)s」から返事がありません。あとでもう一度やってみます。")
TOO_SLOW = _("「%(host)s」の返事に時間がかかりすぎます。")
TOO_LARGE = _("「%(host)s」の返事が大きすぎます（%(most)sバイトまで）。")

LOCK_DENIES = _("鍵が、このサイトを認めません。鍵の合言葉を確かめてください。")
LOCK_REFUSES = _("鍵が受け付けませんでした（%(status)s）。")
LOCK_UNREADABLE = _("鍵の返事が読めません。鍵のアドレスを確かめてください。")
LOCK_FORGETS = _("鍵が、送った番号を覚えません。鍵を調べてください。")

CALENDAR_STATUS = _("カレンダーのサーバーが「%(status)s」と答えました。アドレスを確かめてください。")
NO_CALENDAR = _("カレンダーのファイル（iCal）ではありません。アドレスを確かめてください。")
TOO_MANY_EVENTS = _("予定が多すぎます（%(count)s件）。%(most)s件までにしてください。")
TOO_MANY_REPEATS = _("くり返しの予定が多すぎて、読みきれません。古いくり返しを消してください。")
NO_TIME = _("日時が読めない予定があります。ファイルを作り直してください。")
OTHER_REPEAT = _("1時間ごと、1分ごとのようなくり返しは読めません。")

declare_reasons(
    *(MOVES_ON, NO_ADDRESS, OTHER_SCHEME, HAS_PASSWORD, OTHER_PORT, NOT_FOUND, NOT_PUBLIC, NO_ANSWER),
    *(TOO_SLOW, TOO_LARGE, LOCK_DENIES, LOCK_REFUSES, LOCK_UNREADABLE, LOCK_FORGETS, CALENDAR_STATUS),
    *(NO_CALENDAR, TOO_MANY_EVENTS, TOO_MANY_REPEATS, NO_TIME, OTHER_REPEAT),
)
