"""Booking: from the wish to the last page with what the law wants shown, and to the order."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.rate_limits import Limit, TooManyError, attempt, too_many
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces import booking_law
from sosei.programmes.spaces.booking_doors import door_after_order, grant, host_of, host_url
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.errors_bookings import ChangedPriceError, TakenError, why
from sosei.programmes.spaces.forms_bookings import OF_FORMS, BookForm, LastPageForm
from sosei.programmes.spaces.kinds import USES_BY_SLUG
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.models import Order
from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.services import orders
from sosei.programmes.spaces.services.terms import terms_of
from sosei.programmes.spaces.views.bookings_desk import Desk, about_of, crumbs_of, desk_of
from sosei.programmes.spaces.views.bookings_pay import way_on
from sosei.programmes.spaces.views.bookings_wish import live_part, when_part, wish_page

KEPT_OUT = frozenset({"csrfmiddlewaretoken", "step", "way_to_pay", "agreed", "shown", "key"})
PUBLIC_LIMITS = (Limit(20, minutes=60),)
"""Orders without an account from one place."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: Any, code: str, space_id: int) -> HttpResponse:
    """The public page: for oneself, for the person acted for, or without an account."""
    return _booking(desk_of(request, space_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def host_book(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Host or staff book for somebody who phones or stands at the desk."""
    return _booking(desk_of(request, space_id, host_of(request, host_id)))


@require_POST
def live(request: Any, code: str, space_id: int) -> HttpResponse:
    """Price and clashes of what is typed; asked without htmx it leads to the form."""
    return live_part(desk_of(request, space_id))


@require_POST
def host_live(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """The same for host and staff."""
    return live_part(desk_of(request, space_id, host_of(request, host_id)))


def _booking(desk: Desk) -> HttpResponse:
    request = desk.request
    if request.method != "POST":
        if getattr(request, "htmx", False):
            swapped = {**when_part(desk, desk.form(bound=False)), "swapped": True}
            shown = render(request, "spaces/bookings/_when.html", swapped)
            return trigger_client_event(shown, "day-chosen", after="settle")
        return wish_page(desk, desk.form(bound=False))
    if request.POST.get("about", "") != about_of(desk):
        messages.error(
            request,
            _(
                "画面を開いたときと、操作している人がちがいます。だれの予約かを確かめて、もう一度押してください。"
            ),
        )
        return redirect(desk.address)
    form = desk.form(bound=True)
    if request.POST.get("step") == "edit" or not form.is_valid():
        return wish_page(desk, form, quiet=request.POST.get("step") == "edit")
    if request.POST.get("step") == "place":
        before = _placed_before(desk, form)
        if before is not None:
            return _after(desk, before)
        if not request.user.is_authenticated:
            try:
                attempt("spaces.book", request, limits=PUBLIC_LIMITS)
            except TooManyError as error:
                return too_many(request, error)
    try:
        quoted = desk.quote(form)
    except (RefusedError, RulesError) as error:
        return _refused(desk, form, error)
    if not quoted.parts:
        # Every date is a holiday that is left out.
        form.add_error(None, _("借りられる日がありません。日か時間を変えてください。"))
        return wish_page(desk, form)
    if quoted.clashes and not (form.cleaned_data["skip_clashes"] and quoted.good):
        form.add_error(None, _sum_of_clashes(quoted, desk.zone))
        return wish_page(desk, form, quoted=quoted)
    if quoted.yen and not quoted.ways:
        form.add_error(
            None, _("使う時間が近いため、使える支払いの方法がありません。ほかの時間を選んでください。")
        )
        return wish_page(desk, form, quoted=quoted)
    if request.POST.get("step") == "place":
        return _place(desk, form, quoted)
    return _last_page(desk, form, quoted)


def _sum_of_clashes(quoted: Any, zone: Any) -> str:
    if len(quoted.parts) == 1:
        return why(quoted.parts[0].refusal, zone)
    if not quoted.good:
        return _("借りられる日がありません。日か時間を変えてください。")
    return _(
        "借りられない日が%(count)s日あります。日を変えるか、「借りられない日をのぞいて」にチェックを入れてください。"
    ) % {"count": len(quoted.clashes)}


def _refused(desk: Desk, form: BookForm, error: Exception) -> HttpResponse:
    if isinstance(error, RefusedError):
        show_refusal(form, error)
    else:
        form.add_error(None, _("この時間は予約できません。時間を変えてください。"))
    return wish_page(desk, form)


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
            for part in (*quoted.clashes, *desk.left_out)
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
        "crumbs": crumbs_of(desk),
    }
    errors = last is not None and bool(last.errors)
    return render(request, "spaces/bookings/check.html", context, status=422 if errors or changed else 200)


def _place(desk: Desk, form: BookForm, quoted: Any) -> HttpResponse:
    request = desk.request
    ways = list(quoted.ways) if quoted.yen else ["free"]
    last = LastPageForm(request.POST, ways=booking_law.way_choices(ways))
    if not last.is_valid():
        return _last_page(desk, form, quoted, last=last)
    if last.cleaned_data["key"].version != OF_FORMS:
        raise Http404
    shown = booking_law.signed(last.cleaned_data["shown"])
    if shown is None:
        return _last_page(desk, form, quoted, last=last, changed=True)
    given = form.cleaned_data
    way = last.cleaned_data["way_to_pay"]
    try:
        order = orders.place_order(
            wanted=[part.wanted for part in quoted.parts],
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
        return wish_page(desk, form, quoted=desk.quote(form))
    except RefusedError as error:
        show_refusal(form, error)
        return wish_page(desk, form)
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
