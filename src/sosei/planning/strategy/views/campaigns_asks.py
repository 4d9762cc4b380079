"""The planner's page of one department in a campaign: links, more time, a reminder."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sosei.core.people.errors import RefusedError
from sosei.core.people.letters import link
from sosei.core.people.rate_limits import Limit, Per, limited
from sosei.planning.strategy.forms_campaigns import ExtendForm
from sosei.planning.strategy.models import Ask, Campaign
from sosei.planning.strategy.services import ask_links, campaigns
from sosei.planning.strategy.views.campaigns import crumbs_to, title_of


def _who(request: Any) -> str:
    return str(request.user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited("strategy.ask_links", Limit(300, 60, Per.NAME), name=_who)
def manage(request: Any, code: str, ask_id: int) -> HttpResponse:
    """Who is written to, and what the planner can do for a department."""
    ask = get_object_or_404(
        Ask.objects.visible_to(request.user)
        .filter(strategy__municipality=request.town)
        .select_related("campaign__strategy__municipality", "department", "strategy__municipality"),
        pk=ask_id,
    )
    action = request.POST.get("action", "")
    form = ExtendForm(request.POST if action == "extend" else None, initial={"due_on": ask.due})
    made = ""
    if request.method == "POST":
        try:
            if action == "make":
                # Shown this once; a redirect would have to keep it somewhere.
                made = link("strategy:answer-link", token=ask_links.make_link(ask=ask, made_by=request.user))
            elif action != "extend" or form.is_valid():
                messages.success(request, _done(request, ask, action, form))
                return redirect("strategy:ask-manage", code=code, ask_id=ask.pk)
        except RefusedError as error:
            if action == "extend":
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.error(request, str(error))
                return redirect("strategy:ask-manage", code=code, ask_id=ask.pk)
    held = ask.campaign
    back = reverse("strategy:campaign", kwargs={"code": code, "campaign_id": held.pk})
    context = {
        "crumbs": crumbs_to(request, (title_of(held), back), (str(ask.department), "")),
        "heading": str(ask.department),
        "ask": ask,
        "campaign": held,
        "recipients": ask_links.recipients_of(ask),
        "links": ask.links.filter(withdrawn_at__isnull=True).count(),
        "is_open": held.state == Campaign.State.OPEN,
        "form": form,
        "made": made,
        "back": back,
    }
    return render(request, "strategy/campaigns/manage.html", context)


def _done(request: Any, ask: Ask, action: str, form: ExtendForm) -> str:
    """Does what was asked for; the words for it.

    Raises:
        RefusedError: it cannot be done.
    """
    if action == "extend":
        campaigns.extend_due_date(ask=ask, extended_by=request.user, **form.cleaned_data)
        return _("締め切りを延ばしました。")
    if action == "remind":
        ask_links.remind(ask=ask, reminded_by=request.user)
        return _("催促のメールを送りました。")
    if action == "again":
        count = ask_links.send_links_again(ask=ask, sent_by=request.user)
        return _("新しいリンクを%(count)s通送りました。前のリンクは使えません。") % {"count": count}
    count = ask_links.withdraw_links(ask=ask, withdrawn_by=request.user)
    return _("リンクを%(count)s本止めました。") % {"count": count}
