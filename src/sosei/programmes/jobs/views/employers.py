"""An employer's own pages: registration, home, what the town has checked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.forms_employers import EmployerForm, NewEmployerForm
from sosei.programmes.jobs.home import employer_cards
from sosei.programmes.jobs.models import Employer, Lodging, Posting, Workplace
from sosei.programmes.jobs.querysets import employers_of
from sosei.programmes.jobs.services import employers as services
from sosei.programmes.jobs.views.employer_common import (
    employer_crumbs,
    employer_url,
    own_employer,
    town_of,
)


@require_safe
def mine(request: Any) -> HttpResponse:
    """The employers one acts for; straight to the only one."""
    held = Employer.objects.visible_to(request.user).filter(pk__in=employers_of(request.user))
    rows = list(held.select_related("municipality").order_by("name"))
    if len(rows) == 1:
        return redirect(employer_url("employer", rows[0]))
    context = {
        "rows": [(row, employer_url("employer", row)) for row in rows],
        "crumbs": [(_("雇用主の画面"), "")],
    }
    return render(request, "jobs/employers/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str) -> HttpResponse:
    """Registers an employer."""
    town = town_of(request)
    form = NewEmployerForm(request.POST or None)
    if request.method == "POST" and request.POST.get("whose") != str(request.subject.uid):
        # Staff act for somebody for a time: what was begun for one never registers another.
        form.add_error(
            None,
            _(
                "この画面を開いたときと、操作している人がちがいます。だれの登録かを確かめて、もう一度押してください。"
            ),
        )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.register_employer(
                municipality=town,
                particulars=form.particulars(),
                corporate_number=form.cleaned_data["corporate_number"],
                person=request.subject,
                actor=request.user,
            )
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                _(
                    "登録を申し込みました。町の担当者が確かめます。その間に、働く場所と求人の下書きを用意できます。"
                ),
            )
            if request.subject.pk == request.user.pk:
                return redirect(employer_url("employer", made))
            return redirect("people:me")
    context = {"form": form, "town": town, "crumbs": [(_("雇用主の登録"), "")], "held": None}
    context["whose"] = request.subject.uid
    return render(request, "jobs/employers/form.html", context)


@require_safe
def home(request: Any, code: str, employer_id: int) -> HttpResponse:
    """What there is to do, the postings, the places."""
    employer = own_employer(request, employer_id)
    postings = list(
        Posting.objects.visible_to(request.user)
        .filter(employer=employer)
        .select_related("workplace")
        .prefetch_related("shifts")
        .order_by("state", "-published_at", "-pk")[:200]
    )
    context = {
        "employer": employer,
        "waits": services.waits_for_check(employer),
        "cards": employer_cards(employer, request),
        "drafts": [_line(one) for one in postings if one.state == Posting.State.DRAFT],
        "published": [_line(one) for one in postings if one.state == Posting.State.PUBLISHED],
        "closed": [_line(one) for one in postings if one.state == Posting.State.CLOSED][:20],
        "workplaces": _held(Workplace, employer, request),
        "lodgings": _held(Lodging, employer, request),
        "crumbs": employer_crumbs(request, employer),
    }
    return render(request, "jobs/employers/home.html", context)


def _held(model: Any, employer: Employer, request: Any) -> list[Any]:
    rows = model.objects.visible_to(request.user).filter(employer=employer, closed_at__isnull=True)
    return list(rows.order_by("name", "pk"))


def _line(posting: Posting) -> dict[str, Any]:
    shifts = [shift for shift in posting.shifts.all() if shift.called_off_at is None]
    return {
        "posting": posting,
        "first": min((shift.starts_at for shift in shifts), default=None),
        "last": max((shift.starts_at for shift in shifts), default=None),
        "places": sum(shift.capacity for shift in shifts),
        "taken": sum(shift.taken for shift in shifts),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Corrects the registration."""
    employer = own_employer(request, employer_id)
    form = EmployerForm(request.POST or None, instance=own_employer(request, employer_id))
    if request.method == "POST" and form.is_valid():
        try:
            checked = services.change_employer(
                employer=employer, particulars=form.particulars(), actor=request.user
            )
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            if checked:
                text = _("保存しました。町の担当者がもう一度確かめるまで、新しい求人は公開できません。")
                messages.warning(request, text)
            else:
                messages.success(request, _("保存しました。"))
            return redirect(employer_url("employer", employer))
    context = {
        "form": form,
        "town": request.town,
        "held": employer,
        "crumbs": employer_crumbs(request, employer, (_("登録の内容を変える"), "")),
    }
    return render(request, "jobs/employers/form.html", context)
