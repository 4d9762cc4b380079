"""Booking: the day and its hours, the wish, the last page with what the law wants shown, the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.rate_limits import Limit, limited
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces import availability, booking_law
from sosei.programmes.spaces.as_rules import hours_of, zone_of
from sosei.programmes.spaces.booking_calendar import day_shown, month_shown
from sosei.programmes.spaces.booking_doors import door_after_order, grant, host_crumbs, host_of, host_url
from sosei.programmes.spaces.booking_times import bands_of, end_choices, month_of, start_choices, when_text
from sosei.programmes.spaces.errors_bookings import ChangedPriceError, TakenError, why
from sosei.programmes.spaces.forms_bookings import Asked, BookForm, LastPageForm
from sosei.programmes.spaces.kinds import USES, USES_BY_SLUG
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.models import Host, Order, PriceItem, Space, UserGroup
from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.rules_hours import Code
from sosei.programmes.spaces.rules_periods import day_of, wall_minutes
from sosei.programmes.spaces.services import orders
from sosei.programmes.spaces.services.terms import terms_of
from sosei.programmes.spaces.views.bookings_pay import way_on

WISH = ("day", "opens", "closes", "rooms", "every", "until", "dates", "tier", "group")
"""Boxes on which price and availability stand; the others may still be empty while somebody types."""
READ_ONCE = ("hours", "host__closures", "price_lists__items", "extras")
"""What calendar and price ask of a space again and again."""
KEPT_OUT = frozenset({"csrfmiddlewaretoken", "step", "way_to_pay", "agreed", "shown", "key"})
PUBLIC_LIMIT = Limit(30, minutes=60)
MOST_PERIODS = 200


@dataclass
class Desk:
    """What one request of booking is about; everything is asked once.

    Attributes:
        host: of the page on which host or staff book for somebody else; None on the public page.
    """

    request: Any
    space: Space
    host: Host | None

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
            return date.fromisoformat(self.given.get("day", ""))
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
        """Price, clashes and ladder of what is asked for.

        Raises:
            RefusedError: it cannot be asked so.
        """
        return orders.quote(
            wanted=self.wanted(form),
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


def _desk(request: Any, space_id: int, host: Host | None = None) -> Desk:
    rows = Space.objects.visible_to(request.user).filter(municipality=request.town, state="published")
    if host is not None:
        rows = rows.filter(host=host)
    related = ("host", "municipality", "ladder", "parent")
    space: Space = get_object_or_404(rows.select_related(*related).prefetch_related(*READ_ONCE), pk=space_id)
    return Desk(request, space, host)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("spaces.book", PUBLIC_LIMIT)
def book(request: Any, code: str, space_id: int) -> HttpResponse:
    """The public page: for oneself, for the person acted for, or without an account."""
    return _booking(_desk(request, space_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def host_book(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Host or staff book for somebody who phones or stands at the desk."""
    return _booking(_desk(request, space_id, host_of(request, host_id)))


@require_POST
def live(request: Any, code: str, space_id: int) -> HttpResponse:
    """Price and clashes of what is typed; asked without htmx it leads to the form."""
    return _live(_desk(request, space_id))


@require_POST
def host_live(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """The same for host and staff."""
    return _live(_desk(request, space_id, host_of(request, host_id)))


def _booking(desk: Desk) -> HttpResponse:
    request = desk.request
    if request.method != "POST":
        if getattr(request, "htmx", False):
            swapped = {**_when(desk, desk.form(bound=False)), "swapped": True}
            return render(request, "spaces/bookings/_when.html", swapped)
        return _page(desk, desk.form(bound=False))
    if request.POST.get("about", "") != _about(desk):
        messages.error(
            request,
            _(
                "画面を開いたときと、操作している人がちがいます。だれの予約かを確かめて、もう一度押してください。"
            ),
        )
        return redirect(desk.address)
    form = desk.form(bound=True)
    if request.POST.get("step") == "edit" or not form.is_valid():
        return _page(desk, form, quiet=request.POST.get("step") == "edit")
    if request.POST.get("step") == "place":
        before = _placed_before(desk, form)
        if before is not None:
            return _after(desk, before)
    try:
        quoted = desk.quote(form)
    except (RefusedError, RulesError) as error:
        return _refused(desk, form, error)
    if quoted.clashes and not (form.cleaned_data["skip_clashes"] and quoted.good):
        form.add_error(None, _sum_of_clashes(quoted, desk.zone))
        return _page(desk, form, quoted=quoted)
    if quoted.yen and not quoted.ways:
        form.add_error(
            None, _("使う時間が近いため、使える支払いの方法がありません。ほかの時間を選んでください。")
        )
        return _page(desk, form, quoted=quoted)
    if request.POST.get("step") == "place":
        return _place(desk, form, quoted)
    return _last_page(desk, form, quoted)


def _sum_of_clashes(quoted: Any, zone: Any) -> str:
    if len(quoted.parts) == 1:
        return why(quoted.parts[0].refusal, zone)
    if not quoted.good:
        return _("借りられる日がありません。日か時間を変えてください。")
    return _(
        "借りられない日が%(count)sあります。日を変えるか、「借りられない日をのぞいて」にチェックを入れてください。"
    ) % {"count": len(quoted.clashes)}


def _refused(desk: Desk, form: BookForm, error: Exception) -> HttpResponse:
    if isinstance(error, RefusedError):
        show_refusal(form, error)
    else:
        form.add_error(None, _("この時間は予約できません。時間を変えてください。"))
    return _page(desk, form)


# --- The page with the calendar ----------------------------------------------------------------------------------------


def _when(desk: Desk, form: BookForm) -> dict[str, Any]:
    year, month, days = desk.days
    horizon = desk.today + timedelta(days=desk.space.horizon_days)

    def address(*, day: date | None = None, month: date | None = None) -> str:
        asked = {"day": day.isoformat()} if day else {"month": f"{month:%Y-%m}"}
        return f"{desk.address}?{urlencode(asked)}#when"

    return {
        "desk": desk,
        "space": desk.space,
        "form": form,
        "month": month_shown(
            days, year, month, chosen=desk.day, today=desk.today, last=horizon, address=address
        ),
        "shown_day": day_shown(desk.space, desk.free, tier=desk.tier) if desk.day else None,
        "horizon": horizon,
    }


def _page(desk: Desk, form: BookForm, *, quoted: Any = None, quiet: bool = False) -> HttpResponse:
    if quoted is None and not form.is_bound and "opens" in desk.request.GET:
        quoted = _first_quote(desk, form)
    elif quoted is None and form.is_bound:
        quoted = _quote_of_wish(desk, form)
    errors = form.is_bound and bool(form.errors) and not quiet
    context = {
        **_when(desk, form),
        **_priced(desk, quoted),
        "desk_mode": desk.host is not None,
        "about": _about(desk),
        "quiet": quiet,
        "wait_url": _wait_url(desk, quoted),
        "crumbs": _crumbs(desk),
    }
    return render(desk.request, "spaces/bookings/book.html", context, status=422 if errors else 200)


def _about(desk: Desk) -> str:
    user = desk.request.user
    return str(desk.request.subject.uid) if desk.host is None and user.is_authenticated else ""


def _crumbs(desk: Desk) -> Sequence[tuple[str, str]]:
    here = (_("予約する"), "")
    if desk.host is not None:
        return host_crumbs(desk.host, (str(desk.space), ""), here)
    space = reverse("spaces:space", kwargs={"code": desk.space.municipality.code, "space_id": desk.space.pk})
    return [(_("ホーム"), reverse("portal:home")), (str(desk.space), space), here]


def _first_quote(desk: Desk, form: BookForm) -> Any:
    """The price of what stands in the boxes before anybody has typed."""
    first = form.initial
    if first.get("closes") is None or desk.day is None:
        return None
    data = {
        "day": desk.day.isoformat(),
        "opens": first["opens"],
        "closes": first["closes"],
        "tier": first.get("tier") or desk.tier,
    }
    return _quote_of_wish(desk, BookForm(data, asked=desk.asked))


def _quote_of_wish(desk: Desk, form: BookForm) -> Any:
    """The price as far as the boxes it stands on are right; None otherwise."""
    form.is_valid()
    if set(WISH) & set(form.errors) or "tier" not in form.cleaned_data:
        return None
    try:
        wanted = desk.wanted(form)
        return desk.quote(form) if 0 < len(wanted) <= MOST_PERIODS else None
    except (RefusedError, RulesError):
        return None


def _priced(desk: Desk, quoted: Any) -> dict[str, Any]:
    """What the side of the page shows."""
    if quoted is None:
        return {"quoted": None}
    good = [part for part in quoted.parts if part.refusal is None]
    first = good[0] if good else None
    return {
        "quoted": quoted,
        "lines": booking_law.lines_of(good),
        "taxes": [row for row in booking_law.tax_within(good) if row[2]],
        "rows": [
            {
                "when": when_text(part.wanted.period, desk.zone),
                "space": part.wanted.space,
                "yen": part.yen,
                "why": why(part.refusal, desk.zone) if part.refusal is not None else "",
            }
            for part in quoted.parts
        ],
        "several": len(quoted.parts) > 1,
        "many_spaces": len({part.wanted.space.pk for part in quoted.parts}) > 1,
        "picture": ladder_picture(first.steps, zone=desk.zone)
        if first and first.yen and first.steps
        else None,
        "nearest": _nearest(desk, quoted),
    }


def _nearest(desk: Desk, quoted: Any) -> list[dict[str, str]]:
    """Other times for a single one that is taken."""
    if len(quoted.parts) != 1 or quoted.parts[0].refusal is None:
        return []
    wanted = quoted.parts[0].wanted
    found = availability.nearest(wanted.space, wanted.period, tier=desk.tier, now=desk.now)
    ways = []
    for period in found:
        start, end = period.start.astimezone(desk.zone), period.end.astimezone(desk.zone)
        closes = end.hour * 60 + end.minute + 1440 * (end.date() - start.date()).days
        query = {
            "day": start.date().isoformat(),
            "opens": start.hour * 60 + start.minute,
            "closes": closes,
            "tier": desk.tier,
        }
        ways.append({"label": when_text(period, desk.zone), "url": f"{desk.address}?{urlencode(query)}#when"})
    return ways


def _wait_url(desk: Desk, quoted: Any) -> str:
    """Where one waits for a single time that somebody else has; "" where there is nothing to wait for."""
    if desk.host is not None or quoted is None or len(quoted.parts) != 1:
        return ""
    refusal = quoted.parts[0].refusal
    if refusal is None or refusal.code not in (Code.TAKEN, Code.BUFFER):
        return ""
    return reverse("spaces:wait", kwargs=desk.named)


def _live(desk: Desk) -> HttpResponse:
    if not getattr(desk.request, "htmx", False):
        return redirect(desk.address)
    form = desk.form(bound=True)
    quoted = _quote_of_wish(desk, form)
    context = {
        "space": desk.space,
        "form": form,
        "wait_url": _wait_url(desk, quoted),
        "about": _about(desk),
        **_priced(desk, quoted),
    }
    return render(desk.request, "spaces/bookings/_live.html", context)


# --- The last page and the order ---------------------------------------------------------------------------------------


def _last_page(
    desk: Desk, form: BookForm, quoted: Any, *, last: LastPageForm | None = None, changed: bool = False
) -> HttpResponse:
    request = desk.request
    ways = list(quoted.ways) if quoted.yen else []
    host = desk.space.host
    terms = terms_of(desk.space.municipality, host)
    shown: dict[str, Any] = booking_law.items_of(
        quoted, host=host, ways=ways or ["free"], heads=form.cleaned_data["heads"], terms=terms, now=desk.now
    )
    shown |= {**booking_law.shown_at(), "digest": quoted.digest}
    key = request.POST.get("key") if last is not None else ""
    fields = LastPageForm(
        initial={"shown": booking_law.sign(shown), "key": key or uuid4()},
        ways=booking_law.way_choices(ways or ["free"]),
    )
    if last is not None and not changed:
        fields = last
    good = [part for part in quoted.parts if part.refusal is None]
    context = {
        "desk": desk,
        "space": desk.space,
        "host": host,
        "form": fields,
        "sent": [
            (name, value)
            for name in request.POST
            for value in request.POST.getlist(name)
            if name not in KEPT_OUT
        ],
        "quoted": quoted,
        "lines": booking_law.lines_of(good),
        "taxes": [row for row in booking_law.tax_within(good) if row[2]],
        "parts": [
            {
                "part": part,
                "when": when_text(part.wanted.period, desk.zone),
                "picture": ladder_picture(part.steps, zone=desk.zone) if part.yen and part.steps else None,
            }
            for part in good
        ],
        "skipped": [
            {
                "when": when_text(part.wanted.period, desk.zone),
                "space": part.wanted.space,
                "why": why(part.refusal, desk.zone),
            }
            for part in quoted.clashes
        ],
        "sections": {item: lines for item, _title, lines in booking_law.sections(shown)},
        "rules_of_cancelling": booking_law.rules_of_cancelling(host),
        "titles": {item.value: str(title) for item, title in booking_law.TITLES.items()},
        "many_spaces": len({part.wanted.space.pk for part in good}) > 1,
        "terms": terms,
        "given": form.cleaned_data,
        "purpose": USES_BY_SLUG[form.cleaned_data["purpose"]].name
        if form.cleaned_data["purpose"] in USES_BY_SLUG
        else "",
        "changed": changed,
        "desk_mode": desk.host is not None,
        "zone": desk.zone,
        "crumbs": _crumbs(desk),
    }
    errors = last is not None and bool(last.errors)
    return render(request, "spaces/bookings/check.html", context, status=422 if errors or changed else 200)


def _place(desk: Desk, form: BookForm, quoted: Any) -> HttpResponse:
    request = desk.request
    ways = list(quoted.ways) if quoted.yen else ["free"]
    last = LastPageForm(request.POST, ways=booking_law.way_choices(ways))
    if not last.is_valid():
        return _last_page(desk, form, quoted, last=last)
    shown = booking_law.signed(last.cleaned_data["shown"])
    if shown is None:
        return _last_page(desk, form, quoted, last=last, changed=True)
    given = form.cleaned_data
    way = last.cleaned_data["way_to_pay"]
    try:
        order = orders.place_order(
            wanted=desk.wanted(form),
            guest=_guest(desk, given),
            tier=given["tier"],
            group=form.chosen_group(),
            purpose=given["purpose"],
            purpose_note=given["purpose_note"],
            heads=given["heads"],
            from_outside=given["from_outside"],
            remote_workers=given["remote_workers"],
            way_to_pay="" if way == "free" else way,
            skip_clashes=given["skip_clashes"],
            shown=shown,
            key=last.cleaned_data["key"],
            actor=request.user if request.user.is_authenticated else None,
            source=Order.Source.PHONE.value if desk.host is not None else Order.Source.WEB.value,
            repeats=form.repeats(),
            note=given["note"],
        )
    except ChangedPriceError:
        return _last_page(desk, form, desk.quote(form), last=last, changed=True)
    except TakenError as error:
        form.add_error(None, str(error))
        return _page(desk, form, quoted=desk.quote(form))
    except RefusedError as error:
        show_refusal(form, error)
        return _page(desk, form)
    return _after(desk, order)


def _placed_before(desk: Desk, form: BookForm) -> Order | None:
    """The order that this very page has made already: a second click, or a browser that sends again."""
    try:
        key = UUID(desk.request.POST.get("key", ""))
    except ValueError:
        return None
    with tenancy.unguarded():
        order: Order | None = Order.objects.filter(key=key).select_related("host", "municipality").first()
    if order is None or order.host_id != desk.space.host_id:
        return None
    guest = _guest(desk, form.cleaned_data)
    mine = (
        order.person_id == guest.person.pk
        if guest.person is not None
        else order.person_id is None and (order.guest_email, order.guest_phone) == (guest.email, guest.phone)
    )
    return order if mine else None


def _guest(desk: Desk, given: dict[str, Any]) -> orders.Guest:
    request = desk.request
    if desk.host is None and request.user.is_authenticated:
        return orders.Guest.of(request.subject)
    return orders.Guest(
        None,
        given["guest_name"],
        given["guest_email"],
        given["guest_phone"],
        get_language() or "ja",
    )


def _after(desk: Desk, order: Order) -> HttpResponse:
    request = desk.request
    if desk.host is not None:
        messages.success(
            request, _("予約を入れました。予約番号は %(number)s です。") % {"number": order.number}
        )
        return redirect(host_url("host-order", desk.host, number=order.number))
    if order.person_id is None:
        grant(request, order)
    elif order.person_id != request.subject.pk:
        raise Http404
    door = door_after_order(request, order)
    return redirect(way_on(order, door) or door.url("done"))
