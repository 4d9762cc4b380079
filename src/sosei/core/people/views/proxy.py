"""Staff begin and end acting for a person."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.people import proxy
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import ProxySession
from sosei.core.people.person_forms import ActForm
from sosei.core.people.services.proxy import start_acting, stop_acting
from sosei.core.people.views.desk import find_person
from sosei.core.people.views.subject import office_crumbs, show_refusal


@require_http_methods(["GET", "POST"])
def act(request: Any, code: str, uid: Any) -> HttpResponse:
    """Asks how the person is reached and why, then opens the person's own pages."""
    person = find_person(request, uid)
    wished = ProxySession(staff=request.user, person=person, municipality=request.town)
    if not rules.has_perm("people.add_proxysession", request.user, wished):
        raise PermissionDenied(_("本人に代わって操作できるのは、この自治体の事業担当だけです。"))
    last = ProxySession.objects.filter(staff=request.user, person=person).order_by("-pk").first()
    resumed = request.session.get(proxy.TYPED_KEY, {}).get("about") == str(person.uid)
    initial = {"channel": last.channel, "reason": last.reason} if last and resumed else {}
    form = ActForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if request.proxy_session is None:
            # Left behind by signing out in the middle: nothing of this browser can end it.
            for left in ProxySession.objects.filter(staff=request.user, ended_at=None):
                stop_acting(session=left)
        try:
            session = start_acting(
                staff=request.user, person=person, municipality=request.town, **form.cleaned_data
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            request.session[proxy.SESSION_KEY] = session.pk
            return redirect(request.session[proxy.TYPED_KEY]["path"] if resumed else "people:me")
    back = reverse("people:person", kwargs={"code": code, "uid": uid})
    context = {
        "form": form,
        "person": person,
        "under_way": request.proxy_session,
        "back_url": back,
        "crumbs": office_crumbs(
            request,
            (_("人の一覧"), reverse("people:people", kwargs={"code": code})),
            (str(person), back),
            (_("代わりに操作する"), ""),
        ),
    }
    return render(request, "people/desk/act.html", context)


@require_POST
def stop(request: Any) -> HttpResponse:
    """Ends acting; without anything under way nothing happens."""
    session: ProxySession | None = request.proxy_session
    if session is None:
        return redirect("people:me")
    stop_acting(session=session)
    request.session.pop(proxy.SESSION_KEY, None)
    messages.success(
        request,
        _("%(person)sに代わる操作を終えました。したことは本人に知らせます。") % {"person": session.person},
    )
    return redirect("people:person", code=session.municipality.code, uid=session.person.uid)
