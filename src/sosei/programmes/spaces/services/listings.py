"""Spaces as their hosts list them: entered, changed, submitted, checked by the town, published, closed, copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.core.records.services import send_message
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces import letters_hosts as letters
from sosei.programmes.spaces.errors_listings import IncompleteError, ListingError
from sosei.programmes.spaces.listing_check import blocking, check_listing
from sosei.programmes.spaces.locks_listings import lock_space
from sosei.programmes.spaces.models import Host, Ladder, Occupancy, Space
from sosei.programmes.spaces.permissions import acts_for_host
from sosei.programmes.spaces.rules_hours import GRIDS
from sosei.programmes.spaces.services.halls import (
    copy_hours,
    ready_for_rooms,
    record_space,
    take_over_what_is_taken,
)
from sosei.programmes.spaces.services.hosts import acting_persons, check_runs
from sosei.programmes.spaces.services.photos import remove_photo

ABOUT = (
    "kind",
    "name",
    "name_en",
    "about",
    "about_en",
    "official_id",
    "postcode",
    "address",
    "latitude",
    "longitude",
    "access",
    "floor",
    "area_m2",
    "seats",
    "equipment",
    "uses",
    "rules",
    "rules_en",
    "step_free",
    "step_free_note",
)
BOOKING = (
    "way",
    "by_lottery",
    "residents_only",
    "overnight",
    "lodging_permit",
    "buffer_before",
    "buffer_after",
    "step_minutes",
    "min_minutes",
    "max_minutes",
    "notice_minutes",
    "horizon_days",
    "horizon_days_outside",
    "ways_to_pay",
)
COLUMNS = (*ABOUT, *BOOKING)
"""What a host writes; hours, prices, pictures and the ladder have verbs of their own."""
AS_THE_HALL = (
    "way",
    "residents_only",
    "step_minutes",
    "min_minutes",
    "notice_minutes",
    "horizon_days",
    "horizon_days_outside",
    "ways_to_pay",
    "closed_on_holidays",
    "ladder",
)
"""What a room takes over from its hall at first."""
ONE_LINE = (
    "name",
    "name_en",
    "address",
    "floor",
    "access",
    "official_id",
    "lodging_permit",
    "step_free_note",
)
DEFAULT_LADDERS = {Host.Kind.PRIVATE: "easy", Host.Kind.PUBLIC: "public"}


@transaction.atomic
def enter_space(*, host: Host, columns: Mapping[str, Any], actor: Person, hall: Space | None = None) -> Space:
    """Begins a listing; a room of a hall takes over the hall's hours and rules of booking.

    Raises:
        ListingError: `actor` does not run the host, a column is missing or unknown, or the hall cannot get a room now.
    """
    check_runs(actor, Space(host=host, municipality=host.municipality))
    given = _clean(columns)
    if hall is not None:
        hall = ready_for_rooms(hall, host)
        given = {name: getattr(hall, name) for name in AS_THE_HALL} | given
    given.setdefault("ladder", _default_ladder(host))
    given.setdefault("ways_to_pay", [item.slug for item in kinds.WAYS_TO_PAY if item.slug == "on_site"])
    space: Space = Space(
        municipality=host.municipality,
        host=host,
        parent=hall,
        made_at=timezone.now(),
        state=Space.State.DRAFT,
        **given,
    )
    _check(space)
    space.save()
    if hall is not None:
        copy_hours(hall, space)
        take_over_what_is_taken(hall, space)
    record_space("entered", space, actor)
    return space


def _default_ladder(host: Host) -> Ladder:
    return Ladder.objects.get(host__isnull=True, code=DEFAULT_LADDERS[Host.Kind(host.kind)])  # type: ignore[no-any-return]


@transaction.atomic
def change_space(*, space: Space, columns: Mapping[str, Any], actor: Person) -> list[str]:
    """Corrects a listing, published or not; what is booked stays as it was agreed. Gives the columns that changed.

    Raises:
        ListingError: `actor` does not run it, it is closed, or a column is missing or unknown.
    """
    check_runs(actor, space)
    given = _clean(columns)
    held = lock_space(space.pk)
    if held.state == Space.State.CLOSED:
        raise ListingError(_("受け付けを終えた場所は変えられません。また始めてから変えてください。"))
    changed = [name for name, value in given.items() if getattr(held, name) != value]
    for name in changed:
        setattr(held, name, given[name])
    _check(held)
    if not changed:
        return []
    held.save(update_fields=changed)
    record_space("changed", held, actor, changed=changed)
    return changed


def _clean(columns: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value.strip() if isinstance(value, str) else value for name, value in columns.items()}
    for name in ONE_LINE:
        if name in given:
            given[name] = " ".join(given[name].split())
    for name, known in (
        ("equipment", kinds.EQUIPMENT_BY_SLUG),
        ("uses", kinds.USES_BY_SLUG),
        ("ways_to_pay", kinds.WAYS_BY_SLUG),
    ):
        if name in given:
            try:
                kinds.mask(given[name], known)
            except kinds.UnknownSlugError as error:
                raise ListingError(str(error), name) from error
            given[name] = [slug for slug in known if slug in set(given[name])]
    return given


def _check(space: Space) -> None:
    for name in ("name", "address", "kind"):
        if not getattr(space, name):
            label = Space._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            raise ListingError(_("「%(label)s」を書いてください。") % {"label": label}, name)
    if space.latitude is None or space.longitude is None:
        raise ListingError(_("地図で場所を選んでください。"), "place")
    if not space.seats:
        raise ListingError(_("定員は1人以上にしてください。"), "seats")
    if space.step_minutes not in GRIDS:
        raise ListingError(
            _("予約のきざみは%(grids)s分のどれかにしてください。") % {"grids": ", ".join(map(str, GRIDS))},
            "step_minutes",
        )
    if space.max_minutes is not None and space.max_minutes < space.min_minutes:
        raise ListingError(
            _("いちばん長い利用は、いちばん短い利用（%(minutes)s分）より短くできません。")
            % {"minutes": space.min_minutes},
            "max_minutes",
        )


@transaction.atomic
def submit_space(*, space: Space, actor: Person) -> Space:
    """Asks the town to check and publish it.

    Raises:
        ListingError: `actor` does not run it, or it is no draft.
        IncompleteError: something is missing.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    if held.state not in (Space.State.DRAFT, Space.State.REFUSED):
        raise ListingError(
            _("この場所は、もう申し込んであります（%(state)s）。") % {"state": held.get_state_display()}
        )
    _must_be_complete(held)
    held.state = Space.State.ASKED
    held.decision_reason = ""
    held.save(update_fields=["state", "decision_reason"])
    record_space("submitted", held, actor)
    return held


def _must_be_complete(space: Space) -> None:
    flaws = blocking(check_listing(space))
    if flaws:
        raise IncompleteError(
            _("公開する前に、直すところが%(count)sか所あります。") % {"count": len(flaws)}, flaws
        )


@transaction.atomic
def publish_space(*, space: Space, actor: Person, reason: str = "") -> Space:
    """The town's staff have checked it: from now on everybody finds and books it.

    Raises:
        ListingError: `actor` may not decide, or it does not wait for a decision.
        IncompleteError: something is missing now.
    """
    held = _to_decide(space, actor)
    _must_be_complete(held)
    held.published_at = held.published_at or timezone.now()
    return _decide(held, Space.State.PUBLISHED, actor, reason)


@transaction.atomic
def refuse_space(*, space: Space, actor: Person, reason: str) -> Space:
    """It cannot be published as it is; those who act for the host are told why.

    Raises:
        ListingError: `actor` may not decide, it does not wait for a decision, or no reason.
    """
    held = _to_decide(space, actor)
    if not reason.strip():
        raise ListingError(_("公開できない理由を書いてください。貸す人に伝わります。"), "reason")
    return _decide(held, Space.State.REFUSED, actor, reason)


def _to_decide(space: Space, actor: Person) -> Space:
    if acts_for_host(actor, space):
        raise ListingError(_("自分が担当している場所は確認できません。ほかの担当者に頼んでください。"))
    if not rules.has_perm("spaces.decide_space", actor, space):
        raise ListingError(_("場所の公開の確認は、この町の事業担当だけができます。"))
    held = lock_space(space.pk)
    if held.state != Space.State.ASKED:
        raise ListingError(
            _("この場所は、もうほかの担当者が決めています（%(state)s）。")
            % {"state": held.get_state_display()}
        )
    return held


def _decide(space: Space, state: str, actor: Person, reason: str) -> Space:
    space.state = state
    space.decided_at, space.decided_by = timezone.now(), actor
    space.decision_reason = reason.strip()
    space.save(update_fields=["state", "published_at", "decided_at", "decided_by", "decision_reason"])
    record_space("published" if space.is_published else "refused", space, actor, reason=reason.strip())
    letter = letters.space_decided(space).as_arguments()
    for person in acting_persons(space.host):
        send_message(
            key=f"space.decided:{space.pk}:{space.decided_at.isoformat()}:{person.pk}",
            kind="space.decided",
            recipient=person,
            municipality=space.municipality,
            about=space,
            **letter,
        )
    return space


@transaction.atomic
def close_space(*, space: Space, actor: Person, reason: str) -> Space:
    """Nothing new is booked; what is booked stays, and is kept or cancelled one by one.

    Raises:
        ListingError: `actor` does not run it, it is not published, or no reason.
    """
    check_runs(actor, space)
    if not reason.strip():
        raise ListingError(_("受け付けを終える理由を書いてください。場所のページに出ます。"), "reason")
    held = lock_space(space.pk)
    if not held.is_published:
        raise ListingError(_("公開中の場所だけ、受け付けを終えられます。"))
    held.state = Space.State.CLOSED
    held.decision_reason = reason.strip()
    held.save(update_fields=["state", "decision_reason"])
    record_space("closed", held, actor, reason=reason.strip())
    return held


@transaction.atomic
def reopen_space(*, space: Space, actor: Person) -> Space:
    """What was closed is booked again; the town has checked it before.

    Raises:
        ListingError: `actor` does not run it, or it is not closed.
        IncompleteError: something is missing now.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    if held.state != Space.State.CLOSED:
        raise ListingError(_("受け付けを終えた場所だけ、また始められます。"))
    _must_be_complete(held)
    held.state = Space.State.PUBLISHED
    held.decision_reason = ""
    held.save(update_fields=["state", "decision_reason"])
    record_space("reopened", held, actor)
    return held


@transaction.atomic
def drop_space(*, space: Space, actor: Person) -> None:
    """Removes a listing that was never published.

    Raises:
        ListingError: `actor` may not, it was published, it has rooms, or a booking of its hall takes it.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    if not rules.has_perm("spaces.delete_space", actor, held):
        raise ListingError(_("一度公開した場所は消せません。受け付けを終えてください。"))
    if held.parts.exists():
        raise ListingError(_("部屋があるホールは消せません。先に部屋を消してください。"))
    if Occupancy.objects.filter(space=held).exists():
        raise ListingError(
            _("ホールの予約がこの部屋にもかかっているので消せません。予約が終わってから消してください。")
        )
    record_space("dropped", held, actor)
    for photo in held.photos.all():
        remove_photo(photo=photo, actor=actor)
    held.delete()
