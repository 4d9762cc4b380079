"""One's own page: what is set, what is missing, the roles one holds and the towns one belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import birth_dates, journal, look_words, roles, tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import BirthDate, Look, Municipality, Person
from sosei.core.people.phones import shown_phone
from sosei.core.people.services.consents import asked_of
from sosei.core.people.services.memberships import end_role, grant_role
from sosei.core.people.views.subject import own_crumbs, subject_page


@dataclass(frozen=True)
class Item:
    """A line of one's own page: what it is, what is kept, where it is changed; without a value it is missing."""

    label: str
    value: str
    url: str
    action: str
    wanted: bool = False


def items_of(person: Person) -> list[Item]:
    """What is known of a person, and what is missing."""
    addresses = {address.kind: address for address in person.addresses.all()}
    home, second = addresses.get("home"), addresses.get("second")
    profile, address = reverse("people:profile"), reverse("people:address", kwargs={"kind": "home"})
    change, enter = _("変える"), _("入れる")
    items = [
        Item(_("名前"), person.full_name, profile, change if person.full_name else enter, wanted=True),
        Item(_("読みかた"), person.full_kana, profile, change if person.full_kana else enter),
        Item(_("使う言葉"), str(person.get_language_display()), profile, change),
        Item(_("住所"), str(home or ""), address, change if home else enter, wanted=True),
    ]
    if second or home:
        url = reverse("people:address", kwargs={"kind": "second"})
        items.append(Item(_("二つ目の住まい"), str(second or ""), url, change if second else _("足す")))
    born = BirthDate.objects.filter(person=person).first()
    asked = birth_dates.asked_of(person)
    if born or asked:
        # What was asked for is kept in Japanese, and read in the page's language.
        laws = born.legal_basis.split("、") if born else [str(purpose.law) for purpose in asked]
        law = _("、").join(_(one) for one in laws if one)
        value = _("%(date)s（%(law)sのため）") % {"date": born.date, "law": law} if born else ""
        url = reverse("people:birth-date")
        items.append(Item(_("生年月日"), value, url, change if born else enter, wanted=bool(asked)))
    return items


def ways_to_reach(person: Person) -> list[Item]:
    """Mail and telephone; changed on the pages of signing in, where they are confirmed."""
    change, enter = _("変える"), _("入れる")
    return [
        Item(_("メール"), person.email or "", reverse("account_email"), change if person.email else enter),
        Item(
            _("電話"),
            shown_phone(person.phone) if person.phone else "",
            reverse("account_change_phone"),
            change if person.phone else enter,
        ),
    ]


@require_safe
@subject_page
def me(request: Any) -> HttpResponse:
    """The page."""
    person: Person = request.subject
    own = request.proxy_session is None
    items = items_of(person)
    held = list(person.memberships.held().select_related("municipality", "organisation").order_by("pk"))
    towns = [one.municipality_id for one in held if one.role == roles.CITIZEN]
    context = {
        "subject": person,
        "own": own,
        "items": items,
        "missing": [item for item in items if item.wanted and not item.value],
        "reach": ways_to_reach(person),
        "roles": held,
        "towns_to_join": Municipality.objects.open().exclude(pk__in=towns).order_by("code"),
        "consents_waiting": sum(not one.is_given and one.consent is None for one in asked_of(person)),
        "second_factor": _second_factor(person) if own else None,
        "unread": journal.unread_count(person) if own else 0,
        "crumbs": [*own_crumbs()[:1], (_("マイページ"), "")],
    }
    return render(request, "people/me/me.html", context)


def _second_factor(person: Person) -> dict[str, Any]:
    kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    return {
        "is_set": bool(kinds & {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}),
        "is_needed": any(held.role in roles.STAFF for held in person.standing.waiting),
    }


@require_POST
@subject_page
def join_town(request: Any) -> HttpResponse:
    """Becomes a citizen (or user) of the town chosen."""
    chosen = request.POST.get("town", "")
    town = Municipality.objects.open().filter(code=chosen).first()
    if town is None:
        messages.error(request, _("市区町村を選んでから、「入る」を押してください。"))
        return redirect("people:me")
    try:
        grant_role(
            person=request.user, role=roles.CITIZEN, municipality=town, granted_by=request.user, reason=""
        )
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(town)sに入りました。") % {"town": town})
    return redirect("people:me")


@require_http_methods(["GET", "POST"])
@subject_page
def leave_role(request: Any, pk: int) -> HttpResponse:
    """Asks, then gives a role back."""
    membership = (
        request.user.memberships.held().select_related("municipality", "organisation").filter(pk=pk).first()
    )
    if membership is None:
        raise Http404(_("この役割は、いま持っていません。"))
    if request.method == "POST":
        try:
            end_role(membership=membership, ended_by=request.user, reason="")
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("「%(role)s」をやめました。") % {"role": membership})
        return redirect("people:me")
    context = {
        "membership": membership,
        "subject": request.subject,
        "crumbs": own_crumbs((_("役割をやめる"), "")),
    }
    return render(request, "people/me/leave_role.html", context)


@require_safe
@subject_page
def looks(request: Any) -> HttpResponse:
    """Who of the staff saw what of the person, and did what in the person's name."""
    person: Person = request.subject
    rows = Look.objects.filter(person=person).order_by("-pk").select_related("municipality", "proxy_session")
    page = paginate(request, rows, per_page=25)
    # A citizen may not look up staff; of whom looked at one's own data one may know the name.
    with tenancy.unguarded():
        staff = Person.objects.in_bulk({look.staff_id for look in page.items})
    shown = [
        {
            "at": look.at,
            "town": look.municipality,
            "staff": staff[look.staff_id],
            "what": look_words.label(look.what),
            "changed": look_words.changed_something(look.what),
            "purpose": look.purpose,
            "channel": look.proxy_session.get_channel_display() if look.proxy_session else "",
        }
        for look in page.items
    ]
    context = {"looks": shown, "page": page, "crumbs": own_crumbs((_("見た人の記録"), ""))}
    return render(request, "people/me/looks.html", context)
