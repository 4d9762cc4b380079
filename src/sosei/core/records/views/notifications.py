"""A person's own notifications, and what they want to receive."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as banners
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import roles
from sosei.core.records import services
from sosei.core.records.models import Message
from sosei.core.records.own_pages import own_page
from sosei.core.records.preferences import choices_of

LONGEST_NUMBER = 13


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("ホーム"), reverse("portal:home")), *more]


@never_cache
@require_safe
@own_page
def notifications(request: Any) -> HttpResponse:
    """The list, newest first."""
    person = request.subject
    found = Message.objects.visible_to(person).notifications_of(person).select_related("municipality")
    context = {
        "crumbs": _crumbs((_("お知らせ"), "")),
        "page": paginate(request, found, per_page=20),
        "unread": services.unread_count(person),
        "own": person == request.user,
        "person": person,
    }
    return render(request, "records/notifications.html", context)


@require_POST
def mark_read(request: Any) -> HttpResponse:
    """One notification (`message`) or all of them; staff who act for the person cannot: reading is the person's."""
    asked = request.POST.get("message", "")
    if asked and not (asked.isdecimal() and len(asked) <= LONGEST_NUMBER):
        banners.error(
            request,
            _("お知らせの番号「%(number)s」は読めません。一覧から選んでください。") % {"number": asked[:40]},
        )
        return redirect("records:notifications")
    services.mark_read(person=request.user, messages=[int(asked)] if asked else None)
    back = request.POST.get("page", "")
    address = reverse("records:notifications")
    return redirect(
        f"{address}?page={back}" if back.isdecimal() and back.isascii() and back != "1" else address
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def settings(request: Any) -> HttpResponse:
    """The switches; those that law or security demand are shown and cannot be moved."""
    person = request.subject
    staff = bool(person.standing.towns_as(roles.TOWN_STAFF)) or person.standing.is_operator
    choices = choices_of(person, staff=staff)
    if request.method == "POST":
        wanted = {
            (group.name, choice.channel): choice.name in request.POST
            for group, row in choices
            if not group.obliged
            for choice in row
        }
        services.set_preferences(person=person, wanted=wanted, actor=request.user)
        banners.success(request, _("お知らせの受け取り方を保存しました。"))
        return redirect("records:notification-settings")
    crumbs = _crumbs((_("お知らせ"), reverse("records:notifications")), (_("受け取り方"), ""))
    context = {"crumbs": crumbs, "choices": choices, "subject": person}
    return render(request, "records/notification_settings.html", context)
