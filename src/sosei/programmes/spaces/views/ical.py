"""Calendars of a host's spaces: the secret addresses that go out, the ones that come in, and the file itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.letters import link
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import host_crumbs, host_of, host_url
from sosei.programmes.spaces.booking_times import moment_text, when_text
from sosei.programmes.spaces.forms_keys import FeedForm
from sosei.programmes.spaces.ical_file import space_calendar
from sosei.programmes.spaces.models import CalendarFeed, CalendarLink, Host, Space
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import ical as services
from sosei.programmes.spaces.views.keys import spaces_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calendars(request: Any, code: str, host_id: int) -> HttpResponse:
    """What goes out and what comes in; a POST takes in another calendar."""
    host = host_of(request, host_id)
    spaces = spaces_of(request, host)
    form = FeedForm(request.POST or None, spaces=[(key, str(one)) for key, one in spaces.items()])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.add_feed(
                space=spaces[given["space"]], name=given["name"], address=given["address"], actor=request.user
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("取り込みました。1分ほどで、はじめて読みます。"))
            return redirect(host_url("host-calendars", host))
    links = CalendarLink.objects.visible_to(request.user).filter(host=host, ended_at__isnull=True)
    made = {one.space_id: one for one in links}
    feeds = CalendarFeed.objects.visible_to(request.user).filter(host=host, ended_at__isnull=True)
    context = {
        "host": host,
        "spaces": [_out(host, space, made.get(key)) for key, space in spaces.items()],
        "feeds": [
            _in(host, one) for one in feeds.select_related("space", "municipality").order_by("name", "pk")
        ],
        "form": form,
        "may_add": bool(spaces),
        "crumbs": host_crumbs(host, (_("カレンダーの出し入れ"), "")),
    }
    return render(request, "spaces/ical/calendars.html", context, status=422 if form.errors else 200)


def _out(host: Host, space: Space, made: CalendarLink | None) -> dict[str, Any]:
    return {
        "space": space,
        "link": made,
        "address": link("spaces:space-calendar", secret=made.secret) if made is not None else "",
        "url": host_url("host-calendar-link", host, space_id=space.pk),
    }


def _in(host: Host, feed: CalendarFeed) -> dict[str, Any]:
    zone = zone_of(feed.municipality)
    clashes = []
    for row in feed.clashes:
        start, end = parse_datetime(row["start"]), parse_datetime(row["end"])
        if start is None or end is None:
            continue
        clashes.append(
            {
                "number": row["number"],
                "when": when_text(Period(start, end), zone),
                "url": host_url("host-order", host, number=row["number"]),
            }
        )
    return {
        "feed": feed,
        "read": moment_text(feed.read_at, zone) if feed.read_at else "",
        "tried": moment_text(feed.tried_at, zone) if feed.tried_at else "",
        "clashes": clashes,
        "end_url": host_url("host-feed-end", host, feed_id=feed.pk),
        "read_url": host_url("host-feed-read", host, feed_id=feed.pk),
    }


@require_POST
def change_link(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Makes the secret address of a space, renews or ends it."""
    host = host_of(request, host_id)
    space = get_object_or_404(
        Space.objects.visible_to(request.user).filter(host=host).select_related("municipality", "host"),
        pk=space_id,
    )
    if "end" in request.POST:
        services.end_link(space=space, actor=request.user)
        messages.success(request, _("アドレスを使えなくしました。"))
    else:
        services.make_link(space=space, actor=request.user)
        messages.success(request, _("新しいアドレスを作りました。前のアドレスは、もう使えません。"))
    return redirect(host_url("host-calendars", host))


def _feed(request: Any, host: Host, feed_id: int) -> CalendarFeed:
    rows = CalendarFeed.objects.visible_to(request.user).filter(host=host)
    found: CalendarFeed = get_object_or_404(rows.select_related("space", "municipality", "host"), pk=feed_id)
    return found


@require_POST
def end_feed(request: Any, code: str, host_id: int, feed_id: int) -> HttpResponse:
    """Takes in a calendar no more."""
    host = host_of(request, host_id)
    services.end_feed(feed=_feed(request, host, feed_id), actor=request.user)
    messages.success(request, _("取り込みをやめました。これからの時間は、また予約できます。"))
    return redirect(host_url("host-calendars", host))


@require_POST
def read_feed(request: Any, code: str, host_id: int, feed_id: int) -> HttpResponse:
    """Has a calendar read now."""
    host = host_of(request, host_id)
    services.read_again(feed=_feed(request, host, feed_id), actor=request.user)
    messages.success(request, _("もう一度読みます。1分ほどしてから、この画面を開き直してください。"))
    return redirect(host_url("host-calendars", host))


@require_safe
def space_calendar_file(request: Any, secret: str) -> HttpResponse:
    """A space's calendar for whoever holds the secret address.

    Raises:
        Http404: the address leads nowhere, or no more.
    """
    space = services.space_of_secret(secret)
    if space is None:
        raise Http404
    with tenancy.unguarded(), override("ja"):
        body = space_calendar(space, timezone.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="sosei.ics"'
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response
