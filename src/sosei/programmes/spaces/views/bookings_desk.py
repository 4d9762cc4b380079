"""What one request of booking is about: space, day, hours, form, wish and price, each asked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.programmes.spaces import availability
from sosei.programmes.spaces.as_rules import hours_of, zone_of
from sosei.programmes.spaces.booking_doors import host_crumbs, host_url
from sosei.programmes.spaces.booking_times import bands_of, day_from, end_choices, month_of, start_choices
from sosei.programmes.spaces.forms_bookings import Asked, BookForm
from sosei.programmes.spaces.kinds import USES, USES_BY_SLUG
from sosei.programmes.spaces.models import Host, Order, PriceItem, Space, UserGroup
from sosei.programmes.spaces.rules_periods import day_of, wall_minutes
from sosei.programmes.spaces.services import orders
from sosei.programmes.spaces.views.host_common import town_of

READ_ONCE = ("hours", "host__closures", "price_lists__items", "extras")
"""What calendar and price ask of a space again and again."""


@dataclass
class Desk:
    """What one request of booking is about; everything is asked once.

    Attributes:
        host: of the page on which host or staff book for somebody else; None on the public page.
        left_out: what cannot be had, where whole dates are skipped for it.
    """

    request: Any
    space: Space
    host: Host | None
    left_out: Sequence[orders.Part] = ()

    @cached_property
    def now(self) -> datetime:
        """The moment of this request."""
        return timezone.now()

    @cached_property
    def zone(self) -> Any:
        """The clock of the town."""
        return zone_of(self.space.municipality)

    @cached_property
    def today(self) -> date:
        """The day at the place."""
        return day_of(self.now, self.zone)

    @cached_property
    def address(self) -> str:
        """The page itself."""
        if self.host is not None:
            return host_url("host-book", self.host, space_id=self.space.pk)
        return reverse("spaces:book", kwargs=self.named)

    @property
    def named(self) -> dict[str, Any]:
        """The space in an address."""
        return {"code": self.space.municipality.code, "space_id": self.space.pk}

    @cached_property
    def live_address(self) -> str:
        """Price and clashes as one types."""
        if self.host is not None:
            return host_url("host-book-live", self.host, space_id=self.space.pk)
        return reverse("spaces:book-live", kwargs=self.named)

    @property
    def given(self) -> Any:
        """What was sent: of a form, else of the address."""
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def tier(self) -> str:
        """The tier as it was chosen; resident until somebody says otherwise, so that no free day is hidden."""
        chosen = self.given.get("tier", "")
        return chosen if chosen in Order.Tier.values else Order.Tier.RESIDENT.value

    @cached_property
    def tiers_matter(self) -> bool:
        """People of the town and others are not treated alike."""
        items = (item for one in self.space.price_lists.all() for item in one.items.all())
        return (
            self.space.residents_only
            or self.space.by_lottery
            or self.space.horizon_days_outside is not None
            or any(item.tier != PriceItem.Tier.ALL for item in items)
            or bool(self.groups)
        )

    @cached_property
    def days(self) -> tuple[int, int, list[Any]]:
        """Year, month and days of the calendar."""
        year, month = month_of(self.given.get("month") or self.given.get("day", ""), self.today)
        return (year, month, list(availability.month(self.space, year, month, now=self.now, tier=self.tier)))

    @cached_property
    def day(self) -> date | None:
        """The chosen day; else the first with something free in the month shown."""
        try:
            return day_from(self.given.get("day", ""))
        except ValueError:
            pass
        good = (
            one.date for one in self.days[2] if one.state in ("free", "partly") and one.date >= self.today
        )
        return next(good, None)

    @cached_property
    def rooms(self) -> list[Space]:
        """Rooms of the same hall that can be booked together."""
        if self.space.parent_id is None:
            return []
        rows = Space.objects.published().filter(parent=self.space.parent_id).exclude(pk=self.space.pk)
        rows = rows.select_related("host", "municipality", "ladder", "parent")
        if self.given.getlist("rooms"):
            rows = rows.prefetch_related(*READ_ONCE)
        return list(rows.order_by("name", "pk"))

    @cached_property
    def free(self) -> Any:
        """What is free on the chosen day; None where none is chosen."""
        if self.day is None:
            return None
        known = (one for one in self.days[2] if one.date == self.day)
        return next(known, None) or availability.day(self.space, self.day, now=self.now, tier=self.tier)

    @cached_property
    def groups(self) -> list[UserGroup]:
        """Groups of the person that the town has registered."""
        user = self.request.user
        if self.host is not None or not user.is_authenticated:
            return []
        rows = UserGroup.objects.visible_to(user).filter(
            person=self.request.subject, municipality=self.space.municipality_id, state="approved"
        )
        return [one for one in rows if one.valid_until is None or one.valid_until >= self.today]

    @cached_property
    def asked(self) -> Asked:
        """What the form stands on."""
        bands = bands_of(self.day, hours_of(self.space, tier=self.tier)) if self.day else []
        step = self.space.step_minutes
        uses = [USES_BY_SLUG[slug] for slug in self.space.uses if slug in USES_BY_SLUG] or list(USES)
        return Asked(
            self.space,
            self.rooms,
            start_choices(bands, step),
            end_choices(bands, step, overnight=self.space.overnight),
            [extra for extra in self.space.extras.all() if extra.ended_at is None],
            [(use.slug, use.name) for use in uses],
            self.groups,
            needs_guest=self.host is not None or not self.request.user.is_authenticated,
            tiers_matter=self.tiers_matter,
            desk=self.host is not None,
        )

    def form(self, *, bound: bool) -> BookForm:
        """The form, with what the address or the page before said."""
        form = (
            BookForm(self.request.POST, asked=self.asked)
            if bound
            else BookForm(initial=self._initial(), asked=self.asked)
        )
        # Another day has other hours: where scripts run, its part of the page is fetched.
        form.fields["day"].widget.attrs |= {
            "hx-get": self.address,
            "hx-trigger": "change",
            "hx-target": "#when",
            "hx-swap": "outerHTML",
            "hx-include": "#id_opens,#id_closes,[name=every]:checked,[name=tier]:checked",
        }
        return form

    def _initial(self) -> dict[str, Any]:
        given = self.request.GET
        initial: dict[str, Any] = {
            "day": self.day,
            "every": given.get("every") or "once",
            "heads": given.get("heads") or None,
            "purpose": given.get("purpose", ""),
            "tier": given.get("tier") or (None if self.tiers_matter else Order.Tier.OUTSIDE.value),
        }
        opens = _minutes(given.get("opens") or given.get("start", ""))
        closes = _minutes(given.get("closes") or given.get("end", ""))
        if opens is None and self.day is not None:
            spans = [
                (wall_minutes(span.start, self.day, self.zone), wall_minutes(span.end, self.day, self.zone))
                for span in self.free.free
            ]
            starts = (start for start in self.asked.starts for low, high in spans if low <= start < high)
            opens = next(starts, None)
        if closes is None and opens is not None:
            closes = next((end for end in self.asked.ends if end >= opens + self.space.min_minutes), None)
        return {**initial, "opens": opens, "closes": closes}

    def wanted(self, form: BookForm) -> list[orders.Wanted]:
        """What is asked for: every room at every time; extras with the first room alone."""
        extras = tuple(sorted(form.extras().items()))
        wanted = [
            orders.Wanted(space, period, extras if number == 0 else ())
            for period in form.periods()
            for number, space in enumerate(form.spaces())
        ]
        return sorted(wanted, key=lambda one: (one.period, one.space.pk))

    def quote(self, form: BookForm) -> Any:
        """Price, clashes and ladder of what is to be booked: of several rooms a date is left out for all or for none.

        Raises:
            RefusedError: it cannot be asked so.
        """
        found = self.quote_all(form)
        if not form.cleaned_data["skip_clashes"] or len(form.spaces()) == 1 or not found.clashes:
            return found
        bad = {part.wanted.period for part in found.clashes}
        kept = [part.wanted for part in found.parts if part.wanted.period not in bad]
        if not kept:
            return found
        self.left_out = found.clashes
        return self.quote_all(form, kept)

    def quote_all(self, form: BookForm, wanted: Sequence[orders.Wanted] | None = None) -> Any:
        """The same of everything that is asked for, or of `wanted`.

        Raises:
            RefusedError: it cannot be asked so.
        """
        return orders.quote(
            wanted=self.wanted(form) if wanted is None else wanted,
            tier=form.cleaned_data["tier"],
            group=form.chosen_group(),
            now=self.now,
            by_staff=self.host is not None,
            heads=form.cleaned_data.get("heads") or 1,
        )


def _minutes(text: str) -> int | None:
    hour, colon, minute = text.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and len(text) <= 5:
        return int(hour) * 60 + int(minute)
    return int(text) if text.isdecimal() and len(text) <= 4 else None


def desk_of(request: Any, space_id: int, host: Host | None = None) -> Desk:
    rows = Space.objects.visible_to(request.user).filter(municipality=town_of(request), state="published")
    if host is not None:
        rows = rows.filter(host=host)
    related = ("host", "municipality", "ladder", "parent")
    space: Space = get_object_or_404(rows.select_related(*related).prefetch_related(*READ_ONCE), pk=space_id)
    return Desk(request, space, host)


def about_of(desk: Desk) -> str:
    user = desk.request.user
    return str(desk.request.subject.uid) if desk.host is None and user.is_authenticated else ""


def crumbs_of(desk: Desk) -> Sequence[tuple[str, str]]:
    here = (_("予約する"), "")
    if desk.host is not None:
        return host_crumbs(desk.host, (str(desk.space), ""), here)
    space = reverse("spaces:space", kwargs={"code": desk.space.municipality.code, "space_id": desk.space.pk})
    return [(_("ホーム"), reverse("portal:home")), (str(desk.space), space), here]
