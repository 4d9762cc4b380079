"""The words of reviews, measures, complaints, certificates and invitations: flaws, verbs, kinds of messages, looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.planning.outcomes.words_kinds import CONSULTATION_WAY
from sosei.programmes.jobs.models import Complaint, Restriction
from sosei.programmes.jobs.rules_care import MeasureFlaw

FLAWS: Mapping[MeasureFlaw, Any] = {
    MeasureFlaw.WRONG_SIDE: _("この制限は、この相手には決められません。制限の内容を選び直してください。"),
    MeasureFlaw.NO_DAYS: _("日数は1日以上にしてください。終わりのない制限はありません。"),
    MeasureFlaw.TOO_LONG: _("日数が長すぎます。この制限は%(most)s日までです。"),
    MeasureFlaw.NOT_PROPOSED: _(
        "数えた回数からは、この制限は決められません。軽い制限にするか、「ほかの行い」を選んで理由を書いてください。"
    ),
}
KINDS = {
    Complaint.Kind.HARASSMENT: _("いやなことを言われた、された"),
    Complaint.Kind.WAGES: _("賃金が払われない、少ない"),
    Complaint.Kind.SAFETY: _("仕事があぶない、けがをした"),
    Complaint.Kind.CONDITIONS: _("仕事や時間が、約束とちがう"),
    Complaint.Kind.OTHER: _("そのほか"),
}
"""The kinds of complaint as who complains would say it."""


def kind_label(kind: str) -> str:
    """A kind of complaint."""
    return str(Complaint.Kind(kind).label)


def measure_label(kind: str) -> str:
    """A kind of measure."""
    return str(Restriction.Kind(kind).label)


def way_label(way: str) -> str:
    """A way of consultation."""
    return str(CONSULTATION_WAY.values[way])


for _name, _title, _sentence, _labels in (
    (
        "review.written_by_worker",
        _("評価を書いた（働いた人）"),
        _("%(person)sさんが「%(posting)s」の評価を書きました"),
        {},
    ),
    (
        "review.written_by_employer",
        _("評価を書いた（雇用主）"),
        _("雇用主が、%(person)sさんの「%(posting)s」の評価を書きました"),
        {},
    ),
    ("review.hidden", _("評価をかくした"), _("%(actor)sが「%(posting)s」の評価をかくしました"), {}),
    (
        "review.unhidden",
        _("評価をもう一度見せた"),
        _("%(actor)sが「%(posting)s」の評価を見えるように戻しました"),
        {},
    ),
    (
        "complaint.filed",
        _("仕事の相談を受け付けた"),
        _("%(person)sさんの仕事の相談（%(kind)s）を受け付けました"),
        {"kind": kind_label},
    ),
    (
        "complaint.started",
        _("仕事の相談への対応を始めた"),
        _("%(actor)sが%(person)sさんの仕事の相談への対応を始めました"),
        {},
    ),
    (
        "complaint.answered",
        _("仕事の相談に答えた"),
        _("%(actor)sが%(person)sさんの仕事の相談に答えました"),
        {},
    ),
    (
        "complaint.naming_changed",
        _("雇用主に名前を伝えてよいかを変えた"),
        _("%(person)sさんの仕事の相談で、雇用主に名前を伝えてよいかを変えました"),
        {},
    ),
    (
        "complaint.employer_told",
        _("仕事の相談について雇用主に伝えた"),
        _("%(actor)sが、%(person)sさんと確かめた文を雇用主に伝えました"),
        {},
    ),
    (
        "certificate.issued",
        _("活動の証明書を出した"),
        _("%(person)sさんの活動の証明書（%(number)s）を出しました"),
        {},
    ),
    (
        "invitation.returned",
        _("また来てほしいと招待した"),
        _("雇用主が%(person)sさんを「%(posting)s」に招待しました"),
        {},
    ),
    (
        "relocation.asked",
        _("移住の相談を申し込んだ"),
        _("%(person)sさんが移住の相談を申し込みました"),
        {},
    ),
    (
        "relocation.answered",
        _("移住の相談をした"),
        _("%(actor)sが%(person)sさんと移住の相談をしました（%(way)s）"),
        {"way": way_label},
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.PEOPLE, labels=_labels)


def _scope(data: Mapping[str, Any]) -> Scope:
    return Scope.ORGANISATIONS if data["kind"] == Restriction.Kind.NO_POSTING else Scope.PEOPLE


for _name, _title, _sentence in (
    (
        "restriction.made",
        _("利用の制限を決めた"),
        _("%(actor)sが利用の制限を決めました（%(kind)s、%(days)s日）"),
    ),
    (
        "restriction.lifted",
        _("利用の制限を取り消した"),
        _("%(actor)sが利用の制限（%(kind)s）を取り消しました"),
    ),
    (
        "restriction.objected",
        _("利用の制限に意見を書いた"),
        _("利用の制限（%(kind)s）に意見が届きました"),
    ),
    (
        "restriction.answered",
        _("利用の制限への意見に返事をした"),
        _("%(actor)sが利用の制限（%(kind)s）への意見に返事をしました"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=_scope, labels={"kind": measure_label})

REVIEWS = declare_group(
    "job_reviews",
    _("仕事の評価"),
    _("仕事が終わったあとの評価のお願いと、評価が見えるようになったお知らせです。"),
)
INVITATIONS = declare_group(
    "job_return_invitations",
    _("また来てほしいという招待"),
    _("前に働いた雇用主から、新しい求人への招待が届きます。"),
)
CARE = declare_group(
    "job_care",
    _("相談の答えと利用の制限"),
    _("相談への答えや、利用の制限など、大切なお知らせです。止めることはできません。"),
    obliged=True,
)
STAFF = declare_group(
    "job_care_staff",
    _("仕事の相談（担当者）"),
    _("相談、利用の制限への意見、移住の相談の申し込みが届いたお知らせです。"),
    for_staff=True,
)


def _of_restriction(restriction: Any) -> Scope:
    return _scope({"kind": restriction.kind})


declare_kind("review.ask", REVIEWS, _("評価のお願い"))
declare_kind("review.shown", REVIEWS, _("評価が見えるようになったお知らせ"))
declare_kind("review.moderated", CARE, _("評価をかくしたお知らせ"))
declare_kind("restriction.told", CARE, _("利用の制限のお知らせ"), scope=_of_restriction)
declare_kind("restriction.objected", STAFF, _("利用の制限への意見"), scope=_of_restriction)
declare_kind("complaint.filed", STAFF, _("新しい相談"), urgent=True)
declare_kind("complaint.received", CARE, _("相談を受け付けたお知らせ"))
declare_kind("complaint.answered", CARE, _("相談への答え"))
declare_kind("complaint.employer_told", CARE, _("町の担当者からの連絡（雇用主）"))
declare_kind("invitation.return", INVITATIONS, _("また来てほしいという招待"))
declare_kind("relocation.asked", STAFF, _("移住の相談の申し込み"))
declare_kind("relocation.answered", CARE, _("移住の相談の返事"))

LOOK_REVIEWS, LOOK_COMPLAINTS, LOOK_MEASURES, LOOK_WISHES = (
    "jobs_reviews",
    "jobs_complaints",
    "jobs_restrictions",
    "jobs_relocation",
)
look_words.register(LOOK_REVIEWS, _("仕事の評価を見た"))
look_words.register(LOOK_COMPLAINTS, _("仕事の相談を見た"))
look_words.register(LOOK_MEASURES, _("利用の制限と、その回数を見た"))
look_words.register(LOOK_WISHES, _("移住の相談の申し込みを見た"))
