"""Companies that equip spaces: admitted and ended by staff, described by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError, OrganisationError
from sosei.core.people.models import Membership, Municipality, Organisation, Person
from sosei.core.people.services.organisations import Particulars as Entered
from sosei.core.people.services.organisations import enter_organisation
from sosei.core.people.standing import standing_of
from sosei.core.records.services import write_entry
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.locks_ict import lock_partner
from sosei.programmes.spaces.models import IctNeed, IctPartner, IctProposal
from sosei.programmes.spaces.permissions import acts_for_partner


@dataclass(frozen=True)
class Particulars:
    """What a partner tells of itself; `phone` as E.164 or empty."""

    name: str
    email: str
    name_en: str = ""
    phone: str = ""
    about: str = ""


@transaction.atomic
def admit_partner(
    *,
    municipality: Municipality,
    particulars: Particulars,
    actor: Person,
    organisation: Organisation | None = None,
    reason: str = "",
) -> IctPartner:
    """The town lets a company answer its hosts' needs; the people of the organisation act for it from now on.

    Args:
        organisation: of the town, not a department; None enters a new one by the partner's name.

    Raises:
        IctError: `actor` is not programme staff of the town or acts for the company, the organisation cannot be a
            partner or is one already, or a name or mail address is missing.
    """
    if not standing_of(actor).holds(roles.PROGRAMME_STAFF, municipality.pk):
        raise IctError(_("ICTの会社を認められるのは、この町の事業担当だけです。"))
    columns = _columns(particulars)
    with tenancy.unguarded():
        if organisation is None:
            organisation = _enter(municipality, columns, actor)
        elif (
            organisation.municipality_id != municipality.pk
            or organisation.kind == Organisation.Kind.DEPARTMENT
        ):
            raise IctError(_("この町の会社・団体を選んでください。"), "organisation")
        elif organisation.closed_at is not None:
            raise IctError(_("「%(name)s」はもう終えています。") % {"name": organisation}, "organisation")
        if organisation.pk in standing_of(actor).organisations_as():
            raise IctError(
                _("自分が属する会社は認められません。ほかの担当者に頼んでください。"), "organisation"
            )
        partner: IctPartner | None = IctPartner.objects.filter(pk=organisation.pk).first()
        if partner is not None and partner.ended_at is None:
            raise IctError(_("「%(name)s」は、もう認めてあります。") % {"name": partner}, "organisation")
        partner = partner or IctPartner(organisation=organisation, municipality=municipality)
        for name, value in columns.items():
            setattr(partner, name, value)
        partner.admitted_at, partner.admitted_by, partner.ended_at = timezone.now(), actor, None
        partner.save()
        record("partner_admitted", partner, actor, reason=reason)
    return partner


def _enter(municipality: Municipality, columns: dict[str, Any], actor: Person) -> Organisation:
    entered = Entered(Organisation.Kind.ASSOCIATION, columns["name"], name_en=columns["name_en"])
    try:
        return enter_organisation(municipality=municipality, particulars=entered, entered_by=actor)
    except (OrganisationError, NotAllowedError) as error:
        raise IctError(str(error), "name") from error


def _columns(particulars: Particulars) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "name": " ".join(particulars.name.split()),
        "name_en": " ".join(particulars.name_en.split()),
        "email": particulars.email.strip(),
        "phone": particulars.phone.strip(),
        "about": particulars.about.strip(),
    }
    for name in ("name", "email"):
        if not columns[name]:
            label = IctPartner._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            raise IctError(_("「%(label)s」を書いてください。") % {"label": label}, name)
    return columns


@transaction.atomic
def change_partner(*, partner: IctPartner, particulars: Particulars, actor: Person) -> IctPartner:
    """Corrects what a partner tells of itself.

    Raises:
        IctError: `actor` neither acts for it nor serves the town, or a name or mail address is missing.
    """
    check_runs(actor, partner)
    columns = _columns(particulars)
    held = lock_partner(partner.pk)
    for name, value in columns.items():
        setattr(held, name, value)
    held.save(update_fields=list(columns))
    record("partner_changed", held, actor)
    return held


@transaction.atomic
def end_partner(*, partner: IctPartner, actor: Person, reason: str) -> IctPartner:
    """The company gets no more needs and makes no more proposals; what was chosen goes on.

    Raises:
        IctError: `actor` does not serve the town, no reason, or it has ended already.
    """
    if not rules.has_perm("spaces.serve", actor, partner):
        raise IctError(_("ICTの会社をはずせるのは、この町の事業担当だけです。"))
    if not reason.strip():
        raise IctError(_("はずす理由を書いてください。"), "reason")
    with tenancy.unguarded():
        held = lock_partner(partner.pk)
        if held.ended_at is not None:
            raise IctError(_("「%(name)s」は、もうはずしてあります。") % {"name": held})
        held.ended_at = timezone.now()
        held.save(update_fields=["ended_at"])
        IctProposal.objects.filter(
            partner=held,
            need__state__in=(IctNeed.State.DRAFT, IctNeed.State.OPEN),
            state__in=(IctProposal.State.SUGGESTED, IctProposal.State.ANSWERED),
        ).update(state=IctProposal.State.DECLINED, answer=reason.strip(), decided_at=timezone.now())
        record("partner_ended", held, actor, reason=reason)
    return held


def check_runs(actor: Person, target: Any) -> None:
    """Whether `actor` acts for the partner of the row, or serves its town.

    Raises:
        IctError: neither.
    """
    if not rules.has_perm("spaces.run_partner", actor, target):
        raise IctError(_("この会社の担当か、この町の事業担当だけができます。"))


def check_not_both(actor: Person, target: Any) -> None:
    """Nobody decides for a host about a company he acts for.

    Raises:
        IctError: `actor` acts for the partner of the row.
    """
    if acts_for_partner(actor, target):
        raise IctError(_("自分の会社の提案や工事は決められません。ほかの担当者に頼んでください。"))


def acting_for(partner: IctPartner) -> Sequence[Person]:
    """Those who act for a partner now; read beyond what the asking person sees, to send them messages."""
    with tenancy.unguarded():
        held = Membership.objects.held().filter(role__in=roles.CIVIL, organisation=partner.pk)
        return list(Person.objects.filter(pk__in=held.values("person")).order_by("pk"))


def partners_in(municipality_id: int) -> list[IctPartner]:
    """Partners of a town that make proposals now."""
    rows = IctPartner.objects.filter(municipality=municipality_id, ended_at__isnull=True)
    return list(rows.select_related("municipality").order_by("name", "pk"))


def record(verb: str, partner: IctPartner, actor: Person, *, reason: str = "", **data: Any) -> None:
    """An entry about a partner."""
    write_entry(
        actor=actor,
        verb=f"ict.{verb}",
        subject=partner,
        municipality=partner.municipality,
        reason=reason.strip(),
        data={"partner": partner.name, **data},
    )
