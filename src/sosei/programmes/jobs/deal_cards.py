"""What applications and contracts put on the homes of workers and employers, and on a posting's page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Person
from sosei.programmes.jobs.home import Card, register_employer_card, register_worker_card
from sosei.programmes.jobs.models import Application, Contract, ContractVersion, Employer, Posting
from sosei.programmes.jobs.panels import Panel, register_posting_panel
from sosei.programmes.jobs.services.applicants import accepts


def _undecided(person: Person, request: Any) -> list[Application]:
    """Applications that wait for somebody; asked once a request, for both cards."""
    held = getattr(request, "jobs_undecided", None)
    if held is None or held[0] != person.pk:
        rows = Application.objects.visible_to(request.user).filter(
            person=person, state__in=("applied", "waiting", "offered")
        )
        request.jobs_undecided = held = (person.pk, list(rows.select_related("posting")))
    return held[1]


def open_offers(person: Person, request: Any) -> Card | None:
    """A place is kept for the person, for some time."""
    now = timezone.now()
    open_ones = [
        one
        for one in _undecided(person, request)
        if one.state == Application.State.OFFERED and one.decided_at is None and one.offer_ends_at > now
    ]
    first = min(open_ones, key=lambda one: one.offer_ends_at, default=None)
    if first is None:
        return None
    return Card(
        _("場所が空きました"),
        _("「%(posting)s」に%(until)sまでに返事をしてください。")
        % {
            "posting": first.posting,
            "until": date_format(screen_time(first.offer_ends_at), "DATETIME_FORMAT"),
        },
        reverse("jobs:my-application", kwargs={"application_id": first.pk}),
        urgent=True,
        order=10,
    )


def asked_changes(person: Person, request: Any) -> Card | None:
    """An employer wants other conditions."""
    asked = (
        ContractVersion.objects.visible_to(request.user)
        .filter(person=person, contract__state="active", number__gt=1)
        .exclude(consents__side="worker")
        .defer("notice", "terms")
    )
    first = asked.first()
    if first is None:
        return None
    way = reverse(
        "jobs:my-contract-change", kwargs={"contract_id": first.contract_id, "number": first.number}
    )
    return Card(
        _("条件を変えたいという申し出があります"),
        _("同意するか断るかを選んでください。"),
        way,
        urgent=True,
        order=20,
    )


def all_mine(person: Person, request: Any) -> Card | None:
    """The way to all applications and contracts."""
    live = sum(one.state in ("applied", "waiting") for one in _undecided(person, request))
    text = (
        _("返事や順番を待っている申し込み：%(count)s件") % {"count": live}
        if live
        else _("いままでの申し込みと契約を見る")
    )
    return Card(_("申し込みと契約"), text, reverse("jobs:my-applications"), order=50)


def _way(name: str, employer: Employer) -> str:
    return reverse(name, kwargs={"code": employer.municipality.code, "employer_id": employer.pk})


def to_decide(employer: Employer, request: Any) -> Card | None:
    """Applications that wait for the employer's answer, and the way to all of them."""
    asked = Application.objects.visible_to(request.user).filter(
        employer=employer, state=Application.State.APPLIED, posting__mode=Posting.Mode.SELECTED
    )
    count = asked.count()
    text = (
        _("返事を待っている申し込み：%(count)s件") % {"count": count}
        if count
        else _("申し込んだ人と順番待ちの人を見る")
    )
    return Card(_("申し込み"), text, _way("jobs:employer-applications", employer), urgent=count > 0, order=10)


def contracts_in_force(employer: Employer, request: Any) -> Card | None:
    """Who comes, and notices still to be handed over on paper."""
    rows = Contract.objects.visible_to(request.user).filter(employer=employer, state="active")
    paper = rows.filter(is_electronic=False, paper_handed_at=None).count()
    text = (
        _("労働条件通知書を紙で渡す人：%(count)s人") % {"count": paper}
        if paper
        else _("来る人と、労働条件通知書を見る")
    )
    return Card(_("契約"), text, _way("jobs:employer-contracts", employer), urgent=paper > 0, order=20)


def apply_panel(posting: Posting, request: Any) -> Panel | None:
    """How to apply, or how the application stands."""
    if posting.published_at is None:
        return None
    held = None
    if request.user.is_authenticated:
        rows = Application.objects.visible_to(request.user).filter(posting=posting, person=request.subject)
        held = rows.filter(state__in=Application.LIVE).first()
    if held is None and posting.mode == Posting.Mode.ROUND:
        # The panel of its round leads to the wishes.
        return None
    return Panel(
        "jobs/applications/_panel.html",
        {"held": held, "takes": accepts(posting), "full": posting.state == Posting.State.CLOSED},
        order=10,
    )


register_worker_card(open_offers)
register_worker_card(asked_changes)
register_worker_card(all_mine)
register_employer_card(to_decide)
register_employer_card(contracts_in_force)
register_posting_panel(apply_panel)
