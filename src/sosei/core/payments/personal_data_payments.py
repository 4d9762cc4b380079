"""What was owed and paid by a person: names are kept as long as the tax laws ask for the papers, ways to be reached are not.

A person is not erased while money is on its way: a payment under way, a refund not given yet.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sosei.core.design import civil_day
from sosei.core.design.templatetags.design import screen_time
from sosei.core.payments.models import (
    Bill,
    Charge,
    ChargeLine,
    Invoice,
    InvoiceLine,
    LedgerLine,
    LedgerTransaction,
    Payment,
    PaymentStep,
    Receipt,
    Refund,
)
from sosei.core.payments.models.columns import ACCOUNT
from sosei.core.payments.rules_states import AGREED_REFUNDS, UNDER_WAY
from sosei.core.people import export_words
from sosei.core.people.models import Person
from sosei.core.people.personal_data import Kept, Outcome, PersonalData, Rows, register, register_blocker
from sosei.core.people.personal_data_here.tools import DOCUMENTS_LAW, history_of, kept, moment
from sosei.engines.conventions.fiscal_years import fiscal_year_of

TAX_LAW = (
    "法人税法施行規則 第59条、消費税法施行令 第70条の13と第71条（帳簿と請求書の写しを7年）",
    "Corporation Tax Act Enforcement Regulations, art. 59, and Consumption Tax Act Enforcement Order, arts. 70-13 and 71 "
    "(books and copies of invoices for seven years)",
)
YEARS_KEPT = 7
OWNED: dict[Any, str] = {
    Bill: "pk",
    Charge: "bill",
    ChargeLine: "bill",
    Payment: "bill",
    PaymentStep: "payment__bill",
    Refund: "bill",
    LedgerTransaction: "bill",
    LedgerLine: "bill",
    Invoice: "bill",
    InvoiceLine: "invoice__bill",
    Receipt: "bill",
}
"""Table -> the way from a row to its bill."""
TRACKED = (Bill, Payment, Refund)
REACHED_BY = {"payer_email": "", "payer_phone": ""}
NAMES: dict[Any, dict[str, Any]] = {
    Bill: {"payer_name": "", **REACHED_BY},
    Refund: {name: "1" if name == "account_type" else "" for name in ACCOUNT},
    Invoice: {"recipient_name": ""},
    Receipt: {"recipient_name": ""},
}
"""Table -> what names the payer, and what stands in its place when the term is over."""
SECRET = frozenset({"client_secret", "database_transaction"})


def export_payments(person: Person) -> Rows:
    """Every bill of the person with all that stands on it, and what rows that may change were before."""
    rows: Rows = []
    for model in OWNED:
        found = model._base_manager.filter(person=person).order_by("pk")
        rows += [{"what": str(model._meta.model_name), **_told(row)} for row in found]
        if model in TRACKED:
            earlier = history_of(model).filter(person=person).order_by("pgh_id")
            rows += [
                {
                    "what": str(model._meta.model_name),
                    "version": moment(one.pgh_created_at),
                    **_told(one),
                }
                for one in earlier
            ]
    return rows


def _told(row: Any) -> dict[str, Any]:
    """Every column but keys of persons and what belongs to the machinery."""
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.related_model is Person or field.name in SECRET or field.name.startswith("pgh_"):
            continue
        value = getattr(row, field.attname)
        # "what" names the table.
        told["step" if field.name == "what" else field.attname] = (
            value
            if isinstance(value, str | int | list | dict | None)
            else (moment(value) if isinstance(value, datetime.date) else str(value))
        )
    return told


def terms_of(bills: QuerySet[Bill]) -> dict[int, datetime.date]:
    """Bill -> the day until which its papers are kept: seven years after the accounts of its last movement are due.

    Accounts close on 31 March and are due two months later.
    """
    found = bills.annotate(
        moved=Max("charges__made_at"), paid=Max("payments__made_at"), refunded=Max("refunds__made_at")
    )
    terms = {}
    for bill in found:
        last = max(one for one in (bill.made_at, bill.moved, bill.paid, bill.refunded) if one is not None)
        day = screen_time(last).date()
        terms[bill.pk] = datetime.date(fiscal_year_of(day.year, day.month) + 1 + YEARS_KEPT, 5, 31)
    return terms


def erase_payments(person: Person) -> Outcome:
    """Ways to be reached go at once; names and accounts when the term is over; amounts stay without a name."""
    bills = Bill.objects.filter(person=person)
    terms = terms_of(bills)
    past = {key for key, until in terms.items() if until < _today()}
    _write(Bill, terms, REACHED_BY)
    forget(past)
    within = [key for key in terms if key not in past]
    until: dict[datetime.date, int] = {}
    for key in within:
        until[terms[key]] = until.get(terms[key], 0) + _rows_of([key])
    nameless = kept(
        "支払いの記録（名前なし）", "Records of payments (without a name)", DOCUMENTS_LAW, _rows_of(past)
    )
    return Outcome(
        len(terms),
        (
            *(
                Kept(
                    "支払い、返金、請求書、領収書の記録",
                    "Records of payments, refunds, invoices and receipts",
                    TAX_LAW[0],
                    TAX_LAW[1],
                    day.isoformat(),
                    count,
                )
                for day, count in sorted(until.items())
            ),
            *nameless.kept,
        ),
    )


def _today() -> datetime.date:
    return civil_day.today()


def _rows_of(bills: Collection[int]) -> int:
    return sum(model.objects.filter(**{f"{way}__in": bills}).count() for model, way in OWNED.items())


def forget(bills: Collection[int]) -> int:
    """Empties what names the payer of these bills, in every version; how many bills."""
    for model, words in NAMES.items():
        _write(model, bills, words)
    return len(bills)


def _write(model: Any, bills: Collection[int], words: dict[str, Any]) -> None:
    rows = model._base_manager.filter(**{f"{OWNED[model]}__in": list(bills)})
    keys = list(rows.values_list("pk", flat=True))
    uris = [
        f"{model._meta.label}:{trigger.name}"
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, pgtrigger.Protect)
    ]
    with pgtrigger.ignore(*uris):
        model._base_manager.filter(pk__in=keys).update(**words)
    if model in TRACKED:
        history_of(model).filter(pgh_obj_id__in=keys).update(**words)


@transaction.atomic
def forget_past_terms() -> int:
    """Empties bills whose term is over, of guests and of persons who were erased; how many.

    Called every night, outside any request.
    """
    named = Bill.objects.filter(Q(person__isnull=True) | Q(person__erased_at__isnull=False)).exclude(
        payer_name="", payer_email="", payer_phone=""
    )
    old = named.filter(made_at__lt=timezone.now() - datetime.timedelta(days=365 * YEARS_KEPT))
    past = {key for key, until in terms_of(old).items() if until < _today()}
    return forget(past)


def waits_for(person: Person) -> Iterable[str]:
    """Payments under way, and refunds that are not given yet."""
    for payment in Payment.objects.filter(person=person, state__in=sorted(UNDER_WAY)).select_related("bill"):
        yield _("請求 %(number)s の支払いの手続きが続いています。支払うか、取り消したあとに消せます。") % {
            "number": payment.bill.number
        }
    for refund in Refund.objects.filter(person=person, state__in=sorted(AGREED_REFUNDS)).select_related(
        "bill"
    ):
        yield _("請求 %(number)s の返金 %(yen)s円が、まだ終わっていません。受け取ったあとに消せます。") % {
            "number": refund.bill.number,
            "yen": f"{refund.yen:,}",
        }


_EVERY = list(apps.get_app_config("payments").get_models())


def _doers(model: Any) -> list[str]:
    return [
        field.name
        for field in model._meta.concrete_fields
        if field.related_model is Person and field.name != "person"
    ]


_OF_PAYERS = frozenset(
    {model._meta.label_lower for model in OWNED} | {f"{model._meta.label_lower}event" for model in TRACKED}
)
_WORK = [model for model in _EVERY if _doers(model)]


def _done_by(person: Person) -> list[QuerySet[Any]]:
    """Rows about others that the person wrote or decided."""
    found = []
    for model in _WORK:
        if hasattr(model, "pgh_obj"):
            continue
        doers = Q()
        for name in _doers(model):
            doers |= Q(**{name: person})
        rows = model._base_manager.filter(doers)
        is_about_somebody = any(field.name == "person" for field in model._meta.concrete_fields)
        # Without the second half, SQL would leave out what is about nobody.
        found.append(rows.filter(~Q(person=person) | Q(person=None)) if is_about_somebody else rows)
    return found


WHEN = ("made_at", "issued_at", "set_at", "updated_at", "read_at", "at")
"""Columns that say when, whichever a table has first."""


def export_work(person: Person) -> Rows:
    """What was done for a payee or a town, where and when; not about whom, for that is theirs."""
    rows: Rows = []
    for queryset in _done_by(person):
        when = next(name for name in WHEN if hasattr(queryset.model, name))
        rows += [
            {
                "what": str(row._meta.model_name),
                "municipality": row.municipality.name,
                "at": moment(getattr(row, when)),
            }
            for row in queryset.select_related("municipality").order_by("pk").iterator(chunk_size=500)
        ]
    return rows


def erase_work(person: Person) -> Outcome:
    """Nothing: without the person's row it names nobody."""
    return kept(
        "請求、支払い、振込の事務をした記録（名前は入っていません）",
        "That bills, payments and transfers were worked on (without a name)",
        DOCUMENTS_LAW,
        sum(rows.count() for rows in _done_by(person)),
    )


export_words.add_columns(
    {field.attname: field.verbose_name for model in _EVERY for field in model._meta.concrete_fields}
)
register(
    PersonalData(
        key="payments",
        title=_("支払いと返金"),
        models=_OF_PAYERS,
        export=export_payments,
        erase=erase_payments,
        order=34,
    )
)
register(
    PersonalData(
        key="payments_work",
        title=_("お金の事務でしたこと"),
        models=frozenset(model._meta.label_lower for model in _WORK) - _OF_PAYERS,
        export=export_work,
        erase=erase_work,
        order=35,
    )
)
register_blocker(waits_for)
