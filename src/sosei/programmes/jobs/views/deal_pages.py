"""What pages of applications and contracts share: whose they are, the way to them, and a notice as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import rules
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from sosei.core.people.errors import RefusedError
from sosei.core.people.services.looks import record_looks
from sosei.programmes.jobs.models import Application, ApplicationShift, Contract, ContractVersion, Employer
from sosei.programmes.jobs.querysets import employers_of
from sosei.programmes.jobs.services.queue import place_in_queue
from sosei.programmes.jobs.words_contracts import LOOK

WANTED = Prefetch("wanted", ApplicationShift.objects.select_related("shift"))
"""The shifts that applications ask for, in one query."""
TAGS = {
    "applied": "info",
    "waiting": "warning",
    "offered": "warning",
    "contracted": "success",
    "active": "success",
    "finished": "neutral",
    "planned": "info",
    "worked": "success",
    "absent": "warning",
}


def is_key(text: str) -> bool:
    """Whether a text of the address can be a row's key."""
    return text.isdecimal() and len(text) < 19


def tag(state: str) -> str:
    """The kind of chip in which a state is shown."""
    return TAGS.get(state, "neutral")


def worker_crumbs(*rest: tuple[str, str]) -> Sequence[tuple[str, str]]:
    """The way to a worker's page."""
    home = [(_("ホーム"), reverse("portal:home"))]
    try:
        home.append((_("仕事"), reverse("jobs:my-work")))
    except NoReverseMatch:
        home.append((_("マイページ"), reverse("people:me")))
    return [*home, *rest]


def employer_crumbs(employer: Employer, *rest: tuple[str, str]) -> Sequence[tuple[str, str]]:
    """The way to an employer's page."""
    code = employer.municipality.code
    return [
        (_("ホーム"), reverse("portal:home")),
        (str(employer), reverse("jobs:employer", kwargs={"code": code, "employer_id": employer.pk})),
        *rest,
    ]


def employer_of(request: Any, employer_id: int) -> Employer:
    """The employer whose page is asked for.

    Raises:
        Http404: not of this town, or nobody for whom the user acts or serves.
    """
    seen = Employer.objects.visible_to(request.user).filter(municipality=request.town)
    found: Employer = get_object_or_404(seen.select_related("municipality", "organisation"), pk=employer_id)
    if not rules.has_perm("jobs.run_employer", request.user, found):
        raise Http404
    return found


def leave_looks(request: Any, employer: Employer, persons: Iterable[int], what: str) -> None:
    """The town's staff who open an employer's page leave a look on each worker shown; the employer's own people none."""
    if employer.pk not in employers_of(request.user):
        record_looks(staff=request.user, persons=set(persons), what=what, municipality=request.town)


def my_contract(request: Any, contract_id: int) -> Contract:
    """A contract of the person whom the request is for.

    Raises:
        Http404: there is none.
    """
    seen = Contract.objects.visible_to(request.user).filter(person=request.subject)
    return _contract(seen, contract_id)


def contract_of_employer(request: Any, employer: Employer, contract_id: int) -> Contract:
    """A contract of the employer; a look is left by the town's staff.

    Raises:
        Http404: there is none.
    """
    # Without the person, whom an employer does not read: a join would hide the row.
    seen = Contract.objects.visible_to(request.user).filter(employer=employer)
    found = _contract(seen, contract_id)
    leave_looks(request, employer, [found.person_id], LOOK)
    return found


def contract_of_town(request: Any, contract_id: int) -> Contract:
    """A contract of the town.

    Raises:
        Http404: there is none.
    """
    return _contract(Contract.objects.visible_to(request.user).filter(municipality=request.town), contract_id)


def _contract(rows: Any, key: int) -> Contract:
    related = ("posting__workplace", "employer", "municipality", "application", "lodging")
    found: Contract = get_object_or_404(rows.select_related(*related), pk=key)
    return found


def notice_file(request: Any, contract: Contract, number: int) -> HttpResponse:
    """The notice of a version as it was made.

    Raises:
        Http404: no such version.
    """
    version: ContractVersion = get_object_or_404(contract.versions.all(), number=number)
    response = HttpResponse(bytes(version.notice), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="notice-{contract.pk}-{number}.pdf"'
    response["ETag"] = f'"{version.notice_sha256}"'
    response["Cache-Control"] = "private, no-store"
    return response


def show_refusal(form: Any, error: RefusedError) -> None:
    """What a service refused, in its box or on top of the form, a line a reason."""
    for line in str(error).splitlines():
        form.add_error(error.field if error.field in form.fields else None, line)


def tell(request: Any, error: RefusedError) -> None:
    """What a service refused, where no form is shown."""
    messages.error(request, str(error))


def result_of(application: Application, place: int | None = None) -> tuple[str, str, str]:
    """Kind of banner, the plain word, and a sentence: what came of an application; `place` in the queue where known."""
    states = Application.State
    if application.state == states.WAITING:
        place = place or place_in_queue(application)
        return (
            "warning",
            _("順番待ち %(place)s番目") % {"place": place},
            _("いまはいっぱいです。場所が空いたら、すぐに知らせます。"),
        )
    if application.state == states.APPLIED:
        if application.group_id and application.posting.mode == "instant":
            return "info", _("友だちを待っています"), _("全員がそろうと、その場で決まります。")
        if application.posting.mode == "round":
            return "info", _("受け付けました"), _("受付が終わったあと、まとめて割り当てます。")
        return "info", _("選考中"), _("雇用主が返事をします。決まったら知らせます。")
    if application.state == states.OFFERED:
        if application.decided_at is not None:
            return "info", _("友だちの返事を待っています"), _("全員が「働く」と答えると決まります。")
        return "warning", _("場所が空きました"), _("働くかどうか、返事をしてください。")
    if application.state == states.CONTRACTED:
        return "success", _("決まりました"), _("労働契約ができました。労働条件通知書を読んでください。")
    words = {
        states.REFUSED: _("今回は決まりませんでした"),
        states.WITHDRAWN: _("取り下げました"),
        states.LAPSED: _("終わりました"),
    }
    return "info", words[states(application.state)], application.reason
