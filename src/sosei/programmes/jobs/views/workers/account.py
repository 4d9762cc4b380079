"""The account to which wages go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.payments.bank_text import Account
from sosei.core.people.views.subject import acting, subject_page, typed_before
from sosei.programmes.jobs.forms_workers import AccountForm
from sosei.programmes.jobs.models import BankAccount
from sosei.programmes.jobs.services import workers
from sosei.programmes.jobs.views.workers.common import done, work_crumbs

SHOWN_DIGITS = 3


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def account(request: Any) -> HttpResponse:
    """The form; staff who act for the worker see the end of the number alone, and enter another as a whole."""
    held = BankAccount.objects.filter(person=request.subject).first()
    if request.method == "POST":
        form = AccountForm(request.POST, person=request.subject)
        if done(form, lambda: workers.save_account(by=acting(request), account=form.account)):
            messages.success(request, _("口座を保存しました。"))
            return redirect("jobs:my-account")
    else:
        kept = {name: getattr(held, name) for name in Account.__dataclass_fields__} if held else {}
        initial = {} if request.proxy_session is not None else kept
        form = AccountForm(initial={**initial, **typed_before(request)}, person=request.subject)
    context = {
        "crumbs": work_crumbs((_("振込先の口座"), "")),
        "form": form,
        "held": held,
        "ending": held.number[-SHOWN_DIGITS:] if held else "",
        "subject": request.subject,
        "cancel_url": reverse("jobs:my-work"),
    }
    return render(request, "jobs/workers/account.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
@subject_page
def remove_account(request: Any) -> HttpResponse:
    """Forgets the account."""
    if workers.remove_account(by=acting(request)):
        messages.success(request, _("口座を消しました。"))
    return redirect("jobs:my-account")
