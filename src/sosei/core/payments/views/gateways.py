"""Where gateways post their notices, where a card is entered for Stripe, and the pages of the practice gateway."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.payments import kinds
from sosei.core.payments.errors_payments import NoticeRefusedError
from sosei.core.payments.forms_gateways import PracticeCardForm, TillForm, cards
from sosei.core.payments.gateways import embedded
from sosei.core.payments.gateways.stripe import SALT
from sosei.core.payments.models import EmbeddedOrder, Payment
from sosei.core.payments.services import notices
from sosei.core.people import tenancy

STRIPE_SITES = {
    "script-src": ["https://js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": ["https://api.stripe.com"],
}
"""What the card page alone lets in: the form in which Stripe takes the number, so that this site never sees it."""


@csrf_exempt
@never_cache
@require_POST
def notice(request: Any, gateway: str) -> HttpResponse:
    """A notice of a gateway: 200 once it is kept, 400 where it is refused."""
    try:
        event = notices.receive_notice(gateway=gateway, body=request.body, headers=request.headers)
    except LookupError:
        raise Http404 from None
    except NoticeRefusedError as error:
        return JsonResponse({"refused": error.reason}, status=400)
    return JsonResponse({"outcome": event.outcome})


@never_cache
@require_safe
def card(request: Any, token: str) -> HttpResponse:
    """The form for a card at Stripe; the link was made for this payment alone."""
    with tenancy.unguarded():
        payment = _payment(token)
        bill = payment.bill
        thing = kinds.payable(bill.kind)
        back = thing.page(bill, bill.person)
        if payment.state not in (Payment.State.ASKED, Payment.State.WAITING) or not payment.client_secret:
            return redirect(back)
        context = {
            "payment": payment,
            "thing": thing.describe(bill.object_key),
            "back": back,
            "key": settings.STRIPE_PUBLISHABLE_KEY,
            "crumbs": [(_("支払い"), back), (_("カード"), "")],
        }
    answer = render(request, "payments/card.html", context)
    answer._csp_update = STRIPE_SITES  # type: ignore[attr-defined]
    return answer


def _payment(token: str) -> Payment:
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Http404(_("このリンクは使えません。支払いのページから開き直してください。")) from None
    found: Payment | None = (
        Payment.objects.select_related("bill__person", "bill__municipality")
        .filter(key=key, gateway="stripe")
        .first()
    )
    if found is None:
        raise Http404(_("このリンクは使えません。支払いのページから開き直してください。"))
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: Any, key: str) -> HttpResponse:
    """The practice gateway's own page: a card form, or the till of a shop."""
    if settings.PAYMENT_GATEWAY != "embedded":
        raise Http404
    with tenancy.unguarded():
        order = EmbeddedOrder.objects.filter(key=key).first()
        if order is None:
            raise Http404(_("このリンクは使えません。支払いのページから開き直してください。"))
        is_card = order.way == "card"
        form = PracticeCardForm(request.POST or None) if is_card else TillForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = form.cleaned_data["number" if is_card else "button"]
            order = embedded.pay(key, answer, at_till=not is_card)
            if order.state == "paid":
                return redirect(order.return_url)
    context = {
        "order": order,
        "form": form,
        "cards": cards() if is_card else [],
        "buttons": [] if is_card else [(name, manner.label) for name, manner in embedded.TILL.items()],
        "crumbs": [(_("支払い"), order.return_url), (_("練習用の決済会社"), "")],
    }
    return render(request, "payments/practice.html", context)
