"""Pages on which a person's names, language, addresses and date of birth are entered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.people import birth_dates, postcodes
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Address, BirthDate, Person
from sosei.core.people.person_forms import AddressForm, BirthDateForm, ProfileForm
from sosei.core.people.services.addresses import remove_second_address, save_address
from sosei.core.people.services.profile import record_birth_date, remove_birth_date, set_language, set_names
from sosei.core.people.views.subject import acting, own_crumbs, show_refusal, subject_page, typed_before

PLACE_PARTS = ("prefecture", "city", "town")
ADDRESS_PARTS = ("postcode", *PLACE_PARTS, "street", "building")


@require_http_methods(["GET", "POST"])
@subject_page
def profile(request: Any) -> HttpResponse:
    """Name, reading and language; a new language is spoken at once."""
    person: Person = request.subject
    if request.method == "POST":
        form = ProfileForm(request.POST, person=person)
        if form.is_valid():
            try:
                with transaction.atomic():
                    set_names(by=acting(request), name=form.name)
                    set_language(by=acting(request), language=form.cleaned_data["language"])
            except RefusedError as error:
                show_refusal(form, error)
            else:
                return _saved(request, person)
    else:
        columns = ("family_name", "given_name", "family_kana", "given_kana", "language")
        kept = {column: getattr(person, column) for column in columns}
        form = ProfileForm(initial={**kept, **typed_before(request)}, person=person)
    context = {"form": form, "crumbs": own_crumbs((_("名前と言葉"), ""))}
    return render(request, "people/me/profile.html", context)


def _saved(request: Any, person: Person) -> HttpResponse:
    # Staff who act for somebody go on reading in their own language.
    if request.proxy_session is not None:
        messages.success(request, _("保存しました。"))
        return redirect("people:me")
    with override(person.language):
        messages.success(request, _("保存しました。"))
        return redirect(reverse("people:me"))


# --- Addresses -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@subject_page
def address(request: Any, kind: str) -> HttpResponse:
    """The page of one address."""
    person = request.subject
    kept = _kept_address(person, kind)
    if request.method == "POST":
        form = AddressForm(request.POST, person=person)
        if form.is_valid():
            try:
                saved = save_address(by=acting(request), kind=kind, written=form.written)
            except RefusedError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("住所を保存しました：%(address)s") % {"address": saved})
                return redirect("people:me")
    else:
        form = AddressForm(initial={**address_initial(kept), **typed_before(request)}, person=person)
    return _address_page(request, kind, form, kept)


@require_POST
@subject_page
def look_up_address(request: Any, kind: str) -> HttpResponse:
    """Fills in the place of the postcode: the whole page, or for a script the boxes alone."""
    kept = _kept_address(request.subject, kind)
    form, found, problem = looked_up(request, AddressForm)
    if getattr(request, "htmx", False):
        context = {"form": form, "found": found, "problem": problem, **lookup_addresses(kind)}
        return render(request, "people/me/_place.html", context)
    return _address_page(request, kind, form, kept, found=found, problem=problem)


def looked_up(request: Any, form_class: type[AddressForm]) -> tuple[AddressForm, Any, str]:
    """The form with the place filled in, what was found, and what was wrong with the postcode.

    Where one postcode serves several places nothing is filled in until one is chosen.
    """
    typed = {name: request.POST.get(name, "") for name in (*ADDRESS_PARTS, "reason")}
    try:
        found = postcodes.look_up(typed["postcode"])
    except postcodes.PostcodeError as error:
        return form_class(initial=typed, person=request.subject), None, str(error)
    chosen = request.POST.get("place", "")
    index = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 5 else 0
    if len(found.places) == 1 or (chosen and index < len(found.places)):
        place = found.places[index if chosen else 0]
        typed |= {part: getattr(place, part) for part in PLACE_PARTS}
        found = postcodes.Found(found.postcode, found.zeros_added, (place,))
    typed["postcode"] = postcodes.written(found.postcode)
    return form_class(initial=typed, person=request.subject), found, ""


def address_initial(kept: Address | None) -> dict[str, str]:
    """What the boxes show of a kept address."""
    if kept is None:
        return {}
    return {part: getattr(kept, part) for part in ADDRESS_PARTS} | {
        "postcode": postcodes.written(kept.postcode)
    }


def lookup_addresses(kind: str) -> dict[str, str]:
    """Where the form of one's own address is posted."""
    return {
        "save_url": reverse("people:address", kwargs={"kind": kind}),
        "lookup_url": reverse("people:address-lookup", kwargs={"kind": kind}),
    }


def _kept_address(person: Person, kind: str) -> Address | None:
    if kind not in Address.Kind.values:
        raise Http404(_("このような住所の種類はありません。"))
    kept: Address | None = person.addresses.filter(kind=kind).first()
    return kept


def _address_page(
    request: Any, kind: str, form: AddressForm, kept: Address | None, *, found: Any = None, problem: str = ""
) -> HttpResponse:
    title = _("住所") if kind == Address.Kind.HOME else _("二つ目の住まい")
    context = {
        "form": form,
        "found": found,
        "problem": problem,
        "title": title,
        "subject": request.subject,
        "removable": kept is not None and kind == Address.Kind.SECOND,
        "second": kind == Address.Kind.SECOND,
        **lookup_addresses(kind),
        "cancel_url": reverse("people:me"),
        "crumbs": own_crumbs((title, "")),
    }
    return render(request, "people/me/address.html", context)


@require_POST
@subject_page
def remove_address(request: Any) -> HttpResponse:
    """Takes the second place away."""
    if remove_second_address(by=acting(request)):
        messages.success(request, _("二つ目の住まいを消しました。"))
    return redirect("people:me")


# --- Date of birth -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@subject_page
def birth_date(request: Any) -> HttpResponse:
    """Asked only where a law asks for it."""
    person: Person = request.subject
    kept = BirthDate.objects.filter(person=person).first()
    purposes = birth_dates.asked_of(person)
    if not purposes and kept is None:
        return render(request, "people/me/no_birth_date.html", {"crumbs": own_crumbs((_("生年月日"), ""))})
    if request.method == "POST" and "remove" in request.POST and not purposes:
        remove_birth_date(by=acting(request))
        messages.success(request, _("生年月日を消しました。"))
        return redirect("people:me")
    form = BirthDateForm(request.POST or None, person=person, initial={"date": kept.date if kept else None})
    if request.method == "POST" and form.is_valid():
        with override("ja"):
            law = "、".join(str(purpose.law) for purpose in purposes) or (kept.legal_basis if kept else "")
        try:
            record_birth_date(by=acting(request), date=form.cleaned_data["date"], legal_basis=law)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("生年月日を保存しました。"))
            return redirect("people:me")
    context = {
        "form": form,
        "kept": kept,
        "purposes": purposes,
        "subject": person,
        "crumbs": own_crumbs((_("生年月日"), "")),
    }
    return render(request, "people/me/birth_date.html", context)
