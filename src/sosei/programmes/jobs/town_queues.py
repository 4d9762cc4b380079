"""What waits for the town's staff: every queue with its count, read from the tables themselves in one query."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.addresses import Answer, audience_of
from sosei.core.people.models import Municipality
from sosei.core.people.office_tasks import counted
from sosei.core.people.standing import standing_of
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import (
    Complaint,
    Contract,
    Correction,
    Employer,
    PayRun,
    Payslip,
    Posting,
    RelocationWish,
    WorkDay,
)
from sosei.programmes.jobs.rules_days import ANSWER_WITHIN
from sosei.programmes.jobs.services.employers import waiting
from sosei.programmes.jobs.services.licences import waiting_in

PAID_WITHIN = datetime.timedelta(days=31)
"""Wages are paid at least once a month (労働基準法24条2項): after this long without a payslip, something is wrong."""


@dataclass(frozen=True)
class Queue:
    """Things that wait.

    Attributes:
        text: what they are.
        late: how many of them are over their time; None where there is no such time.
        url: the page where they are dealt with; "" where there is none for the reader.
    """

    text: str
    count: int
    late: int | None = None
    url: str = ""


def queues_of(town: Municipality, user: Any) -> list[Queue]:
    """Every queue of a town; one query."""
    counts = _counts(town, user)

    def queue(text: str, name: str, address: str, *, has_time: bool = True) -> Queue:
        late = counts[f"{name}_late"] if has_time else None
        return Queue(text, counts[name], late, way_to(address, town, user))

    return [
        queue(_("確認を待つ雇用主"), "employers", "jobs:employers-office", has_time=False),
        queue(_("確認を待つ資格"), "licences", "jobs:office-licences", has_time=False),
        queue(_("返事を待つ時間の修正"), "corrections", "jobs:office-corrections"),
        queue(_("答えを待つ相談・苦情"), "complaints", "jobs:office-complaints"),
        Queue(
            _("支払日を過ぎた賃金"), counts["wages"], counts["wages"], way_to("jobs:office-pay", town, user)
        ),
        queue(_("連絡を待つ移住の相談"), "wishes", "jobs:office-relocation", has_time=False),
    ]


def _counts(town: Municipality, user: Any) -> dict[str, int]:
    here = Q(municipality=town)
    today = timezone.now().astimezone(JST).date()
    asked = Correction.objects.visible_to(user).filter(here, state=Correction.State.ASKED)
    complaints = Complaint.objects.visible_to(user).filter(here, ~Q(state=Complaint.State.ANSWERED))
    wanted: dict[str, QuerySet[Any]] = {
        "employers": Employer.objects.visible_to(user).filter(waiting(), here),
        "licences": waiting_in(town, user),
        "corrections": asked,
        "corrections_late": asked.filter(asked_at__lt=timezone.now() - ANSWER_WITHIN),
        "complaints": complaints,
        "complaints_late": complaints.filter(due_on__lt=today),
        "unpaid": unpaid_slips(town, user, today),
        "unwritten": contracts_without_slip(town, user),
        "wishes": RelocationWish.objects.visible_to(user).filter(here, answered_at=None),
    }
    row = (
        Municipality.objects.filter(pk=town.pk)
        .values(**{f"n_{name}": counted(rows) for name, rows in wanted.items()})
        .get()
    )
    counts = {name: row[f"n_{name}"] for name in wanted}
    return {**counts, "wages": counts["unpaid"] + counts["unwritten"]}


def unpaid_slips(town: Municipality, user: Any, today: datetime.date) -> QuerySet[Payslip]:
    """Payslips in force whose day of payment is over, to be paid by the bank, and no transfer is known."""
    paid = Q(payments__counts=True, payments__run__state=PayRun.State.PAID)
    return (  # type: ignore[no-any-return]
        Payslip.objects.visible_to(user)
        .filter(
            municipality=town,
            pay_on__lt=today,
            net__gt=0,
            replaced_by=None,
            contract__posting__pay_method=Posting.PayMethod.BANK,
        )
        .exclude(pk__in=Payslip.objects.filter(paid, municipality=town).values("pk"))
    )


def contracts_without_slip(town: Municipality, user: Any) -> QuerySet[Contract]:
    """Finished contracts with days worked for which no payslip came within a month."""
    worked = WorkDay.objects.filter(contract=F("contract"), state=WorkDay.State.WORKED, municipality=town)
    return (  # type: ignore[no-any-return]
        Contract.objects.visible_to(user).filter(
            municipality=town,
            state=Contract.State.FINISHED,
            ended_at__lt=timezone.now() - PAID_WITHIN,
            payslips=None,
            pk__in=worked.order_by().values("contract"),
        )
    )


def way_to(name: str, town: Municipality, user: Any) -> str:
    """The address of a page of the town, "" where there is no such page or it is not for the reader."""
    try:
        url = reverse(name, kwargs={"code": town.code})
        answer = audience_of(name).answer(standing_of(user), town.pk)
    except (NoReverseMatch, ImproperlyConfigured):
        return ""
    return url if answer is Answer.WELCOME else ""
