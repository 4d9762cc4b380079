"""The words of messages about days of work, in both languages."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Person
from sosei.core.records.services import send_message
from sosei.programmes.jobs.letters_deals import day_text, moment, told_people
from sosei.programmes.jobs.models import Correction, SafetyNotice, WorkDay
from sosei.programmes.jobs.words_days import SAFETY_TEXTS


def tell(key: str, kind: str, recipient: Person, letter: Letter, about: Any) -> None:
    """Sends a letter once."""
    send_message(
        key=key,
        kind=kind,
        recipient=recipient,
        municipality=about.municipality,
        about=about,
        **letter.as_arguments(),
    )


def tell_employer(key: str, kind: str, letter: Letter, day: WorkDay) -> None:
    """Sends a letter to all who act for the employer of a day."""
    for person in told_people(day.employer):
        tell(f"{key}:{person.pk}", kind, person, letter, day)


def _posting(day: WorkDay) -> str:
    posting = day.contract.posting
    return posting.title_en if get_language() == "en" and posting.title_en else posting.title


def _told(day: WorkDay) -> dict[str, Any]:
    return {
        "posting": _posting(day),
        "worker": day.contract.worker_name,
        "day": day_text(day.period.lower),
        "start": moment(day.period.lower),
        "end": f"{screen_time(day.period.upper):%H:%M}",
    }


def _my_page(day: WorkDay) -> str:
    return link("jobs:my-day", day_id=day.pk)


def _employer_page(day: WorkDay) -> str:
    return link("jobs:employer-day", code=day.municipality.code, employer_id=day.employer_id, day_id=day.pk)


def reminder(day: WorkDay) -> Letter:
    """To the worker on the evening before."""
    posting = day.contract.posting

    def words() -> tuple[str, str]:
        told = {**_told(day), "place": posting.workplace, "address": posting.workplace.address}
        belongings = {"text": posting.belongings}
        return _("明日の仕事：%(posting)s") % told, paragraphs(
            _("明日は「%(posting)s」の仕事です。%(start)sから%(end)sまで。") % told,
            _("場所：%(place)s（%(address)s）") % told,
            _("持ち物・服装：%(text)s") % belongings if posting.belongings else "",
            _("着いたら、現場のQRコードをスマートフォンで読み取ってください。"),
            _("来られなくなったら、できるだけ早く、次のページで取り消してください。"),
            _my_page(day),
        )

    return in_both_languages(words)


def out_missing(day: WorkDay) -> Letter:
    """To the worker: the check-out was forgotten."""

    def words() -> tuple[str, str]:
        told = _told(day)
        return _("帰った時刻の記録がありません：%(posting)s") % told, paragraphs(
            _("%(day)sの仕事で、帰った時刻の記録がありません。") % told,
            _("このままだと、約束の終わり（%(end)s）まで働いたとします。") % told,
            _("ちがうときは、次のページで時間の修正を求めてください。"),
            _my_page(day),
        )

    return in_both_languages(words)


def unknown_for_worker(day: WorkDay) -> Letter:
    """To the worker: nothing was noted."""

    def words() -> tuple[str, str]:
        told = _told(day)
        return _("来た・帰ったの記録がありません：%(posting)s") % told, paragraphs(
            _("%(day)sの仕事で、来た時刻と帰った時刻の記録がありません。") % told,
            _("働いた人は、次のページで時間を知らせてください。"),
            _my_page(day),
        )

    return in_both_languages(words)


def unknown_for_employer(day: WorkDay) -> Letter:
    """To the employer: say whether somebody came."""

    def words() -> tuple[str, str]:
        told = _told(day)
        return _("%(worker)sさんが来たかどうか教えてください") % told, paragraphs(
            _("%(day)sの「%(posting)s」で、%(worker)sさんの来た・帰ったの記録がありません。") % told,
            _("来た時刻と帰った時刻を入力するか、来なかったことを記録してください。"),
            _("3日のあいだ何も記録がないと、約束の時間どおりに働いたとします。"),
            _employer_page(day),
        )

    return in_both_languages(words)


def absent(day: WorkDay, reason: str) -> Letter:
    """To the worker: called absent, and what to do where that is wrong."""

    def words() -> tuple[str, str]:
        told = {**_told(day), "reason": reason}
        return _("「来なかった」と記録されました：%(posting)s") % told, paragraphs(
            _("%(day)sの「%(posting)s」に来なかったと、雇用主が記録しました。") % told,
            _("理由：%(reason)s") % told,
            _("罰金や違約金はありません。"),
            _("まちがいのときは、次のページで時間の修正を求めてください。"),
            _my_page(day),
        )

    return in_both_languages(words)


def absent_for_employer(day: WorkDay) -> Letter:
    """To the employer: a place is open again on the day itself."""

    def words() -> tuple[str, str]:
        told = _told(day)
        return _("%(worker)sさんは来ません：%(posting)s") % told, paragraphs(
            _("%(start)sからの「%(posting)s」に、%(worker)sさんは来ません。") % told,
            _("空いた場所は、待っている人にすぐに知らせました。"),
            link("jobs:employer-days", code=day.municipality.code, employer_id=day.employer_id),
        )

    return in_both_languages(words)


def _hours(correction: Correction) -> str:
    return _("%(start)s～%(end)s、休憩%(minutes)s分") % {
        "start": moment(correction.starts_at),
        "end": f"{screen_time(correction.ends_at):%H:%M}",
        "minutes": correction.break_minutes,
    }


def correction_asked(correction: Correction, day: WorkDay) -> Letter:
    """To the employer: answer it."""

    def words() -> tuple[str, str]:
        told = {**_told(day), "reason": correction.reason, "hours": _hours(correction)}
        return _("時間の修正の求め：%(worker)sさん") % told, paragraphs(
            _("%(worker)sさんが、%(day)sの時間の修正を求めました。") % told,
            _("求める時間：%(hours)s") % told,
            _("理由：%(reason)s") % told,
            _("3日のうちに、理由を書いて返事をしてください。約束の時間の賃金は、待たずに払ってください。"),
            _employer_page(day),
        )

    return in_both_languages(words)


def correction_answered(correction: Correction, day: WorkDay) -> Letter:
    """To the worker: the answer with its reason."""
    accepted = correction.state == Correction.State.ACCEPTED

    def words() -> tuple[str, str]:
        told = {**_told(day), "reason": correction.answer, "hours": _hours(correction)}
        return (
            _("時間の修正が認められました：%(posting)s")
            if accepted
            else _("時間の修正は認められませんでした：%(posting)s")
        ) % told, paragraphs(
            _("%(day)sの時間：%(hours)s") % told,
            _("雇用主の返事：%(reason)s") % told,
            "" if accepted else _("納得できないときは、市の担当者に相談できます。次のページを見てください。"),
            _my_page(day),
        )

    return in_both_languages(words)


def safety(notice: SafetyNotice) -> Letter:
    """To everybody on site, in the words of who sent it; without an English text, the Japanese one and a known one."""

    def words() -> tuple[str, str]:
        english = get_language() == "en"
        told = {"day": date_format(notice.on, "DATE_FORMAT"), "kind": notice.get_kind_display()}
        text = notice.text
        if english:
            text = notice.text_en or f"{SAFETY_TEXTS[notice.kind][1]}\n{notice.text}".strip()
        return _("安全の知らせ（%(kind)s）%(day)s") % told, paragraphs(
            text,
            _("読んだら、次のページで「だいじょうぶ」か「助けがいる」を選んでください。"),
            link("jobs:my-safety", notice_id=notice.pk),
        )

    return in_both_languages(words)


def needs_help(notice: SafetyNotice, day: WorkDay) -> Letter:
    """To the employer: somebody needs help."""

    def words() -> tuple[str, str]:
        told = {**_told(day), "phone": day.contract.worker_phone or "—"}
        return _("助けがいる人がいます：%(worker)sさん") % told, paragraphs(
            _("%(worker)sさんが、安全の知らせに「助けがいる」と答えました。すぐに電話してください。") % told,
            _("電話：%(phone)s") % told,
            link(
                "jobs:employer-safety-one",
                code=day.municipality.code,
                employer_id=day.employer_id,
                notice_id=notice.pk,
            ),
        )

    return in_both_languages(words)
