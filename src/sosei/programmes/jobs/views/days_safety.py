"""Safety notices, of an employer for its own people, of staff for the whole town: sent, and who has not answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.phones import shown_phone
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.programmes.jobs.forms_days import NoticeForm
from sosei.programmes.jobs.models import Employer, SafetyAnswer, SafetyNotice
from sosei.programmes.jobs.permissions import serves_work
from sosei.programmes.jobs.services import days_safety
from sosei.programmes.jobs.views.employer_common import employer_crumbs, employer_url, own_employer, serves
from sosei.programmes.jobs.views.workers.common import done
from sosei.programmes.jobs.words_days import LOOK

ORDER = {SafetyAnswer.Answer.HELP: 0, SafetyAnswer.Answer.TOLD: 1, SafetyAnswer.Answer.SAFE: 2}
TAGS = {"help": "error", "told": "warning", "safe": "success"}


def _kind(request: Any) -> str:
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    return asked if asked in SafetyNotice.Kind.values else SafetyNotice.Kind.HEAT.value


def _sent(request: Any, form: NoticeForm, town: Any, employer: Employer | None) -> SafetyNotice | None:
    made: list[SafetyNotice] = []

    def save() -> None:
        given = form.cleaned_data
        notice = days_safety.send_notice(
            municipality=town,
            employer=employer or given.get("employer"),
            kind=given["kind"],
            on=given["on"],
            text=given["text"],
            text_en=given["text_en"],
            actor=request.user,
        )
        made.append(notice)

    if request.method != "POST" or not done(form, save):
        return None
    messages.success(request, _("知らせを送りました。返事がない人には、電話をかけてください。"))
    return made[0]


def _page(
    request: Any, rows: Any, form: NoticeForm, *, employer: Employer | None, **context: Any
) -> HttpResponse:
    """Notices with how many were told, of the employer's own people where one is given."""
    mine = Q() if employer is None else Q(answers__employer=employer)

    def people(extra: Q) -> Count:
        return Count("answers__person", filter=mine & extra, distinct=True)

    counted = rows.select_related("employer").annotate(
        people=people(Q(answers__isnull=False)),
        open=people(Q(answers__answer="told")),
        help=people(Q(answers__answer="help")),
    )
    page = paginate(request, counted.order_by("-sent_at", "-pk"), per_page=10)
    given = {
        "form": form,
        "kind": _kind(request),
        "kinds": SafetyNotice.Kind.choices,
        "page": page,
        "employer": employer,
        **context,
    }
    return render(request, "jobs/days/safety.html", given)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_employer(request: Any, code: str, employer_id: int) -> HttpResponse:
    """An employer's notices, and a new one."""
    employer = own_employer(request, employer_id)
    form = NoticeForm(request.POST or None, kind=_kind(request))
    notice = _sent(request, form, employer.municipality, employer)
    if notice is not None:
        return redirect(employer_url("employer-safety-one", employer, notice_id=notice.pk))
    told = SafetyAnswer.objects.filter(employer=employer).order_by().values("notice")
    crumbs = employer_crumbs(request, employer, (_("安全の知らせ"), ""))
    # The town's own notices are shown to an employer as far as they went to its people.
    with tenancy.unguarded():
        rows = SafetyNotice.objects.filter(Q(employer=employer) | Q(pk__in=told))
        return _page(
            request, rows, form, employer=employer, one_name="jobs:employer-safety-one", crumbs=crumbs
        )


@never_cache
@require_safe
def one_of_employer(request: Any, code: str, employer_id: int, notice_id: int) -> HttpResponse:
    """Who has answered a notice, of the employer's own people."""
    employer = own_employer(request, employer_id)
    with tenancy.unguarded():
        rows = _answers(SafetyAnswer.objects.filter(employer=employer, notice=notice_id))
    if not rows:
        raise Http404
    if serves(request):
        _look(request, rows)
    list_url = employer_url("employer-safety", employer)
    crumbs = employer_crumbs(request, employer, (_("安全の知らせ"), list_url), (_("返事"), ""))
    return render(request, "jobs/days/safety_one.html", {**_of(rows), "crumbs": crumbs, "town": None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_town(request: Any, code: str) -> HttpResponse:
    """The town's notices, and a new one for all or for one employer."""
    employers = Employer.objects.visible_to(request.user).filter(municipality=request.town, state="approved")
    form = NoticeForm(request.POST or None, kind=_kind(request), employers=employers)
    notice = _sent(request, form, request.town, None)
    if notice is not None:
        return redirect("jobs:office-safety-one", code=code, notice_id=notice.pk)
    rows = SafetyNotice.objects.visible_to(request.user).filter(municipality=request.town)
    crumbs = office_crumbs(request, (_("仕事の安全の知らせ"), ""))
    return _page(request, rows, form, employer=None, one_name="jobs:office-safety-one", crumbs=crumbs)


@never_cache
@require_safe
def one_of_town(request: Any, code: str, notice_id: int) -> HttpResponse:
    """Who has answered a notice, in the whole town."""
    answers = SafetyAnswer.objects.visible_to(request.user).filter(
        municipality=request.town, notice=notice_id
    )
    rows = _answers(answers)
    if not rows:
        raise Http404
    _look(request, rows)
    way = (_("仕事の安全の知らせ"), reverse("jobs:office-safety", kwargs={"code": code}))
    crumbs = office_crumbs(request, *([way] if serves_work(request.user, rows[0]) else []), (_("返事"), ""))
    return render(request, "jobs/days/safety_one.html", {**_of(rows), "crumbs": crumbs, "town": request.town})


def _answers(rows: Any) -> list[SafetyAnswer]:
    """Those who need help first, then those who have not answered; a person once."""
    found = rows.select_related("notice__employer", "day__contract", "employer").order_by("pk")
    by_person = {row.person_id: row for row in found}
    return sorted(by_person.values(), key=lambda row: (ORDER[SafetyAnswer.Answer(row.answer)], row.pk))


def _of(rows: list[SafetyAnswer]) -> dict[str, Any]:
    return {
        "notice": rows[0].notice,
        "rows": [
            {
                "answer": row,
                "tag": TAGS[row.answer],
                "name": row.day.contract.worker_name,
                "phone": shown_phone(row.day.contract.worker_phone) if row.day.contract.worker_phone else "",
                "phone_link": row.day.contract.worker_phone,
            }
            for row in rows
        ],
        "open": sum(row.answer == SafetyAnswer.Answer.TOLD for row in rows),
        "help": sum(row.answer == SafetyAnswer.Answer.HELP for row in rows),
    }


def _look(request: Any, rows: list[SafetyAnswer]) -> None:
    persons = {row.person_id for row in rows}
    record_looks(staff=request.user, persons=persons, what=LOOK, municipality=request.town)
