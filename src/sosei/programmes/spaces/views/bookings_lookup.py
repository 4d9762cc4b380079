"""Orders made without an account: found by number and mail, or opened by the link in the mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people import tenancy
from sosei.core.people.rate_limits import Limit, Per, TooManyError, attempt, limited, too_many
from sosei.programmes.spaces.booking_doors import grant
from sosei.programmes.spaces.forms_bookings import LookUpForm
from sosei.programmes.spaces.models import Order
from sosei.programmes.spaces.services import numbers

TRIES = (Limit(20, minutes=60), Limit(10, minutes=60, per=Per.NAME))
LINK_TRIES = (Limit(60, minutes=60),)


def _number(request: Any) -> str:
    return numbers.tidy(str(request.POST.get("number", ""))[:40])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("spaces.look_up", *TRIES, name=_number)
def look_up(request: Any) -> HttpResponse:
    """The form; whether the number or the mail was wrong is not told."""
    form = LookUpForm(request.POST or None, initial={"number": request.GET.get("number", "")[:20]})
    if request.method == "POST" and form.is_valid():
        with tenancy.unguarded():
            order = numbers.orders_by_mail(form.cleaned_data["number"], form.cleaned_data["contact"])
        if order is not None and order.person_id is None:
            grant(request, order)
            return redirect("spaces:link-order", number=order.number)
        form.add_error(
            None,
            _("この番号とメールの予約は見つかりません。予約のメールを見て、もう一度書いてください。"),
        )
    context = {
        "form": form,
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("予約を見る"), "")],
    }
    return render(request, "spaces/bookings/look_up.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def opened(request: Any, number: str, secret: str) -> HttpResponse:
    """The link of the mail: the browser is let in, and the secret leaves the address."""
    try:
        attempt("spaces.link", request, limits=LINK_TRIES)
    except TooManyError as error:
        return too_many(request, error)
    with tenancy.unguarded():
        order: Order | None = numbers.order_by_secret(number, secret)
    if order is None:
        messages.error(request, _("このリンクは使えません。予約番号とメールを書いて、開いてください。"))
        return redirect("spaces:look-up")
    if order.person_id is not None:
        return redirect("spaces:my-order", number=order.number)
    grant(request, order)
    return redirect("spaces:link-order", number=order.number)
