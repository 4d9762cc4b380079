"""An employer's pages of payment files: choosing what is due, one file, and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.payments.bank_file import Kind, read_payer
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.records.models import Entry
from sosei.programmes.jobs.forms_pay import ReasonForm, RunForm
from sosei.programmes.jobs.models import BankAccount, Employer, PayRun, PayRunLine, Payslip
from sosei.programmes.jobs.payouts import gateway
from sosei.programmes.jobs.rules_pay import Paying
from sosei.programmes.jobs.services import pay_runs, pay_sending
from sosei.programmes.jobs.services.pay_balance import Standing, standings
from sosei.programmes.jobs.views.employer_common import employer_url, own_employer
from sosei.programmes.jobs.views.pay_pages import download, leave_looks, pay_crumbs
from sosei.programmes.jobs.views.workers.common import done

MOST = 500


def _run_url(run: PayRun) -> str:
    return employer_url("employer-pay-run", run.employer, run_id=run.pk)


def _crumbs(request: Any, employer: Employer, *more: tuple[Any, str]) -> Any:
    here = employer_url("employer-pay-runs", employer) if more else ""
    return pay_crumbs(request, employer, (_("振込"), here), *more)


@never_cache
@require_safe
def listed(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Files, the latest first."""
    employer = own_employer(request, employer_id)
    rows = PayRun.objects.visible_to(request.user).filter(employer=employer).defer("file")
    page = paginate(request, rows.order_by("-pay_on", "-pk"), per_page=25)
    context = {
        "employer": employer,
        "page": page,
        "rows": list(page),
        "due": len(_due(request, employer)),
        "crumbs": _crumbs(request, employer),
    }
    return render(request, "jobs/pay/runs.html", context)


def _due(request: Any, employer: Employer) -> list[Standing]:
    """Payslips that wait for their transfer, the earliest pay day first."""
    rows = list(
        Payslip.objects.visible_to(request.user)
        .filter(employer=employer, replaced_by__isnull=True, net__gt=0)
        # One that replaces another may be due although it stands in a file: the bank sent the earlier one back.
        .exclude(
            Exists(PayRunLine.objects.filter(payslip=OuterRef("pk"), counts=True)), replaces__isnull=True
        )
        .select_related("contract__posting")
        .order_by("pay_on", "contract__worker_kana", "pk")
    )
    return [one for one in standings(rows) if one.state is Paying.DUE][:MOST]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Payslips that are due with a box each, the day, and who transfers; then the file."""
    employer = own_employer(request, employer_id)
    due = _due(request, employer)
    leave_looks(request, [one.payslip.person_id for one in due])
    with tenancy.unguarded():
        accounts = set(
            BankAccount.objects.filter(person__in={one.payslip.person_id for one in due}).values_list(
                "person_id", flat=True
            )
        )
    posted = request.method == "POST"
    picked = set(request.POST.getlist("pick")) if posted else None
    form = RunForm(request.POST if posted else None, initial=_payer_before(request, employer))
    made: list[PayRun] = []

    def save() -> None:
        given = form.cleaned_data
        made.append(
            pay_runs.make_run(
                employer=employer,
                payslips=[one.payslip for one in due if str(one.payslip.pk) in (picked or ())],
                pay_on=given["pay_on"],
                payer=form.payer,
                kind=Kind(given["kind"]),
                actor=request.user,
            )
        )

    if posted and done(form, save):
        messages.success(request, _("振込ファイルを作りました。取り出して、銀行に送ってください。"))
        return redirect(_run_url(made[0]))
    rows = [
        {
            "standing": one,
            "has_account": one.payslip.person_id in accounts,
            "checked": str(one.payslip.pk) in picked
            if picked is not None
            else one.payslip.person_id in accounts,
        }
        for one in due
    ]
    context = {
        "employer": employer,
        "rows": rows,
        "form": form,
        "cancel_url": employer_url("employer-pay-runs", employer),
        "crumbs": _crumbs(request, employer, (_("振込ファイルを作る"), "")),
    }
    return render(request, "jobs/pay/run_new.html", context, status=422 if form.errors else 200)


def _payer_before(request: Any, employer: Employer) -> dict[str, Any]:
    """Who transferred last time."""
    last = PayRun.objects.visible_to(request.user).filter(employer=employer).order_by("-pk").first()
    payer = read_payer(bytes(last.file)) if last is not None else None
    if last is None or payer is None:
        return {}
    return {**asdict(payer), "kind": bytes(last.file)[1:3].decode("ascii")}


def _run(request: Any, employer_id: int, run_id: int) -> PayRun:
    employer = own_employer(request, employer_id)
    rows = PayRun.objects.visible_to(request.user).filter(employer=employer, pk=run_id)
    found: PayRun | None = rows.select_related("employer__municipality", "municipality").first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_safe
def one(request: Any, code: str, employer_id: int, run_id: int) -> HttpResponse:
    """A file with its transfers, and what can be done with it."""
    return _page(request, _run(request, employer_id, run_id))


def _page(request: Any, run: PayRun, form: ReasonForm | None = None) -> HttpResponse:
    lines = list(
        PayRunLine.objects.visible_to(request.user)
        .filter(run=run)
        .select_related("payslip__contract__posting")
        .order_by("payslip__contract__worker_kana", "pk")
    )
    leave_looks(request, [line.person_id for line in lines])
    record = {entry.verb: entry for entry in Entry.objects.about(run)}
    dropped = record.get("pay_run.dropped")
    context = {
        "employer": run.employer,
        "run": run,
        "lines": lines,
        "counting": sum(line.yen for line in lines if line.counts),
        "why_dropped": dropped.reason if dropped else "",
        "drop_form": form or ReasonForm(),
        "is_sent": "pay_run.sent" in record,
        "has_gateway": gateway() is not None and "pay_run.downloaded" not in record,
        "crumbs": _crumbs(request, run.employer, (_("振込日 %(day)s") % {"day": run.pay_on.isoformat()}, "")),
    }
    return render(request, "jobs/pay/run.html", context, status=422 if form and form.errors else 200)


@never_cache
@require_POST
def file(request: Any, code: str, employer_id: int, run_id: int) -> HttpResponse:
    """The file itself; that it was taken stays on record."""
    run = _run(request, employer_id, run_id)
    try:
        content = pay_runs.note_download(run=run, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(_run_url(run))
    leave_looks(request, run.lines.values_list("person_id", flat=True))
    return download(content, f"furikomi-{run.pay_on:%Y%m%d}-{run.pk}.txt", "application/octet-stream")


@never_cache
@require_POST
def settle(request: Any, code: str, employer_id: int, run_id: int) -> HttpResponse:
    """Transferred; or with `drop` not used, with the reason."""
    run = _run(request, employer_id, run_id)
    if "drop" in request.POST:
        form = ReasonForm(request.POST)
        if not done(
            form,
            lambda: pay_runs.drop_run(run=run, reason=form.cleaned_data["reason"], actor=request.user),
        ):
            return _page(request, run, form)
        messages.success(request, _("取りやめました。給与明細は、また振り込めるようになりました。"))
        return redirect(_run_url(run))
    try:
        pay_runs.mark_paid(run=run, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("振り込んだと記録しました。"))
    return redirect(_run_url(run))


@never_cache
@require_POST
def send(request: Any, code: str, employer_id: int, run_id: int) -> HttpResponse:
    """Through the transfer service of this installation."""
    run = _run(request, employer_id, run_id)
    service = gateway()
    if service is None:
        raise Http404
    try:
        sent = pay_sending.send_run(run=run, gateway=service, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("サービスの返事：振り込んだ%(paid)s件、待っている%(waiting)s件、断られた%(refused)s件。")
            % asdict(sent),
        )
    return redirect(_run_url(run))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: Any, code: str, employer_id: int, run_id: int, line_id: int) -> HttpResponse:
    """The bank could not pay one of them."""
    run = _run(request, employer_id, run_id)
    rows = PayRunLine.objects.visible_to(request.user).filter(run=run, counts=True)
    line = rows.select_related("run", "payslip__contract").filter(pk=line_id).first()
    if line is None or run.state == PayRun.State.DROPPED:
        raise Http404
    leave_looks(request, [line.person_id])
    together = list(rows.filter(person=line.person_id).values_list("yen", flat=True))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and done(
        form,
        lambda: pay_runs.return_transfer(line=line, reason=form.cleaned_data["reason"], actor=request.user),
    ):
        messages.success(request, _("振込から外しました。働く人に知らせました。"))
        return redirect(_run_url(run))
    context = {
        "employer": run.employer,
        "run": run,
        "line": line,
        "slips": len(together),
        "yen": sum(together),
        "form": form,
        "cancel_url": _run_url(run),
        "crumbs": _crumbs(
            request,
            run.employer,
            (_("振込日 %(day)s") % {"day": run.pay_on.isoformat()}, _run_url(run)),
            (_("振り込めなかった"), ""),
        ),
    }
    return render(request, "jobs/pay/run_return.html", context, status=422 if form.errors else 200)
