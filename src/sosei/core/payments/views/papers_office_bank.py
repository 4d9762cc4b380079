"""The town's pages of the bank: incoming transfers and what they pay, files of payouts and refunds."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.design.pagination import paginate
from sosei.core.payments.errors_papers import TransferError
from sosei.core.payments.forms_papers import (
    FileForm,
    ListForm,
    NoteForm,
    ReasonForm,
    ReturnedForm,
    SentForm,
)
from sosei.core.payments.models import IncomingTransfer, Payment, Payout, Refund, TransferFile
from sosei.core.payments.rules_matching import Candidate
from sosei.core.payments.rules_transfers import MOST_BYTES
from sosei.core.payments.services import ledger, parties, payouts, transfers
from sosei.core.payments.views.papers_common import done, download, handles, money_crumbs, town_url
from sosei.core.payments.words_papers import REASONS
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError

STATES = ("open", "matched", "set_aside")
OTHERS = 200


def _why(one: Candidate) -> list[str]:
    return [str(REASONS[reason]) % {"yen": f"{abs(one.difference):,}"} for reason in one.reasons]


# --- Incoming transfers ----------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def incoming(request: Any, code: str) -> HttpResponse:
    """What came in: proposals to confirm, what fits nothing yet, what was decided; and reading another list."""
    form = ListForm()
    if request.method == "POST":
        if "confirm" in request.POST:
            return _confirm(request)
        form = ListForm(request.POST, request.FILES)
        if _imported(request, form):
            return redirect(town_url(request, "office-transfers"))
    state = request.GET.get("state", "open")
    rows = IncomingTransfer.objects.visible_to(request.user).filter(
        municipality=request.town, state=state if state in STATES else "open"
    )
    page = paginate(request, rows.select_related("payment__bill").order_by("-on_date", "-pk"), per_page=50)
    with tenancy.unguarded():
        found = transfers.proposed(page, request.town)
    context = {
        "form": form if handles(request) else None,
        "page": page,
        "state": state if state in STATES else "open",
        "states": [(one, IncomingTransfer.State(one).label) for one in STATES],
        "rows": [
            {
                "transfer": one.transfer,
                "exact": one.exact,
                "best": one.likely[0] if one.likely else None,
                "why": _why((one.exact or one.likely[0])[0]) if one.likely else [],
                "others": max(0, len(one.likely) - 1),
            }
            for one in found
        ],
        "exact": any(one.exact for one in found),
        "crumbs": money_crumbs(request, (_("銀行の入金"), "")),
    }
    return render(
        request, "payments/papers/office_transfers.html", context, status=422 if form.errors else 200
    )


def _imported(request: Any, form: ListForm) -> bool:
    made: list[transfers.Imported] = []

    def save() -> None:
        content = form.cleaned_data["file"].read(MOST_BYTES + 1)
        made.append(transfers.import_list(municipality=request.town, content=content, actor=request.user))

    if not done(form, save):
        return False
    told = {"new": made[0].new, "known": made[0].known, "skipped": made[0].skipped}
    messages.success(
        request,
        _("入金を%(new)s件読み込みました。もうあったもの%(known)s件、入金でない行%(skipped)s件。") % told,
    )
    return True


def _confirm(request: Any) -> HttpResponse:
    pairs = []
    for one in request.POST.getlist("confirm")[:OTHERS]:
        transfer, _sep, payment = one.partition(":")
        if not (transfer.isascii() and transfer.isdigit() and payment.isascii() and payment.isdigit()):
            raise Http404
        pairs.append((int(transfer), int(payment)))
    try:
        count = transfers.match_exact(municipality=request.town, keys=pairs, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(count)s件の入金を支払いに結びつけました。") % {"count": count})
    return redirect(town_url(request, "office-transfers"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_transfer(request: Any, code: str, transfer_id: int) -> HttpResponse:
    """One transfer: what it may be for, several together, set aside, opened again."""
    rows = IncomingTransfer.objects.visible_to(request.user).filter(municipality=request.town)
    found = rows.select_related("municipality", "payment__bill").filter(pk=transfer_id).first()
    if found is None:
        raise Http404
    form = NoteForm(request.POST or None, initial={"note": found.note})
    if request.method == "POST" and done(form, lambda: _decide(request, found, form.cleaned_data["note"])):
        return redirect(town_url(request, "office-transfers"))
    others = rows.filter(state="open").exclude(pk=found.pk).order_by("-on_date", "-pk")[:OTHERS]
    with tenancy.unguarded():
        (proposal,) = transfers.proposed([found], request.town)
        awaited = list(transfers.awaited_payments(request.town).values())
        settled_by = str(found.settled_by or "")
    likely = [(candidate, payment, _why(candidate)) for candidate, payment in proposal.likely]
    named = {payment.pk for _candidate, payment, _words in likely}
    context = {
        "transfer": found,
        "settled_by": settled_by,
        "likely": likely,
        "rest": [one for one in awaited if one.pk not in named][:OTHERS],
        "others": [one for one in others if _alike(one, found)],
        "form": form,
        "handles": handles(request),
        "crumbs": money_crumbs(
            request,
            (_("銀行の入金"), town_url(request, "office-transfers")),
            (found.on_date.isoformat(), ""),
        ),
    }
    return render(
        request, "payments/papers/office_transfer.html", context, status=422 if form.errors else 200
    )


def _alike(one: IncomingTransfer, other: IncomingTransfer) -> bool:
    """Whether two transfers may be from the same payer."""
    return one.payer_kana.replace(" ", "")[:6] == other.payer_kana.replace(" ", "")[:6]


def _decide(request: Any, found: IncomingTransfer, note: str) -> None:
    what = request.POST.get("do", "")
    if what == "set-aside":
        transfers.set_aside(transfer=found, note=note, actor=request.user)
        messages.success(request, _("請求と関係ない入金にしました。"))
    elif what == "reopen":
        transfers.reopen(transfer=found, actor=request.user)
        messages.success(request, _("もう一度結びつけられるようにしました。"))
    else:
        _match(request, found, note)


def _match(request: Any, found: IncomingTransfer, note: str) -> None:
    key = request.POST.get("payment", "")
    with tenancy.unguarded():
        payment = (
            Payment.objects.select_related("bill", "municipality")
            .filter(municipality=request.town, pk=int(key) if key.isascii() and key.isdigit() else 0)
            .first()
        )
    if payment is None:
        raise TransferError(_("どの請求の支払いかを選んでください。"))
    keys = [one for one in request.POST.getlist("with") if one.isascii() and one.isdigit()][:OTHERS]
    others = IncomingTransfer.objects.visible_to(request.user).filter(municipality=request.town, pk__in=keys)
    transfers.match(transfers=[found, *others], payment=payment, actor=request.user, note=note)
    messages.success(request, _("支払いに結びつけました。"))


# --- Payouts ---------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payout_list(request: Any, code: str) -> HttpResponse:
    """What is due to hosts and payers with a box each, the day, and the files made so far."""
    due = payouts.due_statements(request.town)
    for_bank = Refund.objects.visible_to(request.user).filter(municipality=request.town)
    backs = list(for_bank.for_bank().select_related("bill").order_by("pk")[:OTHERS])
    posted = request.method == "POST"
    form = FileForm(request.POST if posted else None, initial={"pay_on": _next_day()})
    picked = set(request.POST.getlist("pick"))
    made: list[TransferFile] = []

    def save() -> None:
        made.append(
            payouts.make_file(
                municipality=request.town,
                statements=[one for one in due if f"s{one.pk}" in picked],
                refunds_due=[one for one in backs if f"r{one.pk}" in picked],
                pay_on=form.cleaned_data["pay_on"],
                actor=request.user,
            )
        )

    if posted and done(form, save):
        messages.success(request, _("振込ファイルを作りました。取り出して、銀行に送ってください。"))
        return redirect(town_url(request, "office-payout", file_id=made[0].pk))
    with tenancy.unguarded():
        accounts = parties.with_account([one.payee_id for one in due])
        payer = parties.collecting_account(request.town)
    files = TransferFile.objects.visible_to(request.user).filter(municipality=request.town).defer("content")
    context = {
        "form": form if handles(request) else None,
        "due": [(one, one.payee_id in accounts, not posted or f"s{one.pk}" in picked) for one in due],
        "backs": [(one, not posted or f"r{one.pk}" in picked) for one in backs],
        "payer": payer,
        "page": paginate(request, files.order_by("-pay_on", "-pk"), per_page=25),
        "crumbs": money_crumbs(request, (_("振込"), "")),
    }
    return render(request, "payments/papers/office_payouts.html", context, status=422 if form.errors else 200)


def _next_day() -> datetime.date:
    day = ledger.today() + datetime.timedelta(days=1)
    while day.weekday() >= payouts.SATURDAY:
        day += datetime.timedelta(days=1)
    return day


def _file(request: Any, file_id: int) -> TransferFile:
    rows = TransferFile.objects.visible_to(request.user).filter(municipality=request.town, pk=file_id)
    found: TransferFile | None = rows.select_related("municipality").first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payout(request: Any, code: str, file_id: int) -> HttpResponse:
    """A file with its transfers, and what became of it."""
    file = _file(request, file_id)
    drop = "drop" in request.POST
    sent_form = SentForm(
        request.POST if request.method == "POST" and not drop else None, initial={"on_date": ledger.today()}
    )
    drop_form = ReasonForm(request.POST if drop else None)
    if request.method == "POST" and _settled(request, file, sent_form, drop_form, drop=drop):
        return redirect(town_url(request, "office-payout", file_id=file.pk))
    context = {
        "file": file,
        "payouts": list(file.payouts.select_related("payee", "statement").order_by("payee__name", "pk")),
        "backs": list(
            Refund.objects.visible_to(request.user).filter(file=file).select_related("bill").order_by("pk")
        ),
        "handles": handles(request),
        "sent_form": sent_form,
        "drop_form": drop_form,
        "crumbs": money_crumbs(
            request,
            (_("振込"), town_url(request, "office-payouts")),
            (file.pay_on.isoformat(), ""),
        ),
    }
    broken = sent_form.errors or drop_form.errors
    return render(request, "payments/papers/office_payout.html", context, status=422 if broken else 200)


def _settled(request: Any, file: TransferFile, sent: SentForm, drop_form: ReasonForm, *, drop: bool) -> bool:
    if drop:
        saved = done(
            drop_form,
            lambda: payouts.drop_file(file=file, reason=drop_form.cleaned_data["reason"], actor=request.user),
        )
        told = _("取りやめました。明細書と返金は、また振り込めるようになりました。")
    else:
        saved = done(
            sent,
            lambda: payouts.mark_sent(file=file, on_date=sent.cleaned_data["on_date"], actor=request.user),
        )
        told = _("振り込んだと記録しました。")
    if saved:
        messages.success(request, told)
    return saved


@never_cache
@require_POST
def payout_file(request: Any, code: str, file_id: int) -> HttpResponse:
    """The file itself; that it was taken stays on record."""
    file = _file(request, file_id)
    try:
        content = payouts.take_file(file=file, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(town_url(request, "office-payout", file_id=file.pk))
    return download(content, f"furikomi-{file.pay_on:%Y%m%d}-{file.pk}.txt", "application/octet-stream")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payout_return(request: Any, code: str, file_id: int, payout_id: int) -> HttpResponse:
    """The bank sent one transfer to a host back."""
    file = _file(request, file_id)
    rows = Payout.objects.visible_to(request.user).filter(file=file, pk=payout_id, state="paid")
    found = rows.select_related("payee", "municipality").first()
    if found is None:
        raise Http404
    form = ReturnedForm(request.POST or None, initial={"on_date": ledger.today()})
    here = town_url(request, "office-payout", file_id=file.pk)
    if request.method == "POST" and done(
        form,
        lambda: payouts.return_payout(
            payout=found,
            on_date=form.cleaned_data["on_date"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
        ),
    ):
        messages.success(request, _("戻ったと記録しました。団体に知らせました。"))
        return redirect(here)
    context = {
        "form": form,
        "lead": _("%(host)sへの%(yen)s円の振込が銀行から戻ったときに、記録します。")
        % {"host": found.payee, "yen": f"{found.yen:,}"},
        "title": _("振込が戻った"),
        "cancel_url": here,
        "button": _("戻ったと記録する"),
        "crumbs": money_crumbs(
            request,
            (_("振込"), town_url(request, "office-payouts")),
            (file.pay_on.isoformat(), here),
            (_("戻った"), ""),
        ),
    }
    return render(request, "payments/papers/office_form.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refund_return(request: Any, code: str, file_id: int, refund_id: int) -> HttpResponse:
    """The bank could not pay one refund of a file: the payer is asked for another account."""
    file = _file(request, file_id)
    rows = Refund.objects.visible_to(request.user).filter(file=file, pk=refund_id, state__in=("sent", "done"))
    found = rows.select_related("bill").first()
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    here = town_url(request, "office-payout", file_id=file.pk)
    if request.method == "POST" and done(
        form,
        lambda: payouts.return_refund(refund=found, reason=form.cleaned_data["reason"], actor=request.user),
    ):
        messages.success(request, _("振り込めなかったと記録しました。払った人に、新しい口座をたのみました。"))
        return redirect(here)
    context = {
        "form": form,
        "lead": _("請求 %(number)s の返金 %(yen)s円を、銀行が振り込めなかったときに記録します。")
        % {"number": found.bill.number, "yen": f"{found.yen:,}"},
        "title": _("返金を振り込めなかった"),
        "cancel_url": here,
        "button": _("振り込めなかったと記録する"),
        "crumbs": money_crumbs(
            request,
            (_("振込"), town_url(request, "office-payouts")),
            (file.pay_on.isoformat(), here),
            (_("振り込めなかった"), ""),
        ),
    }
    return render(request, "payments/papers/office_form.html", context, status=422 if form.errors else 200)
