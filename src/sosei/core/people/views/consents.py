"""Pages of consents: one's own, and the office's, where new versions are published."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people import consents_gate, tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Consent, ConsentText, Municipality
from sosei.core.people.person_forms import ConsentTextForm
from sosei.core.people.services import consents as services
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.consents import Wording
from sosei.core.people.views.subject import (
    Crumbs,
    acting,
    office_crumbs,
    own_crumbs,
    show_refusal,
    subject_page,
)

WORDING = ("title", "title_en", "purpose", "purpose_en", "body", "body_en", "is_required")


@require_safe
@subject_page
def consents(request: Any) -> HttpResponse:
    """Every text that concerns the person, and what the person decided."""
    context = {
        "asked": services.asked_of(request.subject),
        "subject": request.subject,
        "crumbs": own_crumbs((_("同意"), "")),
    }
    return render(request, "people/me/consents.html", context)


@require_safe
@subject_page
def consent(request: Any, pk: int) -> HttpResponse:
    """The whole text of one version."""
    text = _text(pk)
    asked = next((one for one in services.asked_of(request.subject) if one.text.pk == text.pk), None)
    context = {
        "text": text,
        "asked": asked,
        "withdrawing": "withdraw" in request.GET,
        "subject": request.subject,
        "crumbs": own_crumbs((_("同意"), reverse("people:consents")), (str(text), "")),
    }
    return render(request, "people/me/consent.html", context)


@require_POST
@subject_page
def decide(request: Any, pk: int) -> HttpResponse:
    """Agrees, or takes an agreement back."""
    text = _text(pk)
    try:
        if request.POST.get("decision") == Consent.Decision.WITHDRAWN:
            services.withdraw_consent(by=acting(request), text=text)
            consents_gate.ask_again(request)
            messages.success(request, _("「%(title)s」への同意を取り消しました。") % {"title": text})
        elif request.POST.get("decision") == Consent.Decision.GIVEN:
            services.give_consent(by=acting(request), text=text)
            messages.success(request, _("「%(title)s」に同意しました。") % {"title": text})
        else:
            messages.error(request, _("「同意する」か「取り消す」を選んでください。"))
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("people:consents")


def _text(pk: int) -> ConsentText:
    found: ConsentText | None = ConsentText.objects.select_related("municipality").filter(pk=pk).first()
    if found is None:
        raise Http404(_("この同意の文はありません。"))
    return found


@require_http_methods(["GET", "POST"])
@subject_page
def consents_due(request: Any) -> HttpResponse:
    """Texts that have to be agreed to before Sosei is used: read, agreed to at once, or left."""
    waiting = services.due(request.user)
    way_on = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(way_on, {request.get_host()}, require_https=request.is_secure()):
        way_on = reverse("people:me")
    problem = ""
    if request.method == "POST":
        agreed = set(request.POST.getlist("text"))
        if agreed >= {str(one.text.pk) for one in waiting}:
            services.give_all(by=Acting.for_oneself(request.user), texts=[one.text for one in waiting])
            return HttpResponseRedirect(way_on)
        problem = _("続けるには、すべての文を読んで、チェックを入れてください。")
    if not waiting:
        return HttpResponseRedirect(way_on)
    context = {
        "waiting": waiting,
        "way_on": way_on,
        "problem": problem,
        "subject": request.user,
        "crumbs": [*own_crumbs()[:1], (_("あたらしい同意"), "")],
    }
    return render(request, "people/me/consents_due.html", context)


# --- The office ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def office_consents(request: Any, code: str) -> HttpResponse:
    """The town's texts."""
    crumbs = office_crumbs(request, (_("同意の文"), ""))
    return _texts_page(request, _real(request.town), crumbs)


@require_http_methods(["GET", "POST"])
def operator_consents(request: Any) -> HttpResponse:
    """The texts of the whole installation."""
    home, operator = (_("ホーム"), reverse("portal:home")), (_("システムの管理"), reverse("people:operator"))
    return _texts_page(request, None, [home, operator, (_("同意の文"), "")])


def _real(town: Any) -> Municipality:
    """The town itself, in place of the object that stands for it until it is asked."""
    return Municipality.objects.get(pk=town.pk)


def _texts_page(request: Any, town: Municipality | None, crumbs: Crumbs) -> HttpResponse:
    """The texts of a town, how many agreed, and the form of a new version."""
    may_publish = rules.has_perm("people.add_consenttext", request.user, ConsentText(municipality=town))
    texts = list(ConsentText.objects.current().filter(municipality=town).order_by("key"))
    form = ConsentTextForm(request.POST or None, initial=_newest_wording(request, town))
    if request.method == "POST":
        if not may_publish:
            raise PermissionDenied(_("同意の文を公表できるのは、企画担当だけです。"))
        if form.is_valid():
            wording = Wording(**{part: form.cleaned_data[part] for part in WORDING})
            try:
                text = services.publish_consent_text(
                    actor=request.user,
                    municipality=town,
                    key=form.cleaned_data["key"],
                    wording=wording,
                    reason=form.cleaned_data["reason"],
                )
            except RefusedError as error:
                show_refusal(form, error)
            else:
                messages.success(
                    request,
                    _("「%(title)s」の第%(version)s版を公表しました。")
                    % {"title": text, "version": text.version},
                )
                return redirect(request.path)
    numbers = consent_numbers(texts)
    rows = [{"text": text, **numbers.get(text.pk, {"given": 0, "withdrawn": 0})} for text in texts]
    context = {
        "rows": rows,
        "form": form if may_publish else None,
        "town": town,
        "crumbs": crumbs,
    }
    return render(request, "people/desk/consents.html", context)


def consent_numbers(texts: Any) -> dict[int, dict[str, int]]:
    """How many persons agree to each text now, and how many took it back; numbers alone, no names."""
    # A planner sees nobody's consents; the count is nobody's data.
    with tenancy.unguarded():
        newest = (
            Consent.objects.filter(text__in=[text.pk for text in texts])
            .annotate(place=Window(RowNumber(), partition_by=[F("person"), F("text")], order_by="-id"))
            .filter(place=1)
            .values_list("text", "decision")
        )
        counted: dict[int, dict[str, int]] = {}
        for text, decision in newest:
            numbers = counted.setdefault(text, {"given": 0, "withdrawn": 0})
            numbers[decision] += 1
    return counted


def _newest_wording(request: Any, town: Municipality | None) -> dict[str, Any]:
    """The form starts from the newest version of the text named in the address."""
    key = request.GET.get("text", "")
    of_town = ConsentText.objects.filter(municipality=town, key=key)
    newest = of_town.order_by("-version").first() if key else None
    return {"key": key, **{part: getattr(newest, part) for part in WORDING}} if newest else {}
