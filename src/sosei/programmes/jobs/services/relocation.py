"""Wishes to talk about moving in: asked by a worker in one click, answered by the town's staff."""

from __future__ import annotations

import rules
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.models import Entry
from sosei.core.records.services import write_entry
from sosei.engines.labour.spans import JST
from sosei.planning.outcomes.services.recording import record_fact
from sosei.planning.outcomes.words_kinds import CONSULTATION_WAY
from sosei.programmes.jobs import letters_care, locks, locks_care
from sosei.programmes.jobs.errors_care import CareError
from sosei.programmes.jobs.models import RelocationWish

LONGEST = 1000
WISH = "jobs.relocation_wish"


@transaction.atomic
def ask_about_moving(
    *, municipality: Municipality, person: Person, text: str, actor: Person
) -> RelocationWish:
    """Asks the town to talk; while one wish waits, asking again changes nothing.

    Raises:
        NotAllowedError: `actor` is neither the person nor serves the person.
        CareError: too long.
    """
    made = RelocationWish(municipality=municipality, person=person, text=text.strip())
    if not rules.has_perm("jobs.add_relocationwish", actor, made):
        raise NotAllowedError(_("相談を申し込めるのは、本人と、本人を手伝う市の担当者だけです。"))
    if len(made.text) > LONGEST:
        raise CareError(_("%(most)s文字までにしてください。") % {"most": LONGEST}, "text")
    with tenancy.unguarded():
        locks.lock_persons([person.pk])
        open_ones = RelocationWish.objects.filter(
            municipality=municipality, person=person, answered_at__isnull=True
        )
        held: RelocationWish | None = open_ones.first()
        if held is not None:
            return held
        made.asked_at = timezone.now()
        made.save()
        write_entry(
            actor=actor,
            verb="relocation.asked",
            subject=made,
            person=person,
            municipality=municipality,
            on_behalf_of=None if actor.pk == person.pk else person,
        )
        letters_care.tell_staff_of_wish(made)
        return made


@transaction.atomic
def answer_wish(*, wish: RelocationWish, way: str, note: str, actor: Person) -> RelocationWish:
    """Staff have talked with the person: the consultation is a fact of the town, the note goes to the person.

    Args:
        way: how they talked, a value of `CONSULTATION_WAY`.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: no such way, no note, or answered already.
    """
    if not rules.has_perm("jobs.change_relocationwish", actor, wish):
        raise NotAllowedError(_("移住の相談に答えられるのは、町の担当者だけです。"))
    if way not in CONSULTATION_WAY.values:
        raise CareError(_("どうやって相談したかを選んでください。"), "way")
    if not note.strip():
        raise CareError(_("話したことや、次にすることを書いてください。本人に送られます。"), "note")
    with tenancy.unguarded():
        held = locks_care.lock_wish(wish.pk)
        if held.answered_at is not None:
            raise CareError(_("この相談には、もう答えています。"))
        held.answered_at, held.answered_by = timezone.now(), actor
        held.save(update_fields=["answered_at", "answered_by"])
        record_fact(
            municipality=held.municipality,
            kind="consultation_held",
            on=held.answered_at.astimezone(JST).date(),
            obj=(WISH, str(held.pk)),
            attributes={"way": way},
        )
        write_entry(
            actor=actor,
            verb="relocation.answered",
            subject=held,
            person=held.person,
            municipality=held.municipality,
            reason=note.strip(),
            data={"way": way},
        )
        letters_care.tell_wish_answered(held, note.strip())
        return held


def notes_of(wishes: list[RelocationWish]) -> dict[str, str]:
    """What staff wrote to each wish that is answered, by the wish's key; for a reader who was let in to them."""
    with tenancy.unguarded():
        rows = Entry.objects.filter(
            verb="relocation.answered",
            object_type=ContentType.objects.get_for_model(RelocationWish),
            object_id__in=[str(wish.pk) for wish in wishes],
        )
        return dict(rows.values_list("object_id", "reason"))
