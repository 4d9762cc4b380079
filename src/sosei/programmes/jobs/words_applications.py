"""The words of applications: why one cannot apply, verbs and kinds of message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people import look_words
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.engines.labour.limits import LimitCode
from sosei.engines.labour.minors import MinorCode
from sosei.programmes.jobs.rules_applications import Code, Reason

REASONS = {
    Code.NOT_OPEN: _("この求人は、いま募集していません。"),
    Code.PAST_CLOSING: _("申し込みの締め切りを過ぎました。"),
    Code.ROUND_NOT_OPEN: _("まとめて割り当てる回の受付期間ではありません。"),
    Code.RANK_OUTSIDE: _("希望の順を、1から%(limit)sまでの数で選んでください。"),
    Code.RANK_TAKEN: _("%(rank)s番目の希望は、もう別の求人に使っています。ほかの順を選んでください。"),
    Code.NO_SHIFTS: _("働く日を1日以上選んでください。"),
    Code.SHIFT_STARTED: _("%(day)sの仕事は、もう始まっています。ほかの日を選んでください。"),
    Code.SHIFT_CALLED_OFF: _("%(day)sの仕事は、取りやめになりました。ほかの日を選んでください。"),
    Code.WHOLE_SERIES: _("この求人は、%(days)s日すべてに来られる人だけが申し込めます。"),
    Code.BIRTH_MISSING: _(
        "生年月日を入れてください。法律で、働ける年齢を確かめることになっています（労働基準法56条）。"
    ),
    Code.TOO_YOUNG: _("この求人は、%(age)s歳以上の人だけが申し込めます。"),
    Code.LICENCE_MISSING: _("「%(licence)s」が必要です。資格を届け出て、市の担当者の確認を受けてください。"),
    Code.LICENCE_EXPIRES: _(
        "「%(licence)s」の有効期限（%(until)s）が、働く日より前です。新しい証明を届け出てください。"
    ),
    Code.PAUSED: _("%(until)sまで、新しい申し込みを休んでいただいています。そのあとは申し込めます。"),
    Code.ONE_JOB: _(
        "%(until)sまで、同時に申し込めるのは1件です。いまの申し込みか仕事が終わると、申し込めます。"
    ),
    Code.NO_LODGING: _("この求人には、泊まる場所がありません。"),
    Code.OTHER_HOURS: _(
        "%(week)sからの週は、ほかの勤め先の時間と合わせて週の上限を%(over)s分こえます（労働基準法38条）。"
    ),
    LimitCode.OVERLAP: _("%(day)sは、同じ時間に別の仕事が決まっています。"),
    LimitCode.DAY_HOURS: _(
        "%(day)sは、ほかの仕事と合わせて1日8時間を%(over)s分こえます（労働基準法32条・38条）。"
    ),
    LimitCode.WEEK_HOURS: _(
        "%(day)sの週は、ほかの仕事と合わせて週の上限を%(over)s分こえます（労働基準法32条・38条）。"
    ),
    LimitCode.WEEK_DAYS: _(
        "%(day)sの週は、働く日が6日をこえます。週に1日は休んでください（労働基準法35条）。"
    ),
    LimitCode.ONE_JOB_A_DAY: _("%(day)sは、もう別の仕事があります。"),
    MinorCode.UNDER_MINIMUM_AGE: _(
        "働けるのは、15歳になったあとの4月1日からです（労働基準法56条）。あなたは%(allowed_from)sから働けます。"
    ),
    MinorCode.CERTIFICATE_MISSING: _(
        "18歳未満の人は、年齢を証明する書類がいります（労働基準法57条）。町の担当者に相談してください。"
    ),
    MinorCode.OVERTIME_UNDER_18: _(
        "18歳未満の人は、1日8時間・1週40時間をこえて働けません（労働基準法60条）。"
    ),
    MinorCode.NIGHT_UNDER_18: _("18歳未満の人は、22時から5時まで働けません（労働基準法61条）。"),
    MinorCode.HAZARDOUS_UNDER_18: _("この仕事は、18歳未満の人にはできません（労働基準法62条）。"),
}


def sentence(reason: Reason) -> str:
    """A reason in the reader's language."""
    return str(REASONS[reason.code]) % _shown(reason.values)  # type: ignore[index]


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _one(value) for name, value in values.items()}


def _one(value: Any) -> Any:
    if isinstance(value, datetime):
        return date_format(screen_time(value), "DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else value


for _name, _title, _sentence in (
    (
        "application.made",
        _("仕事に申し込んだ"),
        _("%(person)sさんが「%(posting)s」に申し込みました（%(days)s日）"),
    ),
    (
        "application.waiting",
        _("順番待ちに入った"),
        _("%(person)sさんが「%(posting)s」の順番待ちに入りました"),
    ),
    (
        "application.offered",
        _("順番待ちの人に声をかけた"),
        _("「%(posting)s」の場所が空き、%(person)sさんに声をかけました"),
    ),
    (
        "application.refused",
        _("申し込みを断った"),
        _("%(actor)sが「%(posting)s」への%(person)sさんの申し込みを断りました"),
    ),
    (
        "application.withdrawn",
        _("申し込みを取り下げた"),
        _("%(person)sさんが「%(posting)s」への申し込みを取り下げました"),
    ),
    (
        "application.lapsed",
        _("返事の期限が過ぎた"),
        _("「%(posting)s」の%(person)sさんへの声かけは、返事がないまま期限が過ぎました"),
    ),
    (
        "application.group_ended",
        _("いっしょの申し込みが終わった"),
        _("「%(posting)s」へのいっしょの申し込みは、全員がそろわないため終わりました"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.PEOPLE)

DEALS = declare_group(
    "job_deals",
    _("仕事の申し込みと契約"),
    _("申し込みの結果、順番待ちの声かけ、契約の変更や取り消しのお知らせです。"),
)
declare_kind("application.waiting", DEALS, _("順番待ちのお知らせ"))
declare_kind("application.offered", DEALS, _("順番がきたお知らせ"), urgent=True)
declare_kind("application.ended", DEALS, _("申し込みが終わったお知らせ"))
declare_kind("application.to_decide", DEALS, _("申し込みが届いたお知らせ（雇用主）"))
LOOK = "jobs_application"
look_words.register(LOOK, _("仕事の申し込みを見た"))
