"""The demonstration's mailbox: every mail and short message that would have been sent, for everybody to read."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.records.models import DemonstrationMail
from sosei.core.records.permissions import in_the_demonstration


@never_cache
@require_safe
def mailbox(request: Any) -> HttpResponse:
    """The list, newest first; not there outside the demonstration."""
    if not in_the_demonstration(request.user):
        raise Http404(_("このページは実演でだけ見られます。"))
    mails = DemonstrationMail.objects.visible_to(request.user)
    to = request.GET.get("to", "").strip()
    if to:
        mails = mails.filter(to__icontains=to.replace("\x00", ""))
    context = {
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("実演の郵便受け"), "")],
        "page": paginate(request, mails, per_page=20),
        "to": to,
    }
    return render(request, "records/mailbox.html", context)
