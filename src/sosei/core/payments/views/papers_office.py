"""The town's pages of money: overview, bills, refunds, statements, flaws of the books, tables to keep."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, Q, QuerySet, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design import civil_day
from sosei.core.design.pagination import paginate
from sosei.core.design.templatetags.design import screen_time
from sosei.core.payments.bill_rows import rows_of
from sosei.core.payments.forms_papers import BillsForm, CloseForm
from sosei.core.payments.models import (
    Bill,
    FeeRate,
    IncomingTransfer,
    LedgerLine,
    PayeeSettings,
    Refund,
    RefusedNotice,
    Statement,
    TransferFile,
)
from sosei.core.payments.services import check_books, ledger, statements
from sosei.core.payments.services.checking_papers import check_papers
from sosei.core.payments.views.papers_common import (
    csv_file,
    done,
    handles,
    leave_look,
    money_crumbs,
    town_url,
)
from sosei.core.payments.words_books import FLAWS
from sosei.core.payments.words_papers import BILLS_LISTED, PAPER_FLAWS
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.core.people.office_tasks import counted

MOST_ROWS = 20_000
ACCOUNTS = (
    "bank",
    "clearing",
    "cash",
    "guest",
    "host",
    "town",
    "platform_fee",
    "consumption_tax",
    "gateway_fee",
)


@never_cache
@require_safe
def home(request: Any, code: str) -> HttpResponse:
    """What waits for the town, and where its money stands."""
    town = request.town
    lines = LedgerLine.objects.visible_to(request.user).filter(municipality=town)
    sums = dict(lines.order_by().values("account").annotate(total=Sum("yen")).values_list("account", "total"))
    labels = dict(LedgerLine.Account.choices)
    with tenancy.unguarded():
        due = statements.payable_by_host(town.pk)
    context = {
        "handles": handles(request),
        **_counts(request),
        "due": len(due),
        "due_yen": sum(due.values()),
        "accounts": [(labels[LedgerLine.Account(one)], sums[one]) for one in ACCOUNTS if sums.get(one)],
        "settings": {row.of: row for row in PayeeSettings.objects.filter(municipality=town, payee=None)},
        "crumbs": money_crumbs(request),
    }
    return render(request, "payments/papers/office.html", context)


def _counts(request: Any) -> dict[str, Any]:
    """What waits, the last month that was closed and the fee in force, in one query."""
    town, user = request.town, request.user
    refunds = Refund.objects.visible_to(user).filter(municipality=town)
    last = Statement.objects.visible_to(user).filter(municipality=town).order_by("-last_day")
    rate = FeeRate.objects.filter(municipality=town, starts_on__lte=ledger.today()).order_by("-starts_on")
    parts = {
        "waiting": counted(refunds.filter(state="waiting_account")),
        "for_bank": counted(refunds.for_bank()),
        "on_site": counted(refunds.filter(state="asked", way="on_site")),
        "open_transfers": counted(
            IncomingTransfer.objects.visible_to(user).filter(municipality=town, state="open")
        ),
        "files": counted(TransferFile.objects.visible_to(user).filter(municipality=town, state="made")),
        "closed": Subquery(last.values("last_day")[:1]),
        "percent": Subquery(rate.values("percent")[:1]),
    }
    told = Municipality.objects.filter(pk=town.pk).values_list(*parts.values()).get()
    return dict(zip(parts, told, strict=True))


# --- Bills -----------------------------------------------------------------------------------------------------------

_STATES = {
    "open": Q(open__gt=0),
    "waiting": Q(waiting__gt=0),
    "paid": Q(charged__gt=0, open=0, waiting=0, paid__gt=F("refunded")),
    "refunding": Q(refunding__gt=0),
}


def _bills(request: Any, form: BillsForm) -> QuerySet[Any]:
    rows: QuerySet[Any] = (
        Bill.objects.visible_to(request.user).filter(municipality=request.town).with_standing()
    )
    given = form.cleaned_data if form.is_valid() else {}
    if given.get("state"):
        rows = rows.filter(_STATES[given["state"]])
    for word in (given.get("words") or "").split():
        rows = rows.filter(Q(number__icontains=word) | Q(payer_name__icontains=word))
    if given.get("first"):
        rows = rows.filter(made_at__gte=civil_day.start_of(given["first"]))
    if given.get("last"):
        rows = rows.filter(made_at__lte=civil_day.end_of(given["last"]))
    return rows.select_related("payee").order_by("-made_at", "-pk")


@never_cache
@require_safe
def bills(request: Any, code: str) -> HttpResponse:
    """Every bill of the town."""
    form = BillsForm(request.GET)
    page = paginate(request, _bills(request, form), per_page=50)
    leave_look(request, page)
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page),
        "filtered": bool(request.GET),
        "csv_url": f"{town_url(request, 'office-bills-csv')}?{request.GET.urlencode()}",
        "crumbs": money_crumbs(request, (_("請求"), "")),
    }
    return render(request, "payments/papers/office_bills.html", context)


@never_cache
@require_safe
def bills_csv(request: Any, code: str) -> HttpResponse:
    """The bills that the list shows, as a table; staff who take it leave a look."""
    found = list(_bills(request, BillsForm(request.GET))[:MOST_ROWS])
    leave_look(request, found, BILLS_LISTED)
    heads = [
        _("請求の番号"),
        _("日付"),
        _("内容"),
        _("払う人"),
        _("受け取る団体"),
        _("請求額"),
        _("支払われた額"),
        _("返した額"),
        _("返金の手続き中"),
        _("支払い待ち"),
        _("残り"),
        _("状態"),
    ]
    rows = [
        [
            row.bill.number,
            screen_time(row.bill.made_at).date().isoformat(),
            row.thing,
            row.bill.payer_name,
            row.bill.payee.name if row.bill.payee else str(request.town),
            row.bill.charged,
            row.bill.paid,
            row.bill.refunded,
            row.bill.refunding,
            row.bill.waiting,
            row.bill.open,
            row.label,
        ]
        for row in rows_of(found)
    ]
    return csv_file([heads, *rows], f"seikyu-{request.town.code}-{ledger.today().isoformat()}.csv")


@never_cache
@require_safe
def ledger_csv(request: Any, code: str) -> HttpResponse:
    """The books as a table, one line an account moved; without names of payers."""
    form = BillsForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    lines = LedgerLine.objects.visible_to(request.user).filter(municipality=request.town)
    if given.get("first"):
        lines = lines.filter(transaction__on_date__gte=given["first"])
    if given.get("last"):
        lines = lines.filter(transaction__on_date__lte=given["last"])
    heads = [
        _("仕訳"),
        _("日付"),
        _("種類"),
        _("勘定"),
        _("借方"),
        _("貸方"),
        _("請求の番号"),
        _("受け取る団体"),
    ]
    found = lines.select_related("transaction", "bill", "payee").order_by("transaction", "pk")[
        : MOST_ROWS * 5
    ]
    rows = [
        [
            line.transaction_id,
            line.transaction.on_date.isoformat(),
            str(line.transaction.get_kind_display()),
            str(line.get_account_display()),
            max(line.yen, 0),
            max(-line.yen, 0),
            line.bill.number if line.bill else "",
            line.payee.name if line.payee else "",
        ]
        for line in found
    ]
    return csv_file([heads, *rows], f"chobo-{request.town.code}-{ledger.today().isoformat()}.csv")


# --- Refunds ---------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def refunds(request: Any, code: str) -> HttpResponse:
    """Refunds that are not over: those that wait for an account first."""
    rows = Refund.objects.visible_to(request.user).filter(municipality=request.town)
    rows = rows.exclude(state__in=("done", "failed", "returned")).select_related("bill", "payment", "file")
    page = paginate(request, rows.order_by("state", "made_at", "pk"), per_page=50)
    leave_look(request, [row.bill for row in page])
    context = {"page": page, "crumbs": money_crumbs(request, (_("返金"), ""))}
    return render(request, "payments/papers/office_refunds.html", context)


# --- Statements ------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def statements_page(request: Any, code: str) -> HttpResponse:
    """Statements of all hosts, and closing a month by hand."""
    form = CloseForm(request.POST or None, initial={"last_day": statements.month_end_before(ledger.today())})
    made: list[Statement] = []

    def save() -> None:
        made.extend(
            statements.close_month(
                municipality=request.town, last_day=form.cleaned_data["last_day"], actor=request.user
            )
        )

    if request.method == "POST" and done(form, save):
        if made:
            messages.success(request, _("明細書を%(count)s件出しました。") % {"count": len(made)})
        else:
            messages.info(request, _("新しく出す明細書はありませんでした。"))
        return redirect(town_url(request, "office-statements"))
    rows = Statement.objects.visible_to(request.user).filter(municipality=request.town)
    context = {
        "form": form if handles(request) else None,
        "page": paginate(request, rows.select_related("payee").order_by("-last_day", "payee"), per_page=50),
        "crumbs": money_crumbs(request, (_("月の明細書"), "")),
    }
    return render(
        request, "payments/papers/office_statements.html", context, status=422 if form.errors else 200
    )


# --- Flaws -----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def flaws(request: Any, code: str) -> HttpResponse:
    """The books and papers of the town, reckoned anew at this moment."""
    found = [*check_books(municipality=request.town), *check_papers(municipality=request.town)]
    words = {**FLAWS, **PAPER_FLAWS}
    bills_of = _bills_of(found)
    with tenancy.unguarded():
        refused = list(RefusedNotice.objects.order_by("-hour")[:10])
    context = {
        "rows": [
            (one, words.get(one.code, one.code), bills_of.get((one.table, one.key))) for one in found[:200]
        ],
        "count": len(found),
        "refused": refused,
        "crumbs": money_crumbs(request, (_("帳簿の確かめ"), "")),
    }
    return render(request, "payments/papers/office_flaws.html", context)


def _bills_of(found: list[Any]) -> dict[tuple[str, int], int]:
    """The bill of each flaw that was found at one."""
    return {("bill", one.key): one.key for one in found if one.table == "bill"}
