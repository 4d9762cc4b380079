"""The employer's form of a posting: saved as a draft at any time, with the law's answer beside it as one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.programmes.jobs.errors_postings import EmployerError, UnlawfulPostingError
from sosei.programmes.jobs.forms_postings import PostingForm, SeriesForm
from sosei.programmes.jobs.legal_check import LegalFlaw, check_posting, live_shifts
from sosei.programmes.jobs.models import Employer, Posting, Shift
from sosei.programmes.jobs.posting_figures import floors_of, pay_of, similar_to
from sosei.programmes.jobs.services import employers, postings
from sosei.programmes.jobs.views.employer_common import (
    employer_crumbs,
    employer_url,
    own_employer,
    own_posting,
)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Begins a draft."""
    employer = own_employer(request, employer_id)
    form = PostingForm(request.POST or None, employer=employer, person=request.user)
    if request.method == "POST" and form.is_valid():
        made = postings.write_posting(employer=employer, columns=form.columns(), actor=request.user)
        messages.success(request, _("下書きを保存しました。次に、勤務日を入れてください。"))
        return redirect(edit_url(made) + "#shifts")
    posting = Posting(employer=employer, municipality=employer.municipality)
    return _page(request, employer, posting, form, [])


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """Changes a posting; a published one only so that the law still finds no flaw."""
    posting = own_posting(request, employer_id, posting_id)
    employer = posting.employer
    again = own_posting(request, employer_id, posting_id) if request.method == "POST" else posting
    form = PostingForm(request.POST or None, instance=again, employer=employer, person=request.user)
    flaws: Sequence[LegalFlaw] = ()
    if request.method == "POST" and form.is_valid():
        try:
            told = postings.change_posting(
                posting=posting,
                columns=form.columns(),
                actor=request.user,
                reason=str(request.POST.get("change_reason", "")),
            )
        except UnlawfulPostingError as error:
            flaws = error.flaws
            messages.error(request, _("保存していません。公開中の求人は、直すところがあると変えられません。"))
        except EmployerError as error:
            form.add_error(None, str(error))
        else:
            text = (
                _("変えました。申し込んだ人に、変わったところを知らせました。")
                if told
                else _("保存しました。")
            )
            messages.success(request, text)
            return redirect(edit_url(posting))
    return _page(request, employer, posting, form, live_shifts(posting), flaws)


def edit_url(posting: Posting) -> str:
    """The form of a posting."""
    return employer_url("posting-edit", posting.employer, posting_id=posting.pk)


def _page(
    request: Any,
    employer: Employer,
    posting: Posting,
    form: PostingForm,
    shifts: list[Shift],
    refused: Sequence[LegalFlaw] = (),
) -> HttpResponse:
    flaws = refused or (check_posting(posting, shifts) if posting.pk and not posting.published_at else ())
    context = {
        "employer": employer,
        "posting": posting,
        "form": form,
        "shifts": shifts,
        "series_form": SeriesForm(),
        "may_publish": employers.may_publish(employer),
        "flaws": linked(flaws, posting),
        **_figures(posting, shifts),
        "crumbs": employer_crumbs(request, employer, (str(posting) or _("新しい求人"), "")),
    }
    return render(request, "jobs/postings/edit.html", context)


def _figures(posting: Posting, shifts: list[Shift]) -> dict[str, Any]:
    floors, unknown = floors_of(posting, shifts)
    return {
        "floors": floors,
        "floor_unknown": unknown,
        "pays": pay_of(posting, shifts),
        "similar": similar_to(posting),
    }


def linked(flaws: Sequence[LegalFlaw], posting: Posting) -> list[tuple[LegalFlaw, str]]:
    """Each flaw with the address of the box in which it is mended."""
    return [(flaw, _where(flaw.column, posting)) for flaw in flaws]


def _where(column: str, posting: Posting) -> str:
    if column == "employer":
        return employer_url("employer-change", posting.employer)
    if column == "place_page" and posting.workplace_id:
        return employer_url("workplace", posting.employer, place_id=posting.workplace_id) + "#id_smoking"
    if column in ("shifts", "place_page"):
        return "#shifts" if column == "shifts" else "#id_workplace"
    return f"#id_{column}"


@require_http_methods(["POST"])
def live(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """The figures and flaws of what is typed, without saving it; asked without htmx it leads to the form."""
    posting = own_posting(request, employer_id, posting_id)
    if not getattr(request, "htmx", False):
        return redirect(edit_url(posting))
    shifts = live_shifts(posting)
    form = PostingForm(request.POST, instance=posting, employer=posting.employer, person=request.user)
    form.is_valid()
    for name, value in form.cleaned_data.items():
        if name in form.fields:
            setattr(posting, name, value)
    posting.commuting_yen = posting.commuting_yen or 0
    context = {
        "posting": posting,
        "flaws": linked(check_posting(posting, shifts), posting),
        "shifts": shifts,
        "may_publish": employers.may_publish(posting.employer),
        **_figures(posting, shifts),
    }
    return render(request, "jobs/postings/_live.html", context)


def public_url(posting: Posting) -> str:
    """The public page."""
    return reverse("jobs:posting", kwargs={"code": posting.municipality.code, "posting_id": posting.pk})
