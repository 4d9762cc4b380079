"""Workplaces and lodgings of an employer: entered, corrected, given up; a click on the map chooses the place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.design.map_fields import is_picking
from sosei.core.design.maps import MapPoint
from sosei.core.people.views.members import EndForm
from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.forms_employers import LodgingForm, WorkplaceForm
from sosei.programmes.jobs.models import Employer, Lodging, Workplace
from sosei.programmes.jobs.services import employer_places as services
from sosei.programmes.jobs.views.employer_common import employer_crumbs, employer_url, own_employer

MOST_KNOWN = 40
"""Points on the map by which one finds one's way."""


def known_points(request: Any, employer: Employer, besides: int = 0) -> list[MapPoint]:
    """The employer's own places, and those of others in the town where there are none."""
    seen = Workplace.objects.visible_to(request.user).filter(
        municipality=employer.municipality, closed_at__isnull=True
    )
    rows = list(seen.exclude(pk=besides).order_by("pk")[:MOST_KNOWN])
    own = [row for row in rows if row.employer_id == employer.pk]
    return [MapPoint(float(row.latitude), float(row.longitude), str(row)) for row in (own or rows)]


@require_http_methods(["GET", "HEAD", "POST"])
def new_workplace(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Enters a workplace."""
    return _workplace(request, own_employer(request, employer_id), None)


@require_http_methods(["GET", "HEAD", "POST"])
def workplace(request: Any, code: str, employer_id: int, place_id: int) -> HttpResponse:
    """Corrects a workplace."""
    employer = own_employer(request, employer_id)
    return _workplace(request, employer, get_object_or_404(_of(Workplace, request, employer), pk=place_id))


def _of(model: Any, request: Any, employer: Employer) -> Any:
    return model.objects.visible_to(request.user).filter(employer=employer, closed_at__isnull=True)


def _workplace(request: Any, employer: Employer, held: Workplace | None) -> HttpResponse:
    form = WorkplaceForm(
        request.POST or None,
        instance=_again(held),
        known=known_points(request, employer, held.pk if held else 0),
        town_code=employer.municipality.code,
    )

    def save(columns: dict[str, Any]) -> None:
        if held is None:
            services.enter_workplace(employer=employer, columns=columns, actor=request.user)
        else:
            services.change_workplace(workplace=held, columns=columns, actor=request.user)

    heading = _("就業場所を登録する") if held is None else _("「%(name)s」の内容を変える") % {"name": held}
    return _answer(request, employer, form, save, heading, held, "places")


def _again(held: Any) -> Any:
    """Another object of the same row, which the form may write on."""
    return type(held).objects.get(pk=held.pk) if held is not None else None


@require_http_methods(["GET", "HEAD", "POST"])
def new_lodging(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Enters beds."""
    return _lodging(request, own_employer(request, employer_id), None)


@require_http_methods(["GET", "HEAD", "POST"])
def lodging(request: Any, code: str, employer_id: int, place_id: int) -> HttpResponse:
    """Corrects beds."""
    employer = own_employer(request, employer_id)
    return _lodging(request, employer, get_object_or_404(_of(Lodging, request, employer), pk=place_id))


def _lodging(request: Any, employer: Employer, held: Lodging | None) -> HttpResponse:
    form = LodgingForm(request.POST or None, instance=_again(held), known=known_points(request, employer))

    def save(columns: dict[str, Any]) -> None:
        if held is None:
            services.enter_lodging(employer=employer, columns=columns, actor=request.user)
        else:
            services.change_lodging(lodging=held, columns=columns, actor=request.user)

    heading = _("泊まる場所を登録する") if held is None else _("「%(name)s」の内容を変える") % {"name": held}
    return _answer(request, employer, form, save, heading, held, "lodgings")


def _answer(
    request: Any, employer: Employer, form: Any, save: Any, heading: str, held: Any, kind: str
) -> HttpResponse:
    if request.method == "POST" and is_picking(request.POST, "place"):
        form.stand_still()
    elif request.method == "POST" and form.is_valid():
        try:
            save(form.columns())
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("保存しました。"))
            return redirect(employer_url("employer", employer) + "#places")
    context = {
        "form": form,
        "employer": employer,
        "heading": heading,
        "held": held,
        "close_url": employer_url("place-close", employer, kind=kind, place_id=held.pk) if held else "",
        "cancel_url": employer_url("employer", employer),
        "crumbs": employer_crumbs(request, employer, (heading, "")),
    }
    return render(request, "jobs/employers/place.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Any, code: str, employer_id: int, kind: str, place_id: int) -> HttpResponse:
    """A place that is not used any more."""
    employer = own_employer(request, employer_id)
    models: dict[str, Any] = {"places": Workplace, "lodgings": Lodging}
    if kind not in models:
        raise Http404
    held = get_object_or_404(_of(models[kind], request, employer), pk=place_id)
    form = EndForm(request.POST or None)
    form.fields["reason"].help_text = _("記録に残ります。例：畑を返した")
    if request.method == "POST" and form.is_valid():
        try:
            services.close_place(place=held, actor=request.user, reason=form.cleaned_data["reason"])
        except EmployerError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("「%(name)s」を使わないことにしました。") % {"name": held})
            return redirect(employer_url("employer", employer) + "#places")
    heading = _("「%(name)s」を使わないことにする") % {"name": held}
    context = {
        "form": form,
        "employer": employer,
        "heading": heading,
        "submit": _("使わないことにする"),
        "cancel_url": employer_url("employer", employer),
        "crumbs": employer_crumbs(request, employer, (heading, "")),
    }
    return render(request, "jobs/employers/ask.html", context)
