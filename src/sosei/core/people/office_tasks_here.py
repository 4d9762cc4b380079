"""This room's own tasks on the office page."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sosei.core.people import addresses, roles
from sosei.core.people.models import Invitation, Municipality, Organisation, Person
from sosei.core.people.office_tasks import Task, register


def _open_invitations(person: Person, municipality: Municipality) -> int:
    return (
        Invitation.objects.visible_to(person)
        .open_at(timezone.now())
        .filter(municipality=municipality)
        .count()
    )


def _organisations(person: Person, municipality: Municipality) -> int:
    return Organisation.objects.visible_to(person).of(municipality).count()


register(
    Task(
        _("人をさがす"),
        _(
            "住民、雇用主、場所を貸す人の連絡先を見ます。事業担当は、新しく登録し、電話で頼まれたことを代わりに入れます。"
        ),
        "people:people",
        addresses.audience_of("people:people").roles,
        order=10,
    )
)
register(
    Task(
        _("役割を持つ人"),
        _("だれがどの役割を持つかを見ます。企画担当は、招待し、役割を終えます。"),
        "people:members",
        frozenset({roles.PLANNER, roles.PROGRAMME_STAFF, roles.MAYORS_OFFICE, roles.AUDITOR}),
        _open_invitations,
        _("返事を待つ招待：%(count)s件"),
        order=20,
    )
)
register(
    Task(
        _("部署と団体"),
        _("部署、雇用主、場所を貸す団体、NPOなどを登録します。"),
        "people:organisations",
        roles.TOWN_STAFF,
        _organisations,
        _("%(count)s件"),
        order=30,
    )
)
register(
    Task(
        _("同意の文"),
        _("住民に同意を聞く文と、同意した人の数を見ます。企画担当は、新しい版を公表します。"),
        "people:office-consents",
        addresses.audience_of("people:office-consents").roles,
        order=40,
    )
)
