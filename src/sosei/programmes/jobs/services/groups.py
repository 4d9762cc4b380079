"""Friends who apply together: somebody starts a group and passes its code on."""

from __future__ import annotations

import secrets
from datetime import timedelta

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.programmes.jobs.errors_deals import DealError
from sosei.programmes.jobs.models import Application, Group, Posting

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without signs that are taken for one another when read out."""
LENGTH = 8
SMALLEST, LARGEST = 2, 8
MOST_A_DAY = 10
"""Groups that one person starts within twenty-four hours."""


@transaction.atomic
def start_group(*, posting: Posting, person: Person, size: int, actor: Person) -> Group:
    """Starts a group for a posting; its code is passed on to the friends.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve the person.
        DealError: too few or too many friends, or too many groups in a day.
    """
    group = Group(
        municipality=posting.municipality,
        posting=posting,
        person=person,
        size=size,
        code="".join(secrets.choice(SIGNS) for _each in range(LENGTH)),
        made_at=timezone.now(),
    )
    if not rules.has_perm("jobs.add_group", actor, group):
        raise NotAllowedError(_("本人か、本人を手伝う市の担当者だけができます。"))
    if not SMALLEST <= size <= LARGEST:
        raise DealError(
            _("いっしょに申し込めるのは、%(smallest)s人から%(largest)s人までです。")
            % {"smallest": SMALLEST, "largest": LARGEST},
            "size",
        )
    with tenancy.unguarded():
        recent = Group.objects.filter(person=person, made_at__gt=group.made_at - timedelta(days=1))
        # A round has a group for each wish; together they are one.
        if posting.round_id is not None:
            recent = recent.exclude(posting__round=posting.round_id)
        if recent.count() >= MOST_A_DAY:
            raise DealError(
                _("1日に作れるグループは%(most)sまでです。明日、もう一度作ってください。")
                % {"most": MOST_A_DAY}
            )
        group.save()
    return group


def group_with(code: str, posting: Posting) -> Group:
    """The group of that code.

    Raises:
        DealError: there is none for this posting.
    """
    with tenancy.unguarded():
        found: Group | None = Group.objects.filter(code=code.strip().lower(), posting=posting).first()
    if found is None:
        raise DealError(
            _("合い言葉「%(code)s」の申し込みは、この求人にありません。") % {"code": code}, "code"
        )
    return found


def missing_friends(group: Group) -> int:
    """How many have still to apply."""
    with tenancy.unguarded():
        live = Application.objects.filter(group=group, state__in=Application.LIVE).count()
    return max(0, group.size - int(live))


def days_of(group: Group) -> list[int]:
    """Keys of the shifts that the friends asked for; empty as long as nobody has applied."""
    with tenancy.unguarded():
        first = Application.objects.filter(group=group, state__in=Application.LIVE).order_by("pk").first()
        return list(first.wanted.values_list("shift_id", flat=True)) if first is not None else []
