"""The town's pages of complaints: the queue by its days, taking one up, telling the employer what was agreed, answering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.forms_care import AnswerForm, TellEmployerForm
from sosei.programmes.jobs.models import Complaint
from sosei.programmes.jobs.permissions import decides_impartially
from sosei.programmes.jobs.rules_care import ComplaintKind, term_of
from sosei.programmes.jobs.services import complaints
from sosei.programmes.jobs.views.care_complaints import TAGS
from sosei.programmes.jobs.views.workers.common import done
from sosei.programmes.jobs.words_care import LOOK_COMPLAINTS


def _rows(request: Any) -> Any:
    seen = Complaint.objects.visible_to(request.user).filter(municipality=request.town)
    return seen.select_related("person", "about", "municipality", "handled_by")


def _today() -> Any:
    return timezone.now().astimezone(JST).date()


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """What waits, by its day; or what is answered."""
    answered = request.GET.get("show") == "answered"
    page = paginate(request, complaints.queue_of(_rows(request), answered=answered), per_page=25)
    record_looks(
        staff=request.user,
        persons={row.person_id for row in page},
        what=LOOK_COMPLAINTS,
        municipality=request.town,
    )
    today = _today()
    context = {
        "page": page,
        "answered": answered,
        "rows": [
            {"one": row, "tag": TAGS[row.state], "overdue": complaints.is_overdue(row, today)} for row in page
        ],
        "crumbs": office_crumbs(request, (_("仕事の相談"), "")),
    }
    return render(request, "jobs/care/office_complaints.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Any, code: str, complaint_id: int) -> HttpResponse:
    """A complaint and what staff do about it."""
    complaint = _rows(request).filter(pk=complaint_id).first()
    if complaint is None:
        raise Http404
    record_looks(
        staff=request.user, persons={complaint.person_id}, what=LOOK_COMPLAINTS, municipality=request.town
    )
    may = decides_impartially(request.user, complaint)
    if request.method == "POST" and not may:
        raise Http404
    step = request.POST.get("step", "")
    answer = AnswerForm(request.POST if step == "answer" else None)
    tell = TellEmployerForm(request.POST if step == "tell" else None)
    if request.method == "POST" and _did(request, complaint, step, answer, tell):
        return redirect("jobs:office-complaint", code=code, complaint_id=complaint.pk)
    reported = complaint.reported_at.astimezone(JST).date()
    context = {
        "complaint": complaint,
        "tag": TAGS[complaint.state],
        "overdue": complaints.is_overdue(complaint, _today()),
        "term": term_of(ComplaintKind(complaint.kind), reported),
        "told": complaints.told_to_employer(complaint),
        "may": may,
        "answer_form": answer,
        "tell_form": tell,
        "crumbs": office_crumbs(
            request,
            (_("仕事の相談"), reverse("jobs:office-complaints", kwargs={"code": code})),
            (complaint.get_kind_display(), ""),
        ),
    }
    return render(request, "jobs/care/office_complaint.html", context)


def _did(request: Any, complaint: Complaint, step: str, answer: AnswerForm, tell: TellEmployerForm) -> bool:
    """Whether a step was done; what was refused stands in its form."""
    if step == "start":
        try:
            complaints.start_complaint(complaint=complaint, actor=request.user)
        except RefusedError as error:
            messages.error(request, str(error))
        return True
    if step == "answer":
        text = _("答えを送りました。")
        saved = done(
            answer,
            lambda: complaints.answer_complaint(
                complaint=complaint, answer=answer.cleaned_data["answer"], actor=request.user
            ),
        )
    else:
        text = _("雇用主に伝えました。")
        saved = done(tell, lambda: _tell(request, complaint, tell))
    if saved:
        messages.success(request, text)
    return saved


def _tell(request: Any, complaint: Complaint, form: forms.Form) -> None:
    given = form.cleaned_data
    complaints.tell_employer(
        complaint=complaint, text=given["text"], agreed=given["agreed"], actor=request.user
    )
