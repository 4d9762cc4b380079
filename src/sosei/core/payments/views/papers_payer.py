"""A payer's list of what there is to pay and was paid."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.payments.bill_rows import rows_of
from sosei.core.payments.models import Bill
from sosei.core.people import tenancy
from sosei.core.records.own_pages import own_page


@never_cache
@require_safe
@own_page
def listed(request: Any) -> HttpResponse:
    """Bills, the latest first; what is open stands out."""
    with tenancy.unguarded():
        bills = (
            Bill.objects.filter(person=request.subject)
            .with_standing()
            .select_related("municipality", "payee")
        )
        page = paginate(request, bills.order_by("-made_at", "-pk"), per_page=25)
        rows = rows_of(page)
    context = {
        "page": page,
        "rows": rows,
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("支払い"), "")],
    }
    return render(request, "payments/papers/mine.html", context)
