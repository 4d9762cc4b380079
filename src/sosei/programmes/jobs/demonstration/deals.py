"""What employers and workers of the demonstration agreed on: applications in every state, contracts, days, questions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from sosei.programmes.jobs.demonstration.story import Story, Town, clock_at
from sosei.programmes.jobs.demonstration.tables import rows
from sosei.programmes.jobs.models import Contract, Correction, Posting, Punch, Question, WorkDay
from sosei.programmes.jobs.services import (
    applications,
    contracts,
    days,
    days_closing,
    postings,
    questions,
    queue,
)
from sosei.programmes.jobs.services.days_safety import answer_notice, send_notice

MINUTE = datetime.timedelta(minutes=1)
HOUR = 60 * MINUTE
IWAKI = "07204"
OVER = {"momo-kyonen": -350, "yado-kyonen": -349, "momo-senshu": -1, "nashi-kinou": -1}
"""Postings whose days are over, and when their call for hands was ended."""
OVER_BECAUSE = "募集した日が終わったため（見本）"
WORKED = (
    "kyo-hanako",
    "kyo-yuki",
    "kyo-tokyo",
    "kyo-teinen",
    "kyo-maria",
    "kyo-gakusei",
    "sen-hanako",
    "sen-yuki",
    "sen-ryoushi",
)
"""Applications whose days were worked and noted from start to end."""
FORGOT, ABSENT, LONGER = "sen-gakusei", "sen-teinen", "sen-ryoushi"
"""Who forgot to check out and asks for more, who did not come, who stayed longer."""


def plan_deals(town: Town, story: Story) -> None:
    """From the question to the finished contract."""
    for row in rows("questions", town.code):
        _plan_question(town, story, row)
    for row in rows("applications", town.code):
        _plan_application(town, story, row)
    if town.code != IWAKI:
        return
    for key, day in OVER.items():
        story.tell(town.at(day, "18:30"), partial(_end_call, town, key))
    _plan_days(town, story)
    _plan_changes(town, story)


def _plan_question(town: Town, story: Story, row: Mapping[str, str]) -> None:
    asked: dict[str, Question] = {}

    def ask() -> None:
        person = town.person(row["worker"])
        asked["one"] = questions.ask_question(
            posting=_fresh(town, row["posting"]), person=person, actor=person, text=row["text"]
        )

    def answer() -> None:
        employer = asked["one"].employer
        key = next(key for key, one in town.employers.items() if one.pk == employer.pk)
        questions.answer_question(question=asked["one"], text=row["answer"], actor=town.acting(key))

    story.tell(town.at(row["at"], row["time"]), ask)
    if row["answered"]:
        story.tell(town.at(row["answered"], "23:30"), answer)


def _fresh(town: Town, key: str) -> Posting:
    return Posting.objects.get(pk=town.postings[key].pk)


def _employer_of(town: Town, posting: Posting) -> str:
    return next(key for key, one in town.employers.items() if one.pk == posting.employer_id)


# --- Applications -----------------------------------------------------------------------------------------------------


def _plan_application(town: Town, story: Story, row: Mapping[str, str]) -> None:
    story.tell(town.at(row["at"], row["time"]), lambda: _apply(town, row))
    if row["then"]:
        story.tell(town.at(int(row["at"]) + 1, "08:30"), lambda: _decide(town, row))


def _apply(town: Town, row: Mapping[str, str]) -> None:
    person = town.person(row["worker"])
    town.applications[row["key"]] = applications.apply_for(
        posting=_fresh(town, row["posting"]),
        person=person,
        shifts=[town.shift(row["posting"], day) for day in row["days"].split()],
        actor=person,
        needs_lodging=bool(row["lodging"]),
        message=row["message"],
    )


def _decide(town: Town, row: Mapping[str, str]) -> None:
    application, reason = town.application(row["key"]), row["reason"]
    if row["then"] == "withdraw":
        worker = town.person(row["worker"])
        applications.withdraw_application(application=application, actor=worker, reason=reason)
        return
    actor = town.acting(_employer_of(town, application.posting))
    decide = {"accept": applications.accept_application, "refuse": applications.refuse_application}
    decide[row["then"]](application=application, actor=actor, reason=reason)


def _end_call(town: Town, key: str) -> None:
    posting = _fresh(town, key)
    actor = town.acting(_employer_of(town, posting))
    postings.close_posting(posting=posting, actor=actor, reason=OVER_BECAUSE)


# --- Days of work -----------------------------------------------------------------------------------------------------


def _plan_days(town: Town, story: Story) -> None:
    table = {row["key"]: row for row in rows("applications", town.code)}
    for key in WORKED:
        for number, day in enumerate(table[key]["days"].split()):
            story.tell(town.at(day, "07:50"), partial(_punch, town, key, number, Punch.Kind.IN))
            story.tell(town.at(day, "16:05"), partial(_punch, town, key, number, Punch.Kind.OUT))
    story.tell(town.at(-3, "07:55"), lambda: _punch(town, FORGOT, 0, Punch.Kind.IN))
    story.tell(
        town.at(-2, "21:00"),
        lambda: _ask_longer(town, FORGOT, "帰るときに記録を忘れました。片づけまで働きました。（架空）"),
    )
    story.tell(town.at(-2, "08:45"), lambda: _absent(town))
    story.tell(
        town.at(-2, "20:30"), lambda: _ask_longer(town, LONGER, "最後の箱を運ぶまで残りました。（架空）")
    )
    story.tell(town.at(-1, "08:10"), lambda: _agree_longer(town))
    for day in (-351, -348):
        story.tell(town.at(day, "06:00"), lambda day=day: days_closing.close_ended(town.at(day, "06:00")))
    story.tell(town.now, lambda: days_closing.close_ended(town.now))
    for key in (ABSENT, LONGER):
        story.tell(town.now, lambda key=key: contracts.finish_contract(contract=town.contract(key)))


def _day(town: Town, key: str, number: int) -> WorkDay:
    return town.contract(key).days.order_by("period")[number]


def _punch(town: Town, key: str, number: int, kind: str) -> None:
    day = _day(town, key, number)
    # The inn's day begins and ends later than the orchard's: never outside of what may be noted.
    at = day.period.lower - 6 * MINUTE if kind == Punch.Kind.IN else day.period.upper + 4 * MINUTE
    with clock_at(at):
        days.record_punch(
            day=day,
            kind=kind,
            way=Punch.Way.EMPLOYER,
            at=at,
            token=uuid5(NAMESPACE_URL, f"{day.pk}/{kind}"),
            actor=town.acting(_employer_of(town, day.contract.posting)),
        )


def _ask_longer(town: Town, key: str, reason: str) -> None:
    day = _day(town, key, 0)
    days.ask_correction(
        day=day,
        starts_at=day.period.lower,
        ends_at=day.period.upper + 30 * MINUTE,
        break_minutes=day.break_minutes,
        reason=reason,
        actor=day.person,
    )


def _absent(town: Town) -> None:
    reason = "30分待って、電話をかけましたが、つながりませんでした。（架空）"
    days.mark_absent(day=_day(town, ABSENT, 0), actor=town.acting("mihon"), reason=reason)


def _agree_longer(town: Town) -> None:
    asked = Correction.objects.get(day=_day(town, LONGER, 0))
    reason = "いっしょに働いていたので、知っています。（架空）"
    days.answer_correction(correction=asked, accepted=True, reason=reason, actor=town.acting("mihon"))


# --- Changes, cancellations, warnings ---------------------------------------------------------------------------------


def _plan_changes(town: Town, story: Story) -> None:
    story.tell(town.at(-1, "10:00"), lambda: _raise_wage(town))
    story.tell(town.at(-1, "11:00"), lambda: _call_off(town))
    story.tell(town.at(-1, "12:00"), lambda: _hand_over(town))
    story.tell(town.now, lambda: _fall_ill(town))
    story.tell(town.now, queue.lapse_offers)
    story.tell(town.now, lambda: _warn(town))


def _raise_wage(town: Town) -> None:
    """The worker has still to agree."""
    contract = town.contract("toma-hanako")
    told = {"hourly_wage": contract.posting.hourly_wage + 60}
    reason = "収穫の量がふえたので、時給を上げます。（見本）"
    contracts.propose_version(contract=contract, terms=told, reason=reason, actor=town.acting("tomato"))


def _call_off(town: Town) -> None:
    """The employer calls one of several days off, and owes for it."""
    day = _day(town, "heya-maria", 2)
    reason = "泊まる人が思ったより少ないためです。（見本）"
    contracts.cancel_day(
        day=day, side="employer", ground="business_volume", reason=reason, actor=town.acting("yado")
    )


def _hand_over(town: Town) -> None:
    contracts.hand_over_paper(contract=town.contract("ima-yuki"), actor=town.acting("mihon"))


def _fall_ill(town: Town) -> None:
    """The place that is free now is offered to who waits."""
    contract: Contract = town.contract("seiri-gakusei")
    contracts.cancel_contract(
        contract=contract, side="worker", ground="illness", reason="", actor=contract.person
    )


def _warn(town: Town) -> None:
    notice = send_notice(
        municipality=town.municipality,
        employer=town.employers["mihon"],
        kind="other",
        on=town.day(1),
        text="明日の朝は冷えます。暖かい服と、すべりにくいくつで来てください。（見本）",
        text_en="Tomorrow morning will be cold. Please come in warm clothes and shoes that do not slip. (sample)",
        actor=town.acting("mihon"),
    )
    worker = town.person("yuki")
    answer_notice(notice=notice, person=worker, answer="safe", actor=worker)
