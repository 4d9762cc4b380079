"""What the pages of an employer have in common: whose they are, and the way there."""

from __future__ import annotations

from typing import Any

import rules
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality
from sosei.core.people.standing import standing_of
from sosei.programmes.jobs.models import Employer, Posting

Crumbs = list[tuple[Any, str]]


def town_of(request: Any) -> Municipality:
    """The town of the address.

    Raises:
        Http404: a municipality that does not use this installation.
    """
    if not request.town:
        raise Http404(_("この市区町村は Sosei を使っていません。"))
    return request.town  # type: ignore[no-any-return]


def own_employer(request: Any, employer_id: int) -> Employer:
    """The employer of the address, for whoever runs it.

    Raises:
        Http404: none in this town, or not run by this person.
    """
    seen = Employer.objects.visible_to(request.user).filter(municipality=request.town)
    found = seen.select_related("municipality", "organisation").filter(pk=employer_id).first()
    if found is None or not rules.has_perm("jobs.run_employer", request.user, found):
        raise Http404
    return found  # type: ignore[no-any-return]


def own_posting(request: Any, employer_id: int, posting_id: int) -> Posting:
    """A posting of the employer of the address.

    Raises:
        Http404: none, or not run by this person.
    """
    employer = own_employer(request, employer_id)
    seen = Posting.objects.visible_to(request.user).filter(employer=employer)
    found = (
        seen.select_related("municipality", "employer", "workplace", "lodging", "crop", "round")
        .prefetch_related("shifts")
        .filter(pk=posting_id)
        .first()
    )
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


def employer_crumbs(request: Any, employer: Employer, *more: tuple[Any, str]) -> Crumbs:
    """From the office or from the list of one's own employers down to a page."""
    if serves(request):
        first = (_("雇用主の確認"), reverse("jobs:employers-office", kwargs={"code": request.town.code}))
    else:
        first = (_("雇用主の画面"), reverse("jobs:my-employers"))
    here = employer_url("employer", employer)
    return [first, (str(employer), here if more else ""), *more]


def employer_url(name: str, employer: Employer, **more: Any) -> str:
    """An address of the employer's pages."""
    return reverse(
        f"jobs:{name}", kwargs={"code": employer.municipality.code, "employer_id": employer.pk, **more}
    )


def serves(request: Any) -> bool:
    """Whether the one who asks is programme staff of the town."""
    return standing_of(request.user).holds(roles.PROGRAMME_STAFF, request.town.pk)
