"""What a host does with a listing: asks for publication, ends and begins it again, copies it, drops the draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_listings import ClosingForm
from sosei.programmes.spaces.services import listings as services
from sosei.programmes.spaces.services.copies import copy_space
from sosei.programmes.spaces.views.host_common import host_url, own_space, space_crumbs, space_url


@require_POST
def submit(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Asks the town to check and publish."""
    space = own_space(request, host_id, space_id)
    return _do(
        request,
        lambda: services.submit_space(space=space, actor=request.user),
        _("公開を申し込みました。町の担当者が確かめると、お知らせします。"),
        space_url("space-edit", space),
    )


@require_POST
def reopen(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Begins again what was closed."""
    space = own_space(request, host_id, space_id)
    return _do(
        request,
        lambda: services.reopen_space(space=space, actor=request.user),
        _("受け付けをまた始めました。"),
        space_url("space-edit", space),
    )


def _do(request: Any, verb: Any, done: str, then: str) -> HttpResponse:
    try:
        verb()
    except HostError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(then)


@require_POST
def copy(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """A new draft like it."""
    space = own_space(request, host_id, space_id)
    try:
        made = copy_space(space=space, actor=request.user)
    except HostError as error:
        messages.error(request, str(error))
        return redirect(space_url("space-edit", space))
    messages.success(request, _("写しました。名前と、ちがうところを直してください。写真は写していません。"))
    return redirect(space_url("space-about", made))


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Takes no new bookings."""
    space = own_space(request, host_id, space_id)
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_space(space=space, actor=request.user, reason=form.cleaned_data["reason"])
        except HostError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("受け付けを終えました。もうある予約はそのままです。"))
            return redirect(space_url("space-edit", space))
    heading = _("「%(name)s」の受け付けを終える") % {"name": space}
    return _ask(
        request,
        space,
        form,
        heading,
        _("新しい予約を受けません。もうある予約はそのままです。"),
        _("受け付けを終える"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Removes a draft."""
    space = own_space(request, host_id, space_id)
    host, error = space.host, ""
    if request.method == "POST":
        try:
            services.drop_space(space=space, actor=request.user)
        except HostError as refused:
            error = str(refused)
        else:
            messages.success(request, _("下書きを消しました。"))
            return redirect(host_url("host", host))
    heading = _("「%(name)s」の下書きを消す") % {"name": space}
    return _ask(
        request,
        space,
        None,
        heading,
        error or _("消した下書きは、もとに戻せません。"),
        _("消す"),
        bad=bool(error),
    )


def _ask(
    request: Any, space: Any, form: Any, heading: str, text: str, submit: str, *, bad: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "text": text,
        "bad": bad,
        "submit": submit,
        "danger": form is None,
        "cancel_url": space_url("space-edit", space),
        "crumbs": space_crumbs(request, space, (heading, "")),
    }
    return render(request, "spaces/hosts/ask.html", context)
