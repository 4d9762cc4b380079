"""One's own entries in lotteries: entering, what became of them, taking what was won, giving it up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal, subject_page
from sosei.programmes.spaces import booking_law
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import door_after_order, my_crumbs
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.errors_bookings import why
from sosei.programmes.spaces.forms_bookings import LastPageForm
from sosei.programmes.spaces.forms_lotteries import EnterForm
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.models import LotteryEntry, Space, UserGroup
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_periods import day_of
from sosei.programmes.spaces.services import lotteries as services
from sosei.programmes.spaces.services import lottery_draws, lottery_places, orders
from sosei.programmes.spaces.services.terms import terms_of
from sosei.programmes.spaces.views.bookings_pay import way_on
from sosei.programmes.spaces.views.lotteries import lottery_crumbs, lottery_of, lottery_url, phase_of
from sosei.programmes.spaces.words_lotteries import OUTCOMES

RELATED = ("lottery__municipality", "space", "municipality", "host", "booking__order", "group")


def _mine(request: Any) -> Any:
    rows = LotteryEntry.objects.visible_to(request.user).filter(person=request.subject)
    return rows.select_related(*RELATED)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def enter(request: Any, code: str, lottery_id: int) -> HttpResponse:
    """Enters with ranked wishes."""
    held = lottery_of(request, lottery_id)
    now = timezone.now()
    if phase_of(held, now) != "open":
        messages.info(request, _("この抽選は、いま申し込みを受けていません。"))
        return redirect(lottery_url("lottery", held))
    zone = zone_of(held.municipality)
    mine = list(_mine(request).filter(lottery=held, state="entered").order_by("rank"))
    left = held.max_entries - len(mine)
    if left < 1:
        messages.info(request, _("申し込める数をもう使いました。変えるときは、先に取り下げてください。"))
        return redirect("spaces:my-lotteries")
    rooms = Space.objects.visible_to(request.user).filter(lotteries=held)
    related = rooms.select_related("host", "municipality", "parent").prefetch_related(
        "hours", "host__closures"
    )
    groups = UserGroup.objects.visible_to(request.user).filter(
        person=request.subject, municipality=held.municipality, state="approved"
    )
    today = day_of(now, zone)
    form = EnterForm(
        request.POST or None,
        lottery=held,
        spaces=list(related.order_by("name", "pk")),
        groups=[one for one in groups if one.valid_until is None or one.valid_until >= today],
        rows=left,
        zone=zone,
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.enter(
                lottery=held,
                person=request.subject,
                wishes=form.wishes(),
                tier=given["tier"],
                purpose=given["purpose"],
                heads=given["heads"],
                group=form.chosen_group(),
                actor=request.user,
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            numbers = _("、").join(str(one.number) for one in made)
            messages.success(request, _("申し込みました。番号：%(numbers)s") % {"numbers": numbers})
            return redirect("spaces:my-lotteries")
    context = {
        "lottery": held,
        "form": form,
        "subject": request.subject,
        "mine": [(one, when_text(one.period, zone)) for one in mine],
        "crumbs": lottery_crumbs(request, (str(held), lottery_url("lottery", held)), (_("申し込む"), "")),
    }
    return render(request, "spaces/lotteries/enter.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@subject_page
def my_lotteries(request: Any) -> HttpResponse:
    """All of one's entries, what was won first."""
    now = timezone.now()
    rows = list(_mine(request).order_by("-lottery__draw_at", "lottery", "rank")[:100])
    rows.sort(key=lambda one: one.state != "won")
    context = {
        "subject": request.subject,
        "rows": [
            {
                "entry": one,
                "when": when_text(one.period, zone_of(one.municipality)),
                "open": one.state == "won" and one.lottery.confirm_until > now,
                "may_withdraw": one.state == "entered" and one.lottery.state == "announced",
                "why": OUTCOMES.get((one.outcome or {}).get("code", ""), "") if one.state == "lost" else "",
                "lottery_url": lottery_url("lottery", one.lottery),
            }
            for one in rows
        ],
        "crumbs": my_crumbs((_("抽選"), "")),
    }
    return render(request, "spaces/lotteries/mine.html", context)


@require_POST
@subject_page
def withdraw(request: Any, entry_id: int) -> HttpResponse:
    """Takes an entry back, or gives up what was won."""
    entry = get_object_or_404(_mine(request), pk=entry_id)
    try:
        services.withdraw(entry=entry, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("取り下げました。"))
    return redirect("spaces:my-lotteries")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def take(request: Any, entry_id: int) -> HttpResponse:
    """What was won: the last page with the six items, and the order."""
    related = ("space__host", "space__municipality", "space__ladder", "host__municipality")
    entry = get_object_or_404(_mine(request).select_related(*RELATED, *related), pk=entry_id)
    now = timezone.now()
    if entry.state != "won" or entry.lottery.confirm_until <= now:
        messages.info(request, _("この当選は、もう決まったか、期限が過ぎています。"))
        return redirect("spaces:my-lotteries")
    quoted = orders.quote(
        wanted=[orders.Wanted(entry.space, period_of(entry.period))],
        tier=entry.tier,
        group=entry.group,
        now=now,
        heads=entry.heads,
        key=lottery_places.key_of(entry),
        drawn=True,
    )
    part = quoted.parts[0]
    if part.refusal is not None:
        messages.error(request, why(part.refusal, zone_of(entry.municipality)))
        return redirect("spaces:my-lotteries")
    ways = list(quoted.ways) if part.yen else ["free"]
    last = LastPageForm(
        request.POST if "key" in request.POST else None,
        ways=booking_law.way_choices(ways),
        initial={"key": lottery_places.key_of(entry)},
    )
    if last.is_bound and last.is_valid():
        answer = _take(request, entry, last)
        if answer is not None:
            return answer
    return _last_page(request, entry, quoted, last, ways, now)


def _take(request: Any, entry: LotteryEntry, last: LastPageForm) -> HttpResponse | None:
    shown = booking_law.signed(last.cleaned_data["shown"])
    if shown is None:
        last.add_error(None, _("時間がたったので、内容をもう一度確かめてください。"))
        return None
    way = last.cleaned_data["way_to_pay"]
    try:
        order = lottery_draws.confirm(
            entry=entry, way_to_pay="" if way == "free" else way, shown=shown, actor=request.user
        )
    except RefusedError as error:
        last.add_error(None, str(error))
        return None
    door = door_after_order(request, order)
    return redirect(way_on(order, door) or door.url("done"))


def _last_page(
    request: Any, entry: LotteryEntry, quoted: Any, last: LastPageForm, ways: list[str], now: Any
) -> HttpResponse:
    zone = zone_of(entry.municipality)
    terms = terms_of(entry.municipality, entry.host)
    shown: dict[str, Any] = booking_law.items_of(
        quoted, host=entry.host, ways=ways, heads=entry.heads, terms=terms, now=now
    )
    shown |= {**booking_law.shown_at(), "digest": quoted.digest}
    token = booking_law.sign(shown)
    if last.is_bound:
        data = last.data.copy()  # type: ignore[attr-defined]
        data["shown"] = token
        last.data = data
    else:
        last.initial["shown"] = token
    parts = list(quoted.parts)
    context = {
        "entry": entry,
        "space": entry.space,
        "host": entry.host,
        "subject": request.subject,
        "form": last,
        "quoted": quoted,
        "lines": booking_law.lines_of(parts),
        "taxes": [row for row in booking_law.tax_within(parts) if row[2]],
        "when": when_text(entry.period, zone),
        "parts": [
            {
                "part": part,
                "when": when_text(part.wanted.period, zone),
                "picture": ladder_picture(part.steps, zone=zone) if part.yen and part.steps else None,
            }
            for part in parts
        ],
        "sections": {item: lines for item, _title, lines in booking_law.sections(shown)},
        "rules_of_cancelling": booking_law.rules_of_cancelling(entry.host),
        "titles": {item.value: str(title) for item, title in booking_law.TITLES.items()},
        "terms": terms,
        "crumbs": my_crumbs((_("抽選"), reverse("spaces:my-lotteries")), (_("当たった場所を予約する"), "")),
    }
    return render(
        request, "spaces/lotteries/take.html", context, status=422 if last.is_bound and last.errors else 200
    )
