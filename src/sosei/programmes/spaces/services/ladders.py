"""The ladder of a space: one of the presets, or one of the host's own."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import as_rules
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.locks_listings import lock_host, lock_space
from sosei.programmes.spaces.models import Host, Ladder, Space
from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_ladders import Ladder as LadderRule
from sosei.programmes.spaces.rules_ladders import Step
from sosei.programmes.spaces.services.halls import record_space
from sosei.programmes.spaces.services.hosts import check_runs

PUBLIC_ONLY = "public"
"""The preset that gives nothing back: fees by ordinance are given back only as the ordinance says."""


def choices_for(host: Host) -> QuerySet[Ladder]:
    """The presets that fit the kind of host, and its own."""
    rows = Ladder.objects.filter(Q(host__isnull=True) | Q(host=host), ended_at__isnull=True)
    rows = rows if host.is_public else rows.exclude(host__isnull=True, code=PUBLIC_ONLY)
    return rows.order_by("pk")  # type: ignore[no-any-return]


@transaction.atomic
def choose_ladder(*, space: Space, ladder: Ladder, actor: Person) -> Space:
    """What holds for bookings from now on; a booking keeps the ladder under which it was made.

    Raises:
        ListingError: `actor` does not run the space, or a ladder of somebody else, or one that is not used any more.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    if not choices_for(held.host).filter(pk=ladder.pk).exists():
        raise ListingError(_("この中から選んでください。"), "ladder")
    if held.ladder_id != ladder.pk:
        held.ladder = ladder
        held.save(update_fields=["ladder"])
        record_space("changed", held, actor, changed=["ladder"])
    return held


@transaction.atomic
def make_ladder(
    *,
    host: Host,
    name: str,
    steps: Sequence[Step],
    last_percent: int,
    free_hours: int,
    actor: Person,
    name_en: str = "",
    free_needs_days: int = 0,
) -> Ladder:
    """A ladder of the host's own; it is never changed, for bookings name it: one makes another.

    Raises:
        ListingError: `actor` does not run the host, no name, or steps that no ladder can have; `field` is the box.
    """
    check_runs(actor, host)
    if not name.strip():
        raise ListingError(_("名前を書いてください（例：1週間前まで無料）。"), "name")
    held = lock_host(host.pk)
    number = Ladder.objects.filter(host=held).count() + 1
    code = f"own-{number}"
    try:
        rule = LadderRule(
            code,
            tuple(steps),
            last_percent=last_percent,
            free_hours=free_hours,
            free_needs_days=free_needs_days,
        )
    except RulesError as error:
        raise ListingError(_words(error), _field(error)) from error
    made: Ladder = Ladder.objects.create(
        municipality=held.municipality,
        host=held,
        code=code,
        name=" ".join(name.split()),
        name_en=" ".join(name_en.split()),
        free_after_booking_hours=free_hours,
        free_needs_days=free_needs_days,
        steps=as_rules.steps_as_json(rule),
    )
    write_entry(
        actor=actor,
        verb="space_host.ladder_made",
        subject=made,
        municipality=held.municipality,
        data={"host": held.name, "ladder": made.name},
    )
    return made


def _field(error: RulesError) -> str:
    model, _dot, field = str(error.data["place"]).partition(".")
    return field if model == "Ladder" and field != "steps" else ""


def _words(error: RulesError) -> str:
    if error.code is ErrorCode.CHEAPER_LATER:
        return _(
            "あとになるほど安くなる段階は作れません。%(value)s％は、前の%(before)s％より少なくなっています。"
        ) % {
            "value": error.data["value"],
            "before": error.data["before"],
        }
    if error.code is ErrorCode.DUPLICATE:
        return _("同じ時までの段階が2つあります。1つにしてください。")
    return _("「%(value)s」は使えません。%(remedy)sの数字にしてください。") % {
        "value": error.data["value"],
        "remedy": error.data["remedy"],
    }
