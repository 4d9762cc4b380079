"""Messages that could not be delivered, and sending one of them again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as banners
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import way_to
from sosei.core.records import services
from sosei.core.records.errors import NotAgainError
from sosei.core.records.forms import SendAgainForm
from sosei.core.records.models import Message
from sosei.core.records.names import attach_people
from sosei.core.records.permissions import can_send_again
from sosei.core.records.querysets.messages import MessageQuerySet
from sosei.core.records.rules import Scope
from sosei.core.records.words import LOOKED_AT_UNDELIVERED


def _messages(user: Any, town: Municipality | None) -> MessageQuerySet:
    found = Message.objects.visible_to(user).undelivered().select_related("municipality")
    return found.filter(municipality=town) if town is not None else found.of_operators()


def _list_url(town: Municipality | None) -> str:
    if town is None:
        return reverse("records:operator-undelivered")
    return reverse("records:undelivered", kwargs={"code": town.code})


def _account_for(request: Any, town: Municipality | None, shown: list[Message]) -> None:
    seen = dict.fromkeys(
        m.recipient_id for m in shown if m.scope == Scope.PEOPLE and m.recipient_id is not None
    )
    if seen:
        record_looks(staff=request.user, persons=seen, what=LOOKED_AT_UNDELIVERED, municipality=town)


def _page(request: Any, town: Municipality | None) -> HttpResponse:
    found = _messages(request.user, town).prefetch_related("attempt_rows")
    page = paginate(request, found)
    attach_people(page.items, "recipient")
    _account_for(request, town, list(page))
    rows = []
    for message in page:
        attempts = list(message.attempt_rows.all())
        again = ""
        if can_send_again(request.user, message) and message.emptied_at is None:
            again = _again_url(town, message.pk)
        rows.append({"message": message, "last": attempts[-1] if attempts else None, "again": again})
    context = {
        "crumbs": way_to(town, (_("届かなかったメッセージ"), "")),
        "town": town,
        "unlisted": _unlisted() if town is None else 0,
        "page": page,
        "rows": rows,
    }
    return render(request, "records/undelivered.html", context)


def _unlisted() -> int:
    """How many could not be delivered to citizens whom no town looks after: a number is nobody's data."""
    with tenancy.unguarded():
        return int(Message.objects.undelivered().to_citizens_of_no_town().count())


def _again_url(town: Municipality | None, message_id: int) -> str:
    if town is None:
        return reverse("records:operator-send-again", kwargs={"message_id": message_id})
    return reverse("records:send-again", kwargs={"code": town.code, "message_id": message_id})


def _again(request: Any, town: Municipality | None, message_id: int) -> HttpResponse:
    message = get_object_or_404(_messages(request.user, town), pk=message_id)
    if not can_send_again(request.user, message):
        raise PermissionDenied
    form = SendAgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.send_again(message=message, actor=request.user, reason=form.cleaned_data["reason"])
        except NotAgainError as error:
            banners.error(request, str(error))
        else:
            banners.success(request, _("もう一度送ります。結果は数分でこの一覧に出ます。"))
        return redirect(_list_url(town))
    _account_for(request, town, [message])
    context = {
        "crumbs": way_to(town, (_("届かなかったメッセージ"), _list_url(town)), (_("もう一度送る"), "")),
        "town": town,
        "message": message,
        "attempts": list(message.attempt_rows.all()),
        "form": form,
        "back": _list_url(town),
    }
    return render(request, "records/send_again.html", context)


@never_cache
@require_safe
def undelivered(request: Any, code: str) -> HttpResponse:
    """Those of the town of the address."""
    return _page(request, request.town)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: Any, code: str, message_id: int) -> HttpResponse:
    """One of them."""
    return _again(request, request.town, message_id)


@never_cache
@require_safe
def operator_undelivered(request: Any) -> HttpResponse:
    """Those of no town, and of how towns are administered."""
    return _page(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def operator_send_again(request: Any, message_id: int) -> HttpResponse:
    """One of them."""
    return _again(request, None, message_id)
