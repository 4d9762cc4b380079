"""Registered groups: one's own, asking for registration, and the town's answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.payments.services.town_rules import exemptions_on
from sosei.core.people.errors import RefusedError
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.members import office_crumbs
from sosei.core.people.views.subject import show_refusal, subject_page
from sosei.programmes.spaces.booking_doors import LOOK, my_crumbs
from sosei.programmes.spaces.forms_groups import GroupDecisionForm, GroupForm
from sosei.programmes.spaces.models import UserGroup
from sosei.programmes.spaces.person_names import names_of
from sosei.programmes.spaces.services import groups as services
from sosei.programmes.spaces.views.host_common import town_of


@never_cache
@require_safe
@subject_page
def my_groups(request: Any) -> HttpResponse:
    """The groups that one represents."""
    rows = UserGroup.objects.visible_to(request.user).filter(person=request.subject)
    now = timezone.now()
    context = {
        "subject": request.subject,
        "rows": [_row(one, now) for one in rows.select_related("municipality").order_by("name", "pk")],
        "crumbs": my_crumbs((_("利用団体"), "")),
    }
    return render(request, "spaces/groups/mine.html", context)


def _row(group: UserGroup, now: Any) -> dict[str, Any]:
    today = services.today_of(group.municipality, now)
    return {
        "group": group,
        "current": services.is_current(group, today),
        "ended": group.state == UserGroup.State.APPROVED and not services.is_current(group, today),
        "may_ask": services.may_ask_again(group, today),
        "url": reverse("spaces:group-again", kwargs={"code": group.municipality.code, "group_id": group.pk}),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def new(request: Any, code: str) -> HttpResponse:
    """Asks for a registration."""
    return _ask(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def again(request: Any, code: str, group_id: int) -> HttpResponse:
    """Asks once more."""
    rows = UserGroup.objects.visible_to(request.user).filter(
        person=request.subject, municipality=town_of(request)
    )
    return _ask(request, get_object_or_404(rows.select_related("municipality"), pk=group_id))


def _ask(request: Any, held: UserGroup | None) -> HttpResponse:
    initial = {name: getattr(held, name) for name in GroupForm.base_fields} if held is not None else None
    form = GroupForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"particulars": form.particulars(), "actor": request.user}
        try:
            if held is not None:
                services.ask_again(group=held, **given)
            else:
                services.ask(municipality=town_of(request), person=request.subject, **given)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("登録を申し込みました。町の担当者が確かめます。"))
            return redirect("spaces:my-groups")
    context = {
        "town": town_of(request),
        "held": held,
        "form": form,
        "subject": request.subject,
        "crumbs": my_crumbs((_("利用団体"), reverse("spaces:my-groups")), (_("団体の登録"), "")),
    }
    return render(request, "spaces/groups/form.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def groups_office(request: Any, code: str) -> HttpResponse:
    """All groups of the town, those to be checked first."""
    rows = UserGroup.objects.visible_to(request.user).filter(municipality=request.town)
    waits = Case(When(state=UserGroup.State.ASKED, then=Value(0)), default=Value(1))
    page = paginate(request, rows.order_by(waits, "name", "pk"), per_page=25)
    today = services.today_of(request.town, timezone.now())
    names = _names(request, [one.person_id for one in page])
    context = {
        "page": page,
        "rows": [
            {
                "group": one,
                "person": names[one.person_id],
                "ended": one.state == UserGroup.State.APPROVED and not services.is_current(one, today),
            }
            for one in page
        ],
        "town": request.town,
        "crumbs": office_crumbs(request, (_("利用団体の登録"), "")),
    }
    return render(request, "spaces/groups/office.html", context)


def _names(request: Any, persons: list[int]) -> dict[int | None, str]:
    """Who represents the groups; staff leave a look on each."""
    record_looks(staff=request.user, persons=set(persons), what=LOOK, municipality=request.town)
    return names_of(persons)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Any, code: str, group_id: int) -> HttpResponse:
    """One group: what was declared, and the answer."""
    seen = UserGroup.objects.visible_to(request.user).filter(municipality=request.town)
    held = get_object_or_404(seen.select_related("municipality"), pk=group_id)
    today = services.today_of(request.town, timezone.now())
    exemptions = exemptions_on(request.town, today)
    form = GroupDecisionForm(request.POST or None, exemptions=exemptions, initial={"tier": held.tier})
    may_decide = services.may_decide(request.user, held)
    if request.method == "POST":
        if not may_decide:
            raise Http404
        if form.is_valid() and _decide(request, held, form):
            return redirect("spaces:groups-office", code=code)
    back = reverse("spaces:groups-office", kwargs={"code": code})
    context = {
        "group": held,
        "person": _names(request, [held.person_id])[held.person_id],
        "decided_by": names_of([held.decided_by_id]).get(held.decided_by_id, ""),
        "granted": next((one for one in exemptions if str(one.pk) == held.exemption_code), None),
        "form": form,
        "may_decide": may_decide and held.state == UserGroup.State.ASKED,
        "crumbs": office_crumbs(request, (_("利用団体の登録"), back), (str(held), "")),
    }
    return render(request, "spaces/groups/decide.html", context, status=422 if form.errors else 200)


def _decide(request: Any, held: UserGroup, form: GroupDecisionForm) -> bool:
    given = form.cleaned_data
    try:
        if request.POST.get("decision") == "approve":
            if given["valid_until"] is None:
                form.add_error("valid_until", _("登録の期限を入れてください。"))
                return False
            services.approve(
                group=held,
                tier=given["tier"],
                exemption=form.chosen(),
                valid_until=given["valid_until"],
                reason=given["reason"],
                actor=request.user,
            )
            messages.success(request, _("「%(name)s」を登録しました。") % {"name": held})
        else:
            services.refuse(group=held, reason=given["reason"], actor=request.user)
            messages.success(request, _("「%(name)s」に、認められない理由を伝えました。") % {"name": held})
    except RefusedError as error:
        show_refusal(form, error)
        return False
    return True
