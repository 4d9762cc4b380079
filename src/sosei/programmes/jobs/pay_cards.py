"""What wages put on the homes of workers and employers."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.jobs.home import Card, register_employer_card, register_worker_card
from sosei.programmes.jobs.models import BankAccount, Contract, Employer, Payslip, Posting
from sosei.programmes.jobs.services.pay_lists import unpaid_days_of


def payslips_card(person: Person, request: Any) -> Card | None:
    """The last payslip, and the way to all."""
    last = (
        Payslip.objects.visible_to(request.user)
        .filter(person=person, replaced_by__isnull=True)
        .order_by("-pay_on", "-pk")
        .first()
    )
    if last is None:
        return None
    told = {"yen": f"{last.net:,}", "day": date_format(last.pay_on, "DATE_FORMAT")}
    return Card(
        _("給与明細"),
        _("いちばん新しい明細：%(yen)s円（支払日：%(day)s）") % told,
        reverse("jobs:my-pay"),
        order=40,
    )


def account_card(person: Person, request: Any) -> Card | None:
    """No account, though wages are to be transferred."""
    waits = Contract.objects.visible_to(request.user).filter(
        Q(state=Contract.State.ACTIVE) | Q(payslips__isnull=False),
        ~Exists(BankAccount.objects.filter(person=person)),
        person=person,
        posting__pay_method=Posting.PayMethod.BANK,
    )
    if not waits.exists():
        return None
    return Card(
        _("振込先の口座がありません"),
        _("口座を入れないと、賃金を振り込めません。通帳を見ながら入れてください。"),
        reverse("jobs:my-account"),
        urgent=True,
        order=8,
    )


def pay_card(employer: Employer, request: Any) -> Card | None:
    """Days without a payslip, and the way to wages."""
    count = unpaid_days_of(employer)
    text = (
        _("給与明細がまだの日：%(count)s日") % {"count": count}
        if count
        else _("給与明細、振込ファイル、賃金台帳、年間のまとめ")
    )
    url = reverse(
        "jobs:employer-pay", kwargs={"code": employer.municipality.code, "employer_id": employer.pk}
    )
    return Card(_("賃金"), text, url, urgent=bool(count), order=7)


register_worker_card(payslips_card)
register_worker_card(account_card)
register_employer_card(pay_card)
