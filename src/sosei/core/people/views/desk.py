"""The office's pages about people: the list, one person, somebody who phones for the first time."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people import look_words, roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Address, BirthDate, ConsentText, Look, Person
from sosei.core.people.person_forms import AddressAtDeskForm, PersonAtDeskForm, RegisterForm
from sosei.core.people.phones import shown_phone
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.addresses import save_address
from sosei.core.people.services.consents import asked_of
from sosei.core.people.services.looks import record_look
from sosei.core.people.services.profile import enter_phone, set_language, set_names
from sosei.core.people.services.registration import Caller, find_duplicates, register_person
from sosei.core.people.views.profile import address_initial, looked_up
from sosei.core.people.views.subject import office_crumbs, purpose_of_looking, show_refusal


def find_person(request: Any, uid: Any, permission: str = "people.view_person") -> Person:
    """The person, for whoever may do that in the town of the page.

    Raises:
        Http404: no such person, or not for this member of staff: the two look alike.
    """
    found: Person | None = (
        Person.objects.visible_to(request.user).with_role(request.town, roles.CIVIL).filter(uid=uid).first()
    )
    if found is None or not rules.has_perm(permission, request.user, found):
        raise Http404(_("この人は見つかりません。"))
    return found


@require_safe
def person(request: Any, code: str, uid: Any) -> HttpResponse:
    """Everything the office knows of one person; opening it leaves a look with its purpose."""
    found = find_person(request, uid)
    sees_all = rules.has_perm("people.view_address", request.user, Address(person=found))
    _note_look(request, found)
    serves = rules.has_perm("people.change_person", request.user, found)
    recent = (
        Look.objects.visible_to(request.user)
        .filter(person=found, municipality=request.town)
        .exclude(what=look_words.LIST)
        .select_related("staff", "proxy_session")
        .order_by("-pk")[:10]
    )
    context = {
        "person": found,
        "sees_all": sees_all,
        "serves": serves,
        "phone": shown_phone(found.phone) if found.phone else "",
        "roles": found.memberships.held().filter(municipality=request.town).select_related("organisation"),
        "addresses": found.addresses.order_by("kind") if sees_all else (),
        "birth_date": BirthDate.objects.filter(person=found).first() if sees_all else None,
        "asked": asked_of(found) if sees_all else (),
        "looks": [
            {"at": look.at, "staff": look.staff, "what": look_words.label(look.what), "purpose": look.purpose}
            for look in recent
        ],
        "crumbs": office_crumbs(request, (_("人の一覧"), _list_url(request)), (str(found), "")),
    }
    return render(request, "people/desk/person.html", context)


def _note_look(request: Any, found: Person) -> None:
    record_look(
        staff=request.user,
        person=found,
        what=look_words.PAGE,
        municipality=request.town,
        purpose=purpose_of_looking(request),
    )


def _list_url(request: Any) -> str:
    return reverse("people:people", kwargs={"code": request.town.code})


def _person_url(request: Any, found: Person) -> str:
    return reverse("people:person", kwargs={"code": request.town.code, "uid": found.uid})


@require_http_methods(["GET", "POST"])
def edit(request: Any, code: str, uid: Any) -> HttpResponse:
    """Name, language and telephone, as the person told the office."""
    found = find_person(request, uid, "people.change_person")
    columns = ("family_name", "given_name", "family_kana", "given_kana", "language", "phone")
    initial = {column: getattr(found, column) for column in columns}
    form = PersonAtDeskForm(request.POST or None, initial=initial, person=found)
    if found.phone_verified:
        del form.fields["phone"]
    if request.method == "POST" and form.is_valid():
        by = Acting(request.user, found, request.town, reason=form.cleaned_data["reason"])
        try:
            with transaction.atomic():
                set_names(by=by, name=form.name)
                set_language(by=by, language=form.cleaned_data["language"])
                if "phone" in form.fields:
                    enter_phone(by=by, phone=form.cleaned_data["phone"] or None)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect(_person_url(request, found))
    else:
        _note_look(request, found)
    context = {"form": form, "person": found, "crumbs": _crumbs_of(request, found, _("名前と連絡先を変える"))}
    return render(request, "people/desk/edit.html", context)


def _crumbs_of(request: Any, found: Person, title: str) -> Any:
    return office_crumbs(
        request, (_("人の一覧"), _list_url(request)), (str(found), _person_url(request, found)), (title, "")
    )


@require_http_methods(["GET", "POST"])
def address(request: Any, code: str, uid: Any, kind: str) -> HttpResponse:
    """An address, as the person told the office."""
    found = find_person(request, uid, "people.change_person")
    kept = _kept_address(found, kind)
    form = AddressAtDeskForm(request.POST or None, initial=address_initial(kept), person=found)
    if request.method == "POST" and form.is_valid():
        by = Acting(request.user, found, request.town, reason=form.cleaned_data["reason"])
        try:
            save_address(by=by, kind=kind, written=form.written)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("住所を保存しました。"))
            return redirect(_person_url(request, found))
    elif request.method == "GET":
        _note_look(request, found)
    return _address_page(request, found, kind, form)


@require_POST
def address_lookup(request: Any, code: str, uid: Any, kind: str) -> HttpResponse:
    """Fills in the place of the postcode."""
    found = find_person(request, uid, "people.change_person")
    _kept_address(found, kind)
    request.subject = found
    form, places, problem = looked_up(request, AddressAtDeskForm)
    if getattr(request, "htmx", False):
        context = {"form": form, "found": places, "problem": problem, **_address_urls(request, found, kind)}
        return render(request, "people/me/_place.html", context)
    return _address_page(request, found, kind, form, places=places, problem=problem)


def _kept_address(found: Person, kind: str) -> Address | None:
    if kind not in Address.Kind.values:
        raise Http404(_("このような住所の種類はありません。"))
    kept: Address | None = found.addresses.filter(kind=kind).first()
    return kept


def _address_urls(request: Any, found: Person, kind: str) -> dict[str, str]:
    kwargs = {"code": request.town.code, "uid": found.uid, "kind": kind}
    return {
        "save_url": reverse("people:person-address", kwargs=kwargs),
        "lookup_url": reverse("people:person-address-lookup", kwargs=kwargs),
    }


def _address_page(
    request: Any, found: Person, kind: str, form: Any, *, places: Any = None, problem: str = ""
) -> HttpResponse:
    title = str(Address.Kind(kind).label)
    context = {
        "form": form,
        "found": places,
        "problem": problem,
        "title": title,
        "desk": True,
        **_address_urls(request, found, kind),
        "cancel_url": _person_url(request, found),
        "crumbs": _crumbs_of(request, found, title),
    }
    return render(request, "people/me/address.html", context)


@require_http_methods(["GET", "POST"])
def register(request: Any, code: str) -> HttpResponse:
    """Somebody who phones: who may be registered already is shown before anything is saved."""
    texts = (
        ConsentText.objects.current()
        .asked_in(request.town)
        .order_by("-is_required", "municipality_id", "key")
    )
    form = RegisterForm(request.POST or None, texts=texts)
    duplicates: list[Person] = []
    if request.method == "POST" and form.is_valid():
        caller = Caller(form.name, form.cleaned_data["phone"] or None, form.cleaned_data["language"])
        if "sure" not in request.POST:
            duplicates = find_duplicates(actor=request.user, municipality=request.town, caller=caller)
        if not duplicates:
            try:
                made = register_person(
                    actor=request.user,
                    municipality=request.town,
                    caller=caller,
                    channel=form.cleaned_data["channel"],
                    reason=form.cleaned_data["reason"],
                    consents=form.agreed,
                )
            except RefusedError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("%(person)sを登録しました。") % {"person": made})
                return redirect(_person_url(request, made))
    context = {
        "form": form,
        "duplicates": [
            {
                "person": one,
                "url": _person_url(request, one),
                "phone": shown_phone(one.phone) if one.phone else "",
                "addresses": list(one.addresses.all()),
            }
            for one in duplicates
        ],
        "crumbs": office_crumbs(request, (_("人の一覧"), _list_url(request)), (_("新しく登録する"), "")),
    }
    return render(request, "people/desk/register.html", context)
