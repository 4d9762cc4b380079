"""What the pages of ICT equipment have in common: whose they are, the way there, a need and a proposal as shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rules
from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people.views.members import office_crumbs
from sosei.programmes.spaces import words_ict_sizing as words
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.ict_sizing import shortfalls, shown, step_from, uses_text, why_text
from sosei.programmes.spaces.models import IctLine, IctNeed, IctPartner, IctProposal
from sosei.programmes.spaces.rules_ict import Sizing
from sosei.programmes.spaces.views.host_common import Crumbs, host_crumbs, host_url, own_host, serves, town_of

TAGS = {
    "draft": "neutral",
    "open": "info",
    "chosen": "success",
    "done": "success",
    "dropped": "neutral",
    "suggested": "neutral",
    "answered": "info",
    "declined": "warning",
    "not_chosen": "neutral",
    "planned": "info",
    "built": "warning",
    "accepted": "success",
    "refused": "error",
}
"""State -> kind of chip."""


@dataclass(frozen=True)
class ShownLine:
    """A line of a bill as a page shows it."""

    row: IctLine
    kind: str
    name: str
    why: str
    first_yen: int
    monthly_yen: int


@dataclass(frozen=True)
class ShownProposal:
    """A proposal as a page shows it.

    Attributes:
        short: kinds of goods of which it holds less than its level asks for.
    """

    row: IctProposal
    tag: str
    lines: Sequence[ShownLine]
    short: Sequence[str]

    @property
    def label(self) -> str:
        """How far it is, in words."""
        return str(self.row.get_state_display())

    @property
    def sizing(self) -> list[Any]:
        """The steps that it rests on."""
        return shown(step_from(one) for one in kept_steps(self.row, "sizing"))

    @property
    def payback(self) -> list[Any]:
        """Income, what is left of it, months."""
        return shown(step_from(one) for one in kept_steps(self.row, "payback"))


def kept_steps(proposal: IctProposal, part: str) -> list[Any]:
    """Steps of a part as a proposal keeps them."""
    return list(proposal.steps.get(part, ())) if isinstance(proposal.steps, dict) else []


def shown_proposal(proposal: IctProposal, sizing: Sizing) -> ShownProposal:
    """With its lines, which are prefetched with their items."""
    lines = list(proposal.lines.all())
    return ShownProposal(
        row=proposal,
        tag=TAGS[proposal.state],
        lines=[
            ShownLine(
                line,
                str(words.GOODS.get(line.kind, line.kind)),
                str(line.item) if line.item is not None and line.item.name == line.name else line.name,
                why_text(line),
                line.first_yen * line.quantity,
                line.monthly_yen * line.quantity,
            )
            for line in lines
        ],
        short=shortfalls(proposal, sizing, lines),
    )


def own_partner(request: Any, partner_id: int) -> IctPartner:
    """The partner of the address, for whoever runs it.

    Raises:
        Http404: none in this town, or not run by this person.
    """
    rows = IctPartner.objects.visible_to(request.user).filter(municipality=town_of(request))
    found = rows.select_related("municipality", "organisation").filter(pk=partner_id).first()
    if found is None or not rules.has_perm("spaces.run_partner", request.user, found):
        raise Http404
    return found  # type: ignore[no-any-return]


def own_need(request: Any, host_id: int, need_id: int) -> IctNeed:
    """A need of the host of the address.

    Raises:
        Http404: none, or not run by this person.
    """
    host = own_host(request, host_id)
    rows = IctNeed.objects.visible_to(request.user).filter(host=host)
    found = (
        rows.select_related("municipality", "host__municipality", "space__municipality", "space__host")
        .filter(pk=need_id)
        .first()
    )
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


def ict_crumbs(request: Any, host: Any, *more: tuple[Any, str]) -> Crumbs:
    """Down to a page of a host's equipment."""
    return host_crumbs(request, host, (_("ICT設備"), host_url("ict-host", host) if more else ""), *more)


def need_crumbs(request: Any, need: IctNeed, *more: tuple[Any, str]) -> Crumbs:
    """Down to a page of a need."""
    here = host_url("ict-need", need.host, need_id=need.pk)
    return ict_crumbs(request, need.host, (f"{need.space}：{uses_text(need)}", here if more else ""), *more)


def partner_crumbs(request: Any, partner: IctPartner, *more: tuple[Any, str]) -> Crumbs:
    """From the office or from one's own partners down to a page."""
    if serves(request):
        way: Crumbs = list(office_crumbs(request, (_("場所のICT設備"), office_url(request))))
    else:
        way = [(_("ICTの会社の画面"), reverse("spaces:my-ict-partners"))]
    return [*way, (str(partner), partner_url("ict-partner", partner) if more else ""), *more]


def office_url(request: Any) -> str:
    """The office's page of ICT equipment."""
    return reverse("spaces:ict-office", kwargs={"code": request.town.code})


def partner_url(name: str, partner: IctPartner, **more: Any) -> str:
    """An address of the partner's pages."""
    return reverse(
        f"spaces:{name}", kwargs={"code": partner.municipality.code, "partner_id": partner.pk, **more}
    )


def tell(request: Any, form: Any, error: IctError) -> None:
    """Puts what a service refuses beside its box, else on top of the form, else of the page."""
    if form is None:
        messages.error(request, str(error))
    else:
        form.add_error(error.field if error.field in form.fields else None, str(error))
