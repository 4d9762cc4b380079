"""What the pages about a person share: whose data they change, and what happens when that is no longer so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import look_words
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Municipality, ProxySession
from sosei.core.people.proxy import TYPED_KEY
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.looks import record_look

View = Callable[..., HttpResponse]
PURPOSE_KEY = "purpose_of_looking"
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "about"})


def acting(request: Any) -> Acting:
    """In whose name this request does something to the person it is for."""
    if request.proxy_session is None:
        return Acting.for_oneself(request.user)
    return Acting.by_proxy(request.proxy_session, request.user)


def subject_page(view: View) -> View:
    """For pages about `request.subject`: a form opened for somebody else changes nobody; a look is left by staff."""

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and request.POST.get("about") != str(request.subject.uid):
            return lapsed(request)
        if request.method != "POST" and request.proxy_session is not None:
            session: ProxySession = request.proxy_session
            record_look(
                staff=request.user,
                person=request.subject,
                what=look_words.OWN_PAGES,
                municipality=session.municipality,
                purpose=session.reason,
                proxy_session=session,
            )
        return view(request, *args, **kwargs)

    return checked


def lapsed(request: Any) -> HttpResponse:
    """The page for a form whose person is no longer the one acted for: nothing was saved, what was typed is kept."""
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_TYPED}
    about = request.POST.get("about", "")
    session = _last_session(request, about)
    if session is not None:
        request.session[TYPED_KEY] = {"path": request.path, "about": about, "data": typed}
    shown = [(name, "、".join(values)) for name, values in typed.items() if any(values)]
    context = {
        "session": session,
        "typed": shown,
        "start_url": _start_url(session) if session else "",
        "back_url": request.path,
    }
    return render(request, "people/desk/lapsed.html", context, status=409)


def _last_session(request: Any, about: str) -> ProxySession | None:
    sessions = ProxySession.objects.filter(staff=request.user).select_related("person", "municipality")
    last: ProxySession | None = sessions.order_by("-pk").first()
    return last if last is not None and str(last.person.uid) == about else None


def _start_url(session: ProxySession) -> str:
    return reverse("people:act", kwargs={"code": session.municipality.code, "uid": session.person.uid})


def typed_before(request: Any) -> dict[str, Any]:
    """What was typed into this page's form when the time for acting ended, once; empty otherwise."""
    kept = request.session.get(TYPED_KEY)
    if not kept or (kept["path"], kept["about"]) != (request.path, str(request.subject.uid)):
        return {}
    del request.session[TYPED_KEY]
    messages.info(
        request, _("入力した内容を戻しました。まだ保存していません。確かめてから、保存してください。")
    )
    return {name: values[0] if len(values) == 1 else values for name, values in kept["data"].items()}


def purpose_of_looking(request: Any) -> str:
    """What staff looks for at the moment, as they said on the list; noted with every look until they say otherwise."""
    if "purpose" in request.GET:
        said = request.GET["purpose"].strip()[:300]
        if said != request.session.get(PURPOSE_KEY, ""):
            request.session[PURPOSE_KEY] = said
    return str(request.session.get(PURPOSE_KEY, ""))


def show_refusal(form: forms.Form, error: RefusedError) -> None:
    """What a service refused, beside the box in which it can be mended."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


Crumbs = Sequence[tuple[str, str]]


def own_crumbs(*rest: tuple[str, str]) -> Crumbs:
    """The way to one of one's own pages."""
    return [(_("ホーム"), reverse("portal:home")), (_("マイページ"), reverse("people:me")), *rest]


def office_crumbs(request: HttpRequest, *rest: tuple[str, str]) -> Crumbs:
    """The way to a page of the town's office."""
    return way_to(request.town, *rest)  # type: ignore[attr-defined]


def way_to(town: Municipality | None, *rest: tuple[str, str]) -> Crumbs:
    """The way to a page of a town's office, or of the operator's pages where no town is named."""
    if town is None:
        return [(_("システム管理"), reverse("people:operator")), *rest]
    office = reverse("people:office", kwargs={"code": town.code})
    return [(_("ホーム"), reverse("portal:home")), (_("%(town)sの役所") % {"town": town}, office), *rest]
