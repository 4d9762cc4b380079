"""The town's pages of measures: what the figures propose, deciding, answering objections, lifting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.models import Person
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.programmes.jobs.forms_care import MeasureForm, ObjectionAnswerForm, ReasonForm
from sosei.programmes.jobs.models import Employer, Restriction
from sosei.programmes.jobs.permissions import decides_impartially, is_partial
from sosei.programmes.jobs.rules_care import OF_WORKERS, Ground, MeasureKind
from sosei.programmes.jobs.services import restrictions as services
from sosei.programmes.jobs.views.care_measures import tag_of
from sosei.programmes.jobs.views.deal_pages import is_key
from sosei.programmes.jobs.views.employer_common import serves
from sosei.programmes.jobs.views.workers.common import done
from sosei.programmes.jobs.words_care import LOOK_MEASURES


def _rows(request: Any) -> Any:
    seen = Restriction.objects.visible_to(request.user).filter(municipality=request.town)
    return seen.select_related("person", "employer", "municipality", "made_by")


def _looked(request: Any, persons: Any) -> None:
    record_looks(
        staff=request.user,
        persons={key for key in persons if key},
        what=LOOK_MEASURES,
        municipality=request.town,
    )


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """What the figures propose, what is in force, what is over."""
    workers, employers = services.proposals(request.town)
    names = services.names_of(request.town, [one.person_id for one in workers])
    uids = dict(
        Person.objects.visible_to(request.user)
        .filter(pk__in=[one.person_id for one in workers])
        .values_list("pk", "uid")
    )
    page = paginate(request, _rows(request).order_by("-starts_at", "-pk"), per_page=25)
    _looked(request, [*(row.person_id for row in page), *(one.person_id for one in workers)])
    context = {
        "workers": [(one, names.get(one.person_id, ""), uids.get(one.person_id)) for one in workers],
        "employers": [
            (one, not is_partial(request.user, Restriction(employer=one.employer))) for one in employers
        ],
        "page": page,
        "rows": [(row, *tag_of(row)) for row in page],
        "may": serves(request),
        "crumbs": office_crumbs(request, (_("利用の制限"), "")),
    }
    return render(request, "jobs/care/office_measures.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str) -> HttpResponse:
    """Decides on a measure, the figures beside it."""
    person, employer = _whom(request)
    asked = Restriction(municipality=request.town, person=person, employer=employer)
    if not decides_impartially(request.user, asked):
        raise Http404
    if person is not None:
        name = services.names_of(request.town, [person.pk]).get(person.pk, "")
        figures: Any = services.worker_figures(request.town, [person.pk])[person.pk]
    else:
        name, figures = str(employer), services.employer_figures(request.town, [employer.pk])[0]
    if not name:
        raise Http404
    _looked(request, [person.pk if person else None])
    kinds = [kind for kind in MeasureKind if (kind in OF_WORKERS) == (person is not None)]
    proposal = figures.proposal
    initial = (
        {"kind": proposal.kind, "days": proposal.days, "ground": Ground.FIGURES, "reason": _reason(figures)}
        if proposal
        else {"ground": Ground.CONDUCT, "kind": kinds[0], "days": 7}
    )
    form = MeasureForm(request.POST or None, kinds=kinds, initial=initial)
    if request.method == "POST" and done(
        form,
        lambda: services.restrict(
            municipality=request.town,
            person=person,
            employer=employer,
            actor=request.user,
            **form.cleaned_data,
        ),
    ):
        messages.success(request, _("決めました。本人に知らせました。"))
        return redirect("jobs:office-restrictions", code=code)
    listed_url = reverse("jobs:office-restrictions", kwargs={"code": code})
    context = {
        "name": name,
        "figures": figures,
        "proposal": proposal,
        "proposed": Restriction.Kind(proposal.kind.value).label if proposal else "",
        "of_worker": person is not None,
        "form": form,
        "cancel_url": listed_url,
        "crumbs": office_crumbs(request, (_("利用の制限"), listed_url), (name, "")),
    }
    return render(request, "jobs/care/office_measure_new.html", context)


def _reason(figures: Any) -> str:
    """The figures in words, to begin the reason with."""
    if isinstance(figures, services.EmployerFigures):
        return _("始まりの24時間前より後に取りやめた仕事が、90日間に%(count)s回ありました。") % {
            "count": figures.short_notices
        }
    parts = []
    if figures.late.count:
        parts.append(
            _("始まりの24時間前より後の取り消しが、30日間に%(count)s回（%(points)s点）ありました。")
            % {"count": figures.late.count, "points": figures.late.points}
        )
    if figures.no_shows:
        parts.append(
            _("連絡なく来なかった日が、30日間に%(count)s日ありました。") % {"count": figures.no_shows}
        )
    return "".join(parts)


def _whom(request: Any) -> tuple[Any, Any]:
    """The worker or the employer of the address.

    Raises:
        Http404: neither, or not of this town.
    """
    key = request.GET.get("employer", "")
    if is_key(key):
        seen = Employer.objects.visible_to(request.user).filter(municipality=request.town, pk=int(key))
        employer = seen.select_related("municipality", "organisation").first()
        if employer is not None:
            return None, employer
        raise Http404
    try:
        uid = UUID(request.GET.get("person", ""))
    except ValueError:
        raise Http404 from None
    person = Person.objects.visible_to(request.user).filter(uid=uid).first()
    if person is None:
        raise Http404
    return person, None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Any, code: str, restriction_id: int) -> HttpResponse:
    """A measure: its objection answered, or lifted."""
    restriction = _rows(request).filter(pk=restriction_id).first()
    if restriction is None:
        raise Http404
    _looked(request, [restriction.person_id])
    may = decides_impartially(request.user, restriction)
    if request.method == "POST" and not may:
        raise Http404
    step = request.POST.get("step", "")
    answer = ObjectionAnswerForm(request.POST if step == "answer" else None)
    lift = ReasonForm(request.POST if step == "lift" else None)
    if request.method == "POST" and _did(request, restriction, step, answer, lift):
        return redirect("jobs:office-restriction", code=code, restriction_id=restriction.pk)
    kind, label = tag_of(restriction)
    context = {
        "restriction": restriction,
        "tag": kind,
        "standing": label,
        "holds": kind == "warning",
        "answers": services.answers_to(restriction),
        "may": may,
        "answer_form": answer,
        "lift_form": lift,
        "crumbs": office_crumbs(
            request,
            (_("利用の制限"), reverse("jobs:office-restrictions", kwargs={"code": code})),
            (restriction.get_kind_display(), ""),
        ),
    }
    return render(request, "jobs/care/office_measure.html", context)


def _did(
    request: Any, restriction: Restriction, step: str, answer: ObjectionAnswerForm, lift: ReasonForm
) -> bool:
    if step == "answer":
        text = _("返事を送りました。")
        saved = done(
            answer,
            lambda: services.answer_objection(
                restriction=restriction, answer=answer.cleaned_data["answer"], actor=request.user
            ),
        )
    else:
        text = _("取り消しました。本人に知らせました。")
        saved = done(
            lift,
            lambda: services.lift(
                restriction=restriction, reason=lift.cleaned_data["reason"], actor=request.user
            ),
        )
    if saved:
        messages.success(request, text)
    return saved
