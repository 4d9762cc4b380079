"""The words of the days: rules of what counts, reasons of refusal, verbs, kinds of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.jobs.models import Punch, SafetyNotice
from sosei.programmes.jobs.rules_days import Presence, PunchRefusal, Rule

RULES: Mapping[Rule, Any] = {
    Rule.CAME_LATER: _("来た時刻から数えます。分の途中で来たら、その分も入れます。"),
    Rule.EARLY_NOT_COUNTED: _(
        "早く来ても、約束の始まりから数えます。雇用主が認めたら、早く来た分も入ります。"
    ),
    Rule.STARTED_AS_AGREED: _("約束の始まりから数えます。"),
    Rule.IN_MISSING: _("来た時刻の記録がないので、約束の始まりから数えます。"),
    Rule.LEFT_AS_PUNCHED: _("帰った時刻まで数えます。1分も切り捨てません。"),
    Rule.OUT_MISSING: _("帰った時刻の記録がないので、約束の終わりまで数えます。"),
    Rule.NO_PUNCHES: _("記録がないので、約束の時間どおりに数えます。"),
    Rule.BREAK_AS_AGREED: _("約束の休憩を引きます。"),
    Rule.BREAK_IN_PART: _("休憩は、いた時間に入る分だけ引きます。"),
    Rule.CORRECTED: _("雇用主が認めた時間を数えます。"),
    Rule.DISPUTED: _("修正の返事を待つあいだは、約束の時間より少なくしません。"),
}
REFUSALS: Mapping[PunchRefusal, Any] = {
    PunchRefusal.IN_FUTURE: _(
        "%(at)sは、まだ来ていない時刻です。スマートフォンの時計を確かめて、時間の修正を求めてください。"
    ),
    PunchRefusal.TOO_EARLY: _("来たことを記録できるのは、始まり（%(start)s）の60分前からです。"),
    PunchRefusal.AFTER_END: _("この日の仕事は%(end)sに終わりました。時間の修正を求めてください。"),
    PunchRefusal.TOO_LATE: _("終わり（%(end)s）から6時間より後です。時間の修正を求めてください。"),
    PunchRefusal.OUT_BEFORE_START: _(
        "帰ることを記録できるのは、始まり（%(start)s）の後です。働けなくなったときは、雇用主に話してください。"
    ),
    PunchRefusal.OUT_BEFORE_IN: _(
        "%(at)sは、来た時刻（%(came)s）より前です。まちがいなら、時間の修正を求めてください。"
    ),
    PunchRefusal.IN_AFTER_OUT: _(
        "%(at)sは、帰った時刻（%(left)s）より後です。まちがいなら、時間の修正を求めてください。"
    ),
    PunchRefusal.SENT_TOO_LATE: _("%(at)sから7日より長くたちました。時間の修正を求めてください。"),
}
PRESENCE: Mapping[Presence, tuple[str, Any]] = {
    Presence.TO_COME: ("info", _("これから来る")),
    Presence.LATE: ("warning", _("遅れている")),
    Presence.THERE: ("success", _("来ている")),
    Presence.GONE: ("neutral", _("帰った")),
    Presence.OUT_MISSING: ("warning", _("帰った記録がない")),
    Presence.UNKNOWN: ("warning", _("来たかどうか不明")),
    Presence.ABSENT: ("error", _("来なかった")),
    Presence.CANCELLED: ("neutral", _("取り消し")),
    Presence.CLOSED: ("neutral", _("働いた（記録なし）")),
}
"""Kind of chip, word."""
SAFETY_TEXTS: Mapping[str, tuple[str, str]] = {
    SafetyNotice.Kind.HEAT: (
        "今日はとても暑くなります。\n"
        "のどがかわく前に、水と塩分をとってください。20分に1回は、日かげで休んでください。\n"
        "頭がいたい、気分がわるい、めまいがするときは、すぐに仕事をやめて、近くの人に言ってください。\n"
        "よびかけても返事がおかしい人がいたら、すぐに119番に電話してください。",
        "It will be very hot today.\n"
        "Drink water and take salt before you feel thirsty. Rest in the shade every 20 minutes.\n"
        "If you have a headache, feel sick or dizzy, stop working at once and tell somebody near you.\n"
        "If somebody does not answer as usual, call 119 at once.",
    ),
    SafetyNotice.Kind.STORM: (
        "台風や大雨が近づいています。\n"
        "外の仕事をやめて、安全な建物に入ってください。川、用水路、がけに近づかないでください。\n"
        "市から避難の知らせが出たら、すぐに避難してください。\n"
        "今日の仕事がどうなるかは、雇用主の連絡を待ってください。",
        "A typhoon or heavy rain is coming.\n"
        "Stop working outside and go into a safe building. Stay away from rivers, canals and cliffs.\n"
        "If the city tells you to evacuate, leave at once.\n"
        "Your employer will tell you what happens with today's work.",
    ),
    SafetyNotice.Kind.OTHER: ("", ""),
}
"""What stands in the form to begin with: both languages are sent, so neither is translated by the page."""


def way_label(way: str) -> str:
    """How a punch came about."""
    return str(Punch.Way(way).label)


def kind_label(kind: str) -> str:
    """Came or went."""
    return str(Punch.Kind(kind).label)


for _name, _title, _sentence in (
    (
        "day.punched",
        _("来た・帰った時刻を記録した"),
        _("%(person)sさんの%(day)sの記録：%(kind)s（%(way)s）"),
    ),
    (
        "day.absent",
        _("来なかったと記録した"),
        _("%(actor)sが、%(person)sさんは%(day)sの「%(posting)s」に来なかったと記録しました"),
    ),
    (
        "day.absence_taken_back",
        _("来なかったという記録を取り消した"),
        _("%(actor)sが、%(person)sさんの%(day)sの「来なかった」を取り消しました"),
    ),
    (
        "day.closed",
        _("仕事の日が終わった"),
        _("%(person)sさんの%(day)sの「%(posting)s」を、働いた日として閉じました"),
    ),
    (
        "day.hours_granted",
        _("働いた時間を足した"),
        _("%(actor)sが%(person)sさんの%(day)sの働いた時間を足しました"),
    ),
    (
        "correction.asked",
        _("時間の修正を求めた"),
        _("%(person)sさんが%(day)sの時間の修正を求めました"),
    ),
    (
        "correction.accepted",
        _("時間の修正を認めた"),
        _("%(actor)sが%(person)sさんの%(day)sの時間の修正を認めました"),
    ),
    (
        "correction.refused",
        _("時間の修正を認めなかった"),
        _("%(actor)sが%(person)sさんの%(day)sの時間の修正を認めませんでした"),
    ),
    (
        "safety.answered",
        _("安全の知らせに返事をした"),
        _("%(person)sさんが安全の知らせに返事をしました"),
    ),
):
    _labels = {"kind": kind_label, "way": way_label} if _name == "day.punched" else None
    declare_verb(_name, _title, _sentence, scope=Scope.PEOPLE, labels=_labels)

for _name, _title, _sentence in (
    (
        "site_code.made",
        _("現場のQRコードを作った"),
        _("%(actor)sが「%(workplace)s」のQRコードを作りました"),
    ),
    (
        "site_code.replaced",
        _("現場のQRコードを替えた"),
        _("%(actor)sが「%(workplace)s」のQRコードを新しくしました"),
    ),
    (
        "safety.sent",
        _("安全の知らせを送った"),
        _("%(actor)sが%(on)sに働く%(count)s人に安全の知らせを送りました"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.ORGANISATIONS)

DAYS = declare_group(
    "job_days",
    _("仕事の日"),
    _("前の日の知らせ、時間の修正、来た・帰ったの記録についてのお知らせです。"),
)
SAFETY = declare_group(
    "job_safety",
    _("仕事の安全の知らせ"),
    _("暑さや台風など、命にかかわる知らせです。止めることはできません。"),
    obliged=True,
)
declare_kind("day.reminder", DAYS, _("明日の仕事のお知らせ"))
declare_kind("day.out_missing", DAYS, _("帰った時刻の確認"))
declare_kind("day.unknown", DAYS, _("来たかどうかの確認"))
declare_kind("day.absent", DAYS, _("来なかったと記録されたお知らせ"))
declare_kind("correction.asked", DAYS, _("時間の修正の求め（雇用主）"))
declare_kind("correction.answered", DAYS, _("時間の修正の返事"))
declare_kind("safety.notice", SAFETY, _("安全の知らせ"), urgent=True)
declare_kind("safety.help", SAFETY, _("助けがいるという返事"), urgent=True)

LOOK = "jobs_days"
look_words.register(LOOK, _("働く日と当日の連絡先を見た"))
