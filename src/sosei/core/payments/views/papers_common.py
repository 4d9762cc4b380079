"""What the pages of bills and papers share: the ways by which somebody comes to a bill, and files to keep."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.payments import tokens
from sosei.core.payments.models import Bill
from sosei.core.payments.querysets import payees_of, towns_of
from sosei.core.payments.words_papers import BILL_SEEN
from sosei.core.people import roles, tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Organisation, Person
from sosei.core.people.services.looks import record_looks
from sosei.core.people.standing import standing_of
from sosei.core.people.views.subject import office_crumbs, show_refusal
from sosei.core.records.csv_file import BOM, guarded

Crumbs = list[tuple[str, str]]


@dataclass(frozen=True)
class Door:
    """How somebody came to a bill.

    Attributes:
        kind: my (the payer), guest (by a link), host or office.
        actor: who acts, for the services; None for a guest.
        may_act: whether this reader may pay, or have papers issued.
        about: whom a form is for; "" where it is nobody with an account.
    """

    bill: Bill
    kind: str
    actor: Person | None
    may_act: bool = True
    about: str = ""

    @property
    def by_link(self) -> bool:
        """A guest without an account."""
        return self.kind == "guest"

    @property
    def is_payer(self) -> bool:
        """Reads as the one who pays."""
        return self.kind in ("my", "guest")

    def url(self, step: str = "", **more: Any) -> str:
        """The address of a page of the bill on this way."""
        step = f"-{step}" if step else ""
        if self.kind == "my":
            return reverse(f"payments:bill{step}", kwargs={"pk": self.bill.pk, **more})
        if self.kind == "guest":
            return reverse(f"payments:guest-bill{step}", kwargs={"token": tokens.token_of(self.bill), **more})
        kwargs: dict[str, Any] = {"code": self.bill.municipality.code, "pk": self.bill.pk, **more}
        if self.kind == "host":
            kwargs["organisation_id"] = self.bill.payee_id
        return reverse(f"payments:{self.kind}-bill{step}", kwargs=kwargs)

    def crumbs(self, *more: tuple[str, str]) -> Crumbs:
        """The way to the bill, and on."""
        label = _("請求 %(number)s") % {"number": self.bill.number}
        return [*self._first(), (label, self.url() if more else ""), *more]

    def _first(self) -> Crumbs:
        if self.kind == "my":
            return [(_("ホーム"), reverse("portal:home")), (_("支払い"), reverse("payments:my-payments"))]
        if self.kind == "guest":
            return [(_("ホーム"), reverse("portal:home"))]
        if self.kind == "host":
            assert self.bill.payee is not None
            return host_crumbs(self.bill.payee, (_("請求"), host_url("host-bills", self.bill.payee)))
        code = self.bill.municipality.code
        return [
            (_("ホーム"), reverse("portal:home")),
            (_("お金"), reverse("payments:office", kwargs={"code": code})),
            (_("請求"), reverse("payments:office-bills", kwargs={"code": code})),
        ]


_RELATED = ("municipality", "payee", "person")


def my_door(request: Any, pk: int) -> Door:
    """A bill of the person whom the request is for.

    Raises:
        Http404: there is none.
    """
    with tenancy.unguarded():
        bill = Bill.objects.select_related(*_RELATED).filter(person=request.subject, pk=pk).first()
    if bill is None:
        raise Http404
    return Door(bill, "my", request.user, about=str(request.subject.uid))


def guest_door(request: Any, token: str) -> Door:
    """The bill that a link opens.

    Raises:
        Http404: nobody gave out that link.
    """
    bill = tokens.bill_of(token)
    if bill is None:
        raise Http404(_("このリンクは使えません。メールのリンクを、もう一度開いてください。"))
    return Door(bill, "guest", None)


def host_door(request: Any, organisation_id: int, pk: int) -> Door:
    """A bill of the host of the address.

    Raises:
        Http404: none, or not for this person.
    """
    host = own_host(request, organisation_id)
    seen = Bill.objects.visible_to(request.user).filter(payee=host, pk=pk)
    bill = seen.select_related(*_RELATED, "payee__municipality").first()
    if bill is None:
        raise Http404
    leave_look(request, [bill])
    return Door(bill, "host", request.user)


def office_door(request: Any, pk: int) -> Door:
    """A bill of the town of the address; staff who open it leave a look.

    Raises:
        Http404: there is none.
    """
    rows = Bill.objects.visible_to(request.user).filter(municipality=request.town, pk=pk)
    bill = rows.select_related(*_RELATED).first()
    if bill is None:
        raise Http404
    leave_look(request, [bill])
    return Door(bill, "office", request.user, may_act=handles(request))


def handles(request: Any) -> bool:
    """Whether the reader is programme staff of the town."""
    return standing_of(request.user).holds(roles.PROGRAMME_STAFF, request.town.pk)


def leave_look(request: Any, bills: Iterable[Bill], what: str = BILL_SEEN) -> None:
    """Staff who see what somebody pays leave a trace that the payer sees."""
    if not standing_of(request.user).towns_as(roles.SEES_PERSONAL_DATA) & {request.town.pk}:
        return
    persons = {bill.person_id for bill in bills if bill.person_id is not None}
    record_looks(staff=request.user, persons=persons, what=what, municipality=request.town)


def own_host(request: Any, organisation_id: int) -> Organisation:
    """The organisation of the address, for whoever looks after its money, and the town's staff who see it.

    Raises:
        Http404: none in this town, or not this person's.
    """
    found = Organisation.objects.select_related("municipality").filter(
        municipality=request.town, pk=organisation_id
    )
    host = found.first()
    seen = host is not None and (
        host.pk in payees_of(request.user)
        or standing_of(request.user).towns_as(roles.SEES_PERSONAL_DATA) & {request.town.pk}
    )
    if host is None or not seen:
        raise Http404
    return host


def host_url(name: str, host: Organisation, **more: Any) -> str:
    """An address of a host's pages of money."""
    return reverse(
        f"payments:{name}",
        kwargs={"code": host.municipality.code, "organisation_id": host.pk, **more},
    )


def host_crumbs(host: Organisation, *more: tuple[str, str]) -> Crumbs:
    """The way to a host's pages of money."""
    here = host_url("host", host) if more else ""
    return [
        (_("ホーム"), reverse("portal:home")),
        (_("%(host)sのお金") % {"host": host}, here),
        *more,
    ]


def money_crumbs(request: Any, *more: tuple[str, str]) -> Crumbs:
    """The way to one of the town's pages of money; who decides about fees alone has no page of the money itself."""
    sees = request.town.pk in towns_of(request.user)
    here = reverse("payments:office", kwargs={"code": request.town.code}) if more and sees else ""
    return [*office_crumbs(request), (_("お金"), here), *more]


def town_url(request: Any, name: str, **more: Any) -> str:
    """An address of the town's pages of money."""
    return reverse(f"payments:{name}", kwargs={"code": request.town.code, **more})


def done(form: forms.Form, save: Callable[[], Any]) -> bool:
    """Whether a clean form was saved; what the service refused stands beside its box."""
    if not form.is_valid():
        return False
    try:
        save()
    except RefusedError as error:
        show_refusal(form, error)
        return False
    return True


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


def csv_file(rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """A table that a spreadsheet opens as it is: UTF-8 with BOM; text that looks like a formula stays text."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        writer.writerow([cell if isinstance(cell, int) else guarded(str(cell)) for cell in row])
    return download((BOM + written.getvalue()).encode(), name, "text/csv; charset=utf-8")
