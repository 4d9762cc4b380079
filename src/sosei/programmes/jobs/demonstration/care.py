"""What came after the demonstration's work: reviews, complaints, measures that are over, a certificate, an invitation."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from sosei.programmes.jobs.demonstration.story import Story, Town
from sosei.programmes.jobs.models import Complaint, Restriction, Review
from sosei.programmes.jobs.services import (
    certificates,
    complaints,
    invitations,
    relocation,
    restrictions,
    reviews,
)

IWAKI = "07204"
REVIEWS = (
    ("kyo-hanako", "worker", -345, True, "はじめてでも、ていねいに教えてもらいました。（架空）"),
    ("kyo-hanako", "employer", -344, True, "朝早くから、よく働いてくれました。（架空）"),
    ("kyo-yuki", "worker", -345, True, "昼ごはんがおいしかったです。（架空）"),
    ("kyo-yuki", "employer", -344, True, ""),
    ("kyo-tokyo", "worker", -344, True, "午後は離れの机で自分の仕事ができました。（架空）"),
    ("kyo-tokyo", "employer", -344, True, "また来年もお願いします。（架空）"),
    ("kyo-teinen", "worker", -343, False, "坂が急で、足がつかれました。（架空）"),
    ("kyo-gakusei", "worker", -343, True, "みなさん親切でした。（架空）"),
    ("kyo-maria", "worker", -343, False, "この宿の○○さんは、ばかです。（架空）"),
    ("sen-yuki", "worker", 0, True, "今年も楽しく働きました。（架空）"),
)
"""Contract, side, day, again or not, words."""
HIDDEN = "kyo-maria"
NOT_YET = 0


def plan_care(town: Town, story: Story) -> None:
    """From the first review to the wish to move in; after the deals, whose contracts these steps need."""
    if town.code != IWAKI:
        return
    for key, side, day, good, comment in REVIEWS:
        moment = town.now if day == NOT_YET else town.at(day, "19:00" if side == "worker" else "20:00")
        story.tell(moment, partial(_review, town, key, side, good, comment))
    story.tell(town.at(-330, "02:50"), lambda: reviews.show_due(timezone.now()))
    story.tell(town.at(-329, "10:00"), lambda: _hide(town))
    story.tell(town.at(-320, "12:00"), lambda: _certify(town))
    _plan_measures(town, story)
    story.tell(town.at(-4, "18:00"), lambda: _invite(town))
    story.tell(town.at(-3, "20:10"), lambda: _complain_of_safety(town))
    story.tell(town.at(-2, "20:20"), lambda: _complain_of_conditions(town))
    story.tell(town.at(-1, "21:00"), lambda: _wish(town))
    story.tell(town.now, lambda: reviews.ask_due(town.now))


def _review(town: Town, key: str, side: str, good: bool, comment: str) -> None:
    contract = town.contract(key)
    employer = next(name for name, one in town.employers.items() if one.pk == contract.employer_id)
    actor = contract.person if side == "worker" else town.acting(employer)
    reviews.write_review(contract=contract, side=side, good=good, comment=comment, actor=actor)


def _hide(town: Town) -> None:
    review = Review.objects.get(contract=town.contract(HIDDEN), side=Review.Side.WORKER)
    reviews.hide_review(review=review, reason="人を名ざしで傷つけることばのため（見本）", actor=town.staff())


def _certify(town: Town) -> None:
    person = town.person("hanako")
    certificates.issue_certificate(municipality=town.municipality, person=person, actor=person)


def _plan_measures(town: Town, story: Story) -> None:
    """Over by now: the demonstration's people are free to do everything."""
    held: dict[str, Restriction] = {}

    def restrict() -> None:
        held["worker"] = restrictions.restrict(
            municipality=town.municipality,
            person=town.person("hanako"),
            kind=Restriction.Kind.ONE_JOB,
            days=10,
            ground="conduct",
            reason="同じ日の申し込みと取り消しを、何度もくり返したため（見本）",
            actor=town.staff(),
        )
        held["employer"] = restrictions.restrict(
            municipality=town.municipality,
            employer=town.employers["mihon"],
            kind=Restriction.Kind.NO_POSTING,
            days=7,
            ground="conduct",
            reason="前の日の夜に仕事を取りやめることが続いたため（見本）",
            actor=town.staff(),
        )

    def settle() -> None:
        restrictions.object_to(
            restriction=held["worker"],
            text="画面のまちがいで、何度も押してしまいました。（架空）",
            actor=town.person("hanako"),
        )
        answer = "お話をうかがいました。次から気をつけてください。制限は期限で終わります。（見本）"
        restrictions.answer_objection(restriction=held["worker"], answer=answer, actor=town.staff())
        restrictions.lift(
            restriction=held["employer"], reason="連絡の方法を直すと約束したため（見本）", actor=town.staff()
        )

    story.tell(town.at(-60, "10:00"), restrict)
    story.tell(town.at(-58, "10:00"), settle)


def _invite(town: Town) -> None:
    for key in ("kyo-hanako", "kyo-yuki"):
        invitations.invite_back(
            posting=town.postings["momo-hako"],
            contract=town.contract(key),
            text="選果場の仕事もお願いできませんか。（架空）",
            actor=town.acting("mihon"),
        )


def _complain_of_safety(town: Town) -> None:
    """Late already: the queue marks it."""
    maria = town.person("maria")
    complaints.file_complaint(
        municipality=town.municipality,
        person=maria,
        kind=Complaint.Kind.SAFETY,
        text="The floor behind the kitchen is wet and slippery. (invented)",
        about=town.employers["yado"],
        actor=maria,
    )


def _complain_of_conditions(town: Town) -> None:
    hanako = town.person("hanako")
    complaint = complaints.file_complaint(
        municipality=town.municipality,
        person=hanako,
        kind=Complaint.Kind.CONDITIONS,
        text="休憩が、約束の60分より短い日がありました。（架空）",
        wish="約束どおりに休めるようにしてほしいです。（架空）",
        about=town.employers["mihon"],
        may_be_named=True,
        actor=hanako,
    )
    complaints.start_complaint(complaint=complaint, actor=town.staff())


def _wish(town: Town) -> None:
    person = town.person("tokyo")
    relocation.ask_about_moving(
        municipality=town.municipality,
        person=person,
        text="四倉のあたりで、机のある家をさがしています。（架空）",
        actor=person,
    )
