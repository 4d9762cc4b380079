"""The public page of a posting, and the question one may ask there."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.maps import MapPoint, distance_text, draw_map, metres_between
from sosei.core.people import town_pages
from sosei.core.people.views.subject import lapsed
from sosei.programmes.jobs import kinds
from sosei.programmes.jobs.disclosures import changes_of
from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.forms_postings import QuestionForm
from sosei.programmes.jobs.legal_check import live_shifts
from sosei.programmes.jobs.models import Posting, Question
from sosei.programmes.jobs.panels import BESIDE, posting_panels
from sosei.programmes.jobs.posting_figures import floors_of, pay_of
from sosei.programmes.jobs.services import questions as services
from sosei.programmes.jobs.services.postings import FILLED, OVER
from sosei.programmes.jobs.views.employer_common import town_of
from sosei.programmes.jobs.words_contracts import ground_label


def _one(request: Any, posting_id: int) -> Posting:
    seen = Posting.objects.visible_to(request.user).filter(municipality=town_of(request))
    rows = seen.select_related("municipality", "employer", "workplace", "lodging", "crop", "round")
    found: Posting = get_object_or_404(rows.prefetch_related("shifts"), pk=posting_id)
    return found


@require_safe
def posting(request: Any, code: str, posting_id: int) -> HttpResponse:
    """Everything one wants to know before applying, and everything the law wants shown."""
    return _page(request, _one(request, posting_id), _empty_form(request))


def _empty_form(request: Any) -> QuestionForm | None:
    """None for visitors, who ask after signing in."""
    return QuestionForm(person=request.subject) if request.user.is_authenticated else None


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Any, code: str, posting_id: int) -> HttpResponse:
    """A question about it; after signing in one is led back to the page."""
    held = _one(request, posting_id)
    here = reverse("jobs:posting", kwargs={"code": code, "posting_id": posting_id})
    if request.method != "POST":
        return redirect(f"{here}#questions")
    if request.POST.get("about") != str(request.subject.uid):
        return lapsed(request)
    form = QuestionForm(request.POST, person=request.subject)
    if form.is_valid():
        try:
            services.ask_question(
                posting=held, person=request.subject, actor=request.user, text=form.cleaned_data["text"]
            )
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("質問を送りました。答えがあると、お知らせします。"))
            return redirect(f"{here}#questions")
    return _page(request, held, form)


def _page(request: Any, held: Posting, form: QuestionForm | None) -> HttpResponse:
    shifts = live_shifts(held)
    now = timezone.now()
    context = {
        "posting": held,
        "employer": held.employer,
        "town": request.town,
        "shifts": shifts,
        "free": sum(shift.free for shift in shifts if shift.starts_at > now),
        "now": now,
        "pays": pay_of(held, shifts),
        "floors": floors_of(held, shifts)[0],
        "map": _map(held),
        "away": _away(held),
        "kind": kinds.names_of([held.kind], kinds.WORK_KIND)[0] if held.kind else "",
        "licences": kinds.names_of(held.licences, kinds.LICENCE),
        "skills": kinds.names_of(held.skills, kinds.SKILL),
        "grounds": [ground_label(ground) for ground in held.cancellation_grounds],
        "duties": _duties(held),
        "because": _because(held),
        "questions": list(_questions(request, held)),
        "question_form": form,
        "changes": changes_of(held),
        "runs": rules.has_perm("jobs.run_employer", request.user, held),
        "crumbs": [*to_work(request), (str(held), "")],
    }
    panels = posting_panels(held, request)
    shown = [(one, render_to_string(one.template, {**context, **one.context}, request)) for one in panels]
    context["beside"] = [html for one, html in shown if one.order <= BESIDE]
    context["panels"] = [html for one, html in shown if one.order > BESIDE]
    return render(request, "jobs/postings/posting.html", context)


def to_work(request: Any) -> list[tuple[str, str]]:
    """The way from the town's page of work."""
    page = next((link for link in town_pages.TownPages(request) if link.current), None)
    return [(str(page.label), page.url)] if page is not None else []


def _questions(request: Any, held: Posting) -> Any:
    return Question.objects.visible_to(request.user).filter(posting=held).order_by("asked_at")[:100]


def _duties(held: Posting) -> str:
    english = (get_language() or "ja").startswith("en")
    return held.duties_en if english and held.duties_en else held.duties


def _because(held: Posting) -> str:
    """Why it is closed, in words."""
    known = {FILLED: _("全員決まりました。"), OVER: _("仕事の日が過ぎました。")}
    return known.get(held.closed_because, held.closed_because)


def _map(held: Posting) -> Any:
    place, lodging = held.workplace, held.lodging
    if place is None:
        return None
    centre = (float(place.latitude), float(place.longitude))
    points = [MapPoint(*centre, label=str(place), detail=place.address)]
    if lodging is not None and lodging.latitude is not None and lodging.longitude is not None:
        bed = (float(lodging.latitude), float(lodging.longitude))
        points.append(MapPoint(*bed, label=str(lodging), kind="lodging", detail=lodging.address))
    return draw_map(points, centre=centre)


def _away(held: Posting) -> str:
    """How far the beds are from the work."""
    place, lodging = held.workplace, held.lodging
    if place is None or lodging is None or lodging.latitude is None or lodging.longitude is None:
        return ""
    one = (float(place.latitude), float(place.longitude))
    return distance_text(metres_between(one, (float(lodging.latitude), float(lodging.longitude))))
