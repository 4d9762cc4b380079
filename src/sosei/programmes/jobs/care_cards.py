"""What reviews, measures and invitations put on the homes of workers and employers, and on a posting's page."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Person
from sosei.core.records.models import Message
from sosei.core.records.preferences import switched_off
from sosei.programmes.jobs.home import Card, register_employer_card, register_worker_card
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    Employer,
    Posting,
    Restriction,
    ReturnInvitation,
    Review,
)
from sosei.programmes.jobs.panels import Panel, register_posting_panel
from sosei.programmes.jobs.services.restrictions import in_force
from sosei.programmes.jobs.services.reviews import share_of, to_write

WORDS_ON_POSTING = 3


def _day(moment: Any) -> str:
    return date_format(screen_time(moment), "n/j")


def _waits(person: Person, request: Any) -> dict[str, bool]:
    """What waits for a worker: asked once a request for the three cards, in one query."""
    found: dict[str, bool] | None = getattr(request, "care_waits", None)
    if found is None:
        mine = Contract.objects.visible_to(request.user).filter(person=person)
        measures = Restriction.objects.visible_to(request.user).filter(person=person)
        applied = Application.objects.filter(person=person, posting=OuterRef("posting"))
        invited = ReturnInvitation.objects.visible_to(request.user).filter(
            ~Exists(applied),
            ~Exists(switched_off(person, "invitation.return", Message.Channel.IN_APP)),
            person=person,
            posting__state=Posting.State.PUBLISHED,
        )
        rows = Person.objects.filter(pk=person.pk).annotate(
            review=Exists(to_write(mine, Review.Side.WORKER)),
            measure=Exists(in_force(measures)),
            invited=Exists(invited),
        )
        found = rows.values("review", "measure", "invited").first() or {}
        request.care_waits = found
    return found


def review_card(person: Person, request: Any) -> Card | None:
    """Work is over, and its review not written."""
    if not _waits(person, request).get("review"):
        return None
    text = _("終わった仕事の評価を書けます。終わってから14日までです。")
    return Card(_("評価を書く"), text, reverse("jobs:my-reviews"), order=35)


def measure_card(person: Person, request: Any) -> Card | None:
    """A measure is in force."""
    if not _waits(person, request).get("measure"):
        return None
    text = _("町の担当者が決めた制限が、いま続いています。理由を読み、意見を書けます。")
    return Card(_("利用の制限"), text, reverse("jobs:my-restrictions"), urgent=True, order=8)


def invitation_card(person: Person, request: Any) -> Card | None:
    """An employer wants the person to come again, who has neither applied there nor switched invitations off."""
    if not _waits(person, request).get("invited"):
        return None
    text = _("前に働いた雇用主が、新しい求人にあなたを招待しています。")
    return Card(_("また来てほしいという招待"), text, reverse("jobs:my-invitations"), order=25)


def _way(name: str, employer: Employer, **more: Any) -> str:
    return reverse(name, kwargs={"code": employer.municipality.code, "employer_id": employer.pk, **more})


def to_review_card(employer: Employer, request: Any) -> Card | None:
    """Reviews that the employer may still write, and the way to all of them."""
    rows = to_write(Contract.objects.visible_to(request.user).filter(employer=employer), Review.Side.EMPLOYER)
    count = rows.count()
    text = (
        _("評価を書く人：%(count)s人。終わってから14日まで書けます。") % {"count": count}
        if count
        else _("働いた人からの評価を見る")
    )
    return Card(_("仕事の評価"), text, _way("jobs:employer-reviews", employer), order=30)


def employer_measure_card(employer: Employer, request: Any) -> Card | None:
    """The measure that ends last, and the way to earlier ones."""
    rows = Restriction.objects.visible_to(request.user).filter(employer=employer)
    last = rows.order_by(F("lifted_at").desc(nulls_first=True), "-ends_at").first()
    if last is None:
        return None
    if last.lifted_at is not None or last.ends_at <= timezone.now():
        text = _("いまはありません。いままでの制限を見ます。")
        return Card(_("利用の制限"), text, _way("jobs:employer-restrictions", employer), order=90)
    told = {"kind": last.get_kind_display(), "until": _day(last.ends_at)}
    return Card(
        _("利用の制限"),
        _("%(until)sまで：%(kind)s。理由を読み、意見を書けます。") % told,
        _way("jobs:employer-restriction", employer, restriction_id=last.pk),
        urgent=True,
        order=1,
    )


def invite_card(employer: Employer, request: Any) -> Card | None:
    """The way to those who may be asked to come again."""
    text = _("前によく働いてくれた人を、新しい求人に招待します。")
    return Card(_("また来てほしい人"), text, _way("jobs:employer-invitations", employer), order=40)


def reviews_panel(posting: Posting, request: Any) -> Panel | None:
    """What workers said of the employer, and how many would come again."""
    share = share_of(posting.employer)
    if not share.count:
        return None
    rows = Review.objects.public().filter(employer=posting.employer).exclude(comment="")
    # Of fewer than a share needs, the words too would be known by name.
    words = [] if share.percent is None else list(rows.order_by("-shown_at", "-pk")[:WORDS_ON_POSTING])
    context = {"share": share, "words": words}
    return Panel("jobs/care/_panel.html", context, order=50)


register_worker_card(review_card)
register_worker_card(measure_card)
register_worker_card(invitation_card)
register_employer_card(to_review_card)
register_employer_card(employer_measure_card)
register_employer_card(invite_card)
register_posting_panel(reviews_panel)
