"""What comes after work and beside it: reviews, measures, complaints, certificates, invitations, results of rounds."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import (
    DOCUMENTS_LAW,
    all_of,
    empty,
    kept,
    take_out,
    told_all,
    told_with_history,
)
from sosei.programmes.jobs.models import (
    Certificate,
    Complaint,
    RelocationWish,
    Restriction,
    ReturnInvitation,
    Review,
    RoundOutcome,
    SafetyAnswer,
)

TRACKED = (Review, Restriction, Complaint)
OTHERS: tuple[Any, ...] = (Certificate, RelocationWish, ReturnInvitation, SafetyAnswer, RoundOutcome)


def export_care(person: Person) -> Rows:
    """Every row; of reviews the person's own words, and the employer's where they were shown."""
    hidden = Review.Side.EMPLOYER
    unshown = {
        row.pk
        for row in Review.objects.filter(person=person, side=hidden)
        if row.shown_at is None or row.hidden_at is not None
    }
    rows = told_with_history(person, *TRACKED)
    others = told_all(*(model.objects.filter(person=person) for model in OTHERS))
    return [row for row in rows if not (row["what"] == "review" and row["id"] in unshown)] + others


def erase_care(person: Person) -> Outcome:
    """Words of reviews, invitations, wishes and certificates go; what the town decided stays without a name."""
    mine = {"person": person}
    erased = empty(Review.objects.filter(**mine), {"comment": ""})
    erased += empty(Certificate.objects.filter(**mine), {"pdf": b""}, has_history=False)
    for model in (RelocationWish, ReturnInvitation, SafetyAnswer):
        erased += take_out(model.objects.filter(**mine))
    return all_of(
        Outcome(erased),
        kept(
            "相談・苦情と、利用の制限の記録（名前は入っていません）",
            "Records of complaints and of measures against abuse (they hold no name)",
            DOCUMENTS_LAW,
            sum(model.objects.filter(**mine).count() for model in (Complaint, Restriction)),
        ),
        kept(
            "割り当ての結果と、証明書を出した記録（名前なし）",
            "Results of rounds, and that certificates were issued (without a name)",
            DOCUMENTS_LAW,
            sum(model.objects.filter(**mine).count() for model in (RoundOutcome, Certificate)),
        ),
    )


register(
    PersonalData(
        key="job_care",
        title=_("仕事の評価、相談、証明書"),
        models=frozenset(
            {model._meta.label_lower for model in (*TRACKED, *OTHERS)}
            | {f"{model._meta.label_lower}event" for model in TRACKED}
        ),
        export=export_care,
        erase=erase_care,
        order=32,
    )
)
