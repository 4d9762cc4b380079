"""The sentence of every refusal, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.design.forms import size_text
from sosei.core.records.attachments.rules import Reason, Refusal

SENTENCES: Mapping[Reason, Any] = {
    Reason.EMPTY: _("「%(name)s」は中身が空です。ファイルを確かめて、もう一度選んでください。"),
    Reason.TOO_LARGE: _(
        "「%(name)s」の大きさは %(size)s です。送れるのは1つ %(limit)s までです。小さくしてから選んでください。"
    ),
    Reason.TOO_MANY_FILES: _(
        "ファイルが %(count)s 個あります。一度に送れるのは %(limit)s 個までです。分けて送ってください。"
    ),
    Reason.DAY_LIMIT: _(
        "「%(name)s」（%(size)s）を送ると、1日に送れる量 %(limit)s をこえます（今日はもう %(sent)s 送りました）。"
        "明日もう一度送ってください。"
    ),
    Reason.UNKNOWN_ENDING: _(
        "「%(name)s」の種類（%(ending)s）は送れません。送れる種類：%(allowed)s。どれかに変えてから選んでください。"
    ),
    Reason.UNKNOWN_CONTENT: _(
        "「%(name)s」の中身（%(found)s）は、送れる種類ではありません。送れる種類：%(allowed)s。"
    ),
    Reason.ENDING_DISAGREES: _(
        "「%(name)s」は名前の終わりが「%(ending)s」ですが、中身は %(found)s です。"
        "元のアプリで正しい種類にして保存し、もう一度選んでください。"
    ),
    Reason.NOT_HERE: _("「%(name)s」（%(found)s）は、ここでは送れません。ここで送れる種類：%(allowed)s。"),
    Reason.HEIC: _(
        "「%(name)s」は HEIC という形式の写真で、読めません。JPEG に変えてから送ってください。"
        "iPhone では「設定」→「カメラ」→「フォーマット」で「互換性優先」を選ぶと、JPEG で撮れます。"
    ),
    Reason.OLD_OFFICE: _(
        "「%(name)s」は、古い Office の形式か、パスワードのついた Office ファイルです。"
        "パスワードをつけずに、新しい形式（XLSX・DOCX・PPTX）か PDF で保存し直してください。"
    ),
    Reason.MACROS: _(
        "「%(name)s」にはマクロ（自動で動く命令）が入っています。"
        "マクロのない形式（XLSX・DOCX・PPTX）か PDF で保存し直してください。"
    ),
    Reason.OUTSIDE_LINK: _(
        "「%(name)s」は、開くと外のファイルを自動で読みに行きます。外へのリンクを切るか、PDF で保存し直してください。"
    ),
    Reason.ZIP_BOMB: _(
        "「%(name)s」は、開くととても大きくなるため受け取れません。小さく分けるか、PDF で保存し直してください。"
    ),
    Reason.LOCKED: _(
        "「%(name)s」にはパスワードか制限がかかっています。中を確かめられないため、それを外して保存し直してください。"
    ),
    Reason.DAMAGED: _(
        "「%(name)s」は、途中で切れているか、こわれています。元のファイルを開けるか確かめて、もう一度選んでください。"
    ),
    Reason.PDF_SCRIPT: _(
        "「%(name)s」には自動で動く命令（%(what)s）が入っています。"
        "「印刷」から PDF に保存し直すと、命令がなくなります。"
    ),
    Reason.WEB_PAGE: _(
        "「%(name)s」の中身は、ウェブページかプログラムです。受け取れません。文だけにして保存し直してください。"
    ),
    Reason.TWO_FILES_IN_ONE: _(
        "「%(name)s」の中に、別のファイルが隠れています。「印刷」から PDF に保存し直してください。"
    ),
    Reason.NOT_TEXT: _(
        "「%(name)s」の文字を読めません。UTF-8、Shift_JIS（CP932）、UTF-16 のどれかで保存し直してください。"
    ),
    Reason.TOO_MANY_PIXELS: _(
        "「%(name)s」の画像（%(pixels)s）は細かすぎます。%(limit)s 画素までに小さくしてから選んでください。"
    ),
    Reason.MOVING_PICTURE: _(
        "「%(name)s」は動く画像です。止まった画像（JPEG か PNG）にしてから選んでください。"
    ),
    Reason.INFECTED: _(
        "「%(name)s」からウイルス（%(signature)s）が見つかりました。ファイルは消しました。"
        "お使いの機器をウイルス対策ソフトで調べてください。"
    ),
    Reason.NO_SPACE: _(
        "「%(name)s」を保存する場所が足りません。何も保存していません。時間をおいて、もう一度送ってください。"
        "続くときは、窓口に知らせてください。"
    ),
}


def told(refusal: Refusal) -> str:
    """The sentence of a refusal, sizes and counts written as people read them."""
    values = {key: _written(key, value, refusal.reason) for key, value in refusal.values.items()}
    return str(SENTENCES[refusal.reason]) % values


def _written(key: str, value: object, reason: Reason) -> str:
    if isinstance(value, int):
        if key in {"size", "sent"} or (key == "limit" and reason in {Reason.TOO_LARGE, Reason.DAY_LIMIT}):
            return size_text(value)
        return f"{value:,}"
    return str(value)
