"""The office's first page, the towns one works in, who holds which role, invitations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import addresses, look_words, office_tasks, roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Invitation, Membership, Municipality, Organisation, Person, Role
from sosei.core.people.rate_limits import attempt
from sosei.core.people.services import invitations, memberships
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views import subject

LISTED = roles.INVITED | {roles.EMPLOYER, roles.SPACE_HOST}
"""Roles on this page; citizens have a list of their own."""


@require_safe
def offices(request: Any) -> HttpResponse:
    """The towns one works in; straight to the only one."""
    standing = request.user.standing
    towns = Municipality.objects.filter(pk__in=standing.towns_as(roles.TOWN_STAFF)).order_by("code")
    waiting = [held for held in standing.waiting if held.role in roles.STAFF]
    if towns.count() == 1 and not waiting and not standing.is_operator:
        return redirect("people:office", code=towns[0].code)
    context = {
        "crumbs": [(_("マイページ"), reverse("people:me")), (_("役所の画面"), "")],
        "towns": [(town, _roles_in(standing, town)) for town in towns],
        "tasks": list(_tasks_of_reviewers(standing)),
        "waiting": waiting,
        "is_operator": standing.is_operator,
    }
    return render(request, "people/office/offices.html", context)


def _tasks_of_reviewers(standing: roles.Standing) -> Iterator[tuple[Municipality, office_tasks.Task, str]]:
    """What external reviewers do in towns whose office they have no page of."""
    towns = standing.towns_as({roles.REVIEWER}) - standing.towns_as(roles.TOWN_STAFF)
    for town in Municipality.objects.filter(pk__in=towns).order_by("code"):
        for task in office_tasks.tasks_of(standing, town.pk):
            yield town, task, reverse(task.url_name, kwargs={"code": town.code})


def _roles_in(standing: roles.Standing, town: Municipality) -> str:
    held = dict.fromkeys(one.role for one in standing.held if one.municipality == town.pk)
    return _("、").join(str(Role(role).label) for role in held if role in roles.TOWN_STAFF)


@require_safe
def office(request: Any, code: str) -> HttpResponse:
    """What one can do here."""
    tasks = []
    mine = list(office_tasks.tasks_of(request.user.standing, request.town.pk))
    counts = office_tasks.counts_of(mine, request.user, request.town)
    for task in mine:
        count = counts.get(task.url_name)
        tasks.append(
            {
                "label": task.label,
                "text": task.text,
                "url": reverse(task.url_name, kwargs={"code": code}),
                "count": "" if count is None else str(task.count_text) % {"count": f"{count:,}"},
            }
        )
    context = {
        "crumbs": office_crumbs(request, None),
        "town": request.town,
        "roles": _roles_in(request.user.standing, request.town),
        "tasks": tasks,
    }
    return render(request, "people/office/office.html", context)


def office_crumbs(request: Any, *last: Any) -> list[tuple[str, str]]:
    """The way to a page of the office; `last` are (label, url) pairs, or None for the office page itself."""
    home, office = subject.office_crumbs(request)
    return [home, (office[0], "")] if last == (None,) else [home, office, *last]


class FilterForm(forms.Form):
    """Which roles are shown."""

    role = forms.ChoiceField(label=gettext_lazy("役割"), required=False)
    words = forms.CharField(
        label=gettext_lazy("名前かメール"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    ended = forms.BooleanField(label=gettext_lazy("終わった役割も出す"), required=False)

    def __init__(self, visible: list[str], data: Any) -> None:
        super().__init__(data)
        choices = [("", _("すべて")), *((role, str(Role(role).label)) for role in visible)]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


@require_safe
def members(request: Any, code: str) -> HttpResponse:
    """Who holds which role in the town."""
    visible = _visible_roles(request.user, request.town)
    form = FilterForm(visible, request.GET)
    rows = (
        Membership.objects.visible_to(request.user)
        .filter(municipality=request.town, role__in=visible)
        .select_related("person", "organisation")
        .annotate(place=in_order_of_roles())
        .order_by("ended_at", "place", "person__family_kana", "person__given_kana")
    )
    rows = _filtered(rows, form)
    page = paginate(request, rows, per_page=25)
    civil = [row.person_id for row in page if row.role in roles.CIVIL]
    record_looks(staff=request.user, persons=civil, what=look_words.LIST, municipality=request.town)
    ending = addresses.audience_of("people:member-end")
    may_open = ending.answer(request.user.standing, request.town.pk) is addresses.Answer.WELCOME
    context = {
        "crumbs": office_crumbs(request, (_("役割を持つ人"), "")),
        "town": request.town,
        "page": page,
        "rows": [(row, row.ended_at is None and may_open and _may_end(request.user, row)) for row in page],
        "form": form,
        "filtered": bool(request.GET),
        "open": open_invitations(request.user, request.town),
        "may_invite": request.user.standing.holds(roles.PLANNER, request.town.pk),
    }
    return render(request, "people/office/members.html", context)


def in_order_of_roles() -> Case:
    """Sorts roles as they are listed everywhere."""
    return Case(
        *(When(role=role, then=place) for place, role in enumerate(roles.ALL)), output_field=IntegerField()
    )


def _may_end(person: Person, row: Membership) -> bool:
    return row.person_id == person.pk or person.standing.may_grant(row.role, row.municipality_id)


def _visible_roles(person: Person, town: Municipality) -> list[str]:
    scopes = person.standing.member_scopes()
    return [role for role in roles.ALL if role in LISTED and any(s.covers(role, town.pk) for s in scopes)]


def _filtered(rows: QuerySet[Membership], form: FilterForm) -> QuerySet[Membership]:
    given = form.cleaned_data if form.is_valid() else {}
    if not given.get("ended"):
        rows = rows.filter(ended_at__isnull=True)
    if given.get("role"):
        rows = rows.filter(role=given["role"])
    for word in given.get("words", "").split():
        rows = rows.filter(
            Q(person__family_name__icontains=word)
            | Q(person__given_name__icontains=word)
            | Q(person__family_kana__icontains=word)
            | Q(person__given_kana__icontains=word)
            | Q(person__email__icontains=word)
        )
    return rows


def open_invitations(person: Person, town: Municipality | None) -> list[tuple[Invitation, bool]]:
    """Invitations neither accepted nor taken back, the newest first, and whether their time is over."""
    now = timezone.now()
    found = (
        Invitation.objects.visible_to(person)
        .filter(municipality=town, accepted_at__isnull=True, withdrawn_at__isnull=True)
        .select_related("organisation", "invited_by")
        .order_by("-pk")[:50]
    )
    return [(one, one.expires_at <= now) for one in found]


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    role = forms.ChoiceField(label=gettext_lazy("役割"), widget=forms.RadioSelect)
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("部署"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=gettext_lazy("選ばない"),
        help_text=gettext_lazy("「部署のKPI担当」では、部署を選んでください。"),
    )
    email = forms.EmailField(
        label=gettext_lazy("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("仕事で使う、本人だけが読むアドレスにしてください。"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("メールの言葉"), choices=[("ja", "日本語"), ("en", "English")], initial="ja"
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        help_text=gettext_lazy("記録に残ります。例：4月の異動のため"),
    )

    def __init__(self, granted: list[str], town: Municipality | None, data: Any = None) -> None:
        super().__init__(data)
        self.fields["role"].choices = [(role, str(Role(role).label)) for role in granted]  # type: ignore[attr-defined]
        if len(granted) == 1:
            self.fields["role"].initial = granted[0]
        departments = Organisation.objects.none()
        if town is not None and roles.KPI_OWNER in granted:
            departments = Organisation.objects.of(town).filter(kind=Organisation.Kind.DEPARTMENT)
        if departments.exists():
            self.fields["organisation"].queryset = departments  # type: ignore[attr-defined]
        else:
            del self.fields["organisation"]


def invited_by_form(request: Any, form: InviteForm, town: Municipality | None) -> bool:
    """Sends the invitation of a filled form; False, with the error in the form, where it is refused."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    attempt("invite", request, name=str(request.user.pk))
    try:
        invitations.invite(
            role=given["role"],
            municipality=town,
            organisation=given.get("organisation"),
            email=given["email"],
            language=given["language"],
            invited_by=request.user,
            reason=given["reason"],
        )
    except RefusedError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, _("%(email)sに招待のメールを送ります。") % {"email": given["email"]})
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Any, code: str) -> HttpResponse:
    """A form to invite somebody."""
    granted = [role for role in roles.ALL if role in roles.GRANTS[roles.PLANNER]]
    form = InviteForm(granted, request.town, request.POST or None)
    if request.GET.get("role") in granted:
        form.initial["role"] = request.GET["role"]
    if request.method == "POST" and invited_by_form(request, form, request.town):
        return redirect("people:members", code=code)
    members_url = reverse("people:members", kwargs={"code": code})
    context = {
        "crumbs": office_crumbs(request, (_("役割を持つ人"), members_url), (_("招待する"), "")),
        "heading": _("%(town)sの役割に招待する") % {"town": request.town},
        "form": form,
        "cancel_url": members_url,
        "no_departments": "organisation" not in form.fields,
    }
    return render(request, "people/office/invite.html", context)


def _invitation_of(request: Any, invitation_id: int, town: Municipality | None) -> Invitation:
    seen = Invitation.objects.visible_to(request.user).filter(municipality=town)
    return get_object_or_404(seen.select_related("municipality", "organisation"), pk=invitation_id)


def resent(request: Any, invitation_id: int, town: Municipality | None) -> None:
    """Sends an invitation again, and says so.

    Raises:
        Http404: none that this person sees in that town.
    """
    found = _invitation_of(request, invitation_id, town)
    attempt("invite", request, name=str(request.user.pk))
    try:
        invitations.resend(invitation=found, resent_by=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(email)sに、新しいリンクを送ります。") % {"email": found.email})


def withdrawn(request: Any, invitation_id: int, town: Municipality | None) -> None:
    """Takes an invitation back, and says so.

    Raises:
        Http404: none that this person sees in that town.
    """
    found = _invitation_of(request, invitation_id, town)
    try:
        invitations.withdraw(invitation=found, withdrawn_by=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(email)sへの招待を取り消しました。") % {"email": found.email})


@require_POST
def resend(request: Any, code: str, invitation_id: int) -> HttpResponse:
    """Sends an invitation again."""
    resent(request, invitation_id, request.town)
    return redirect("people:members", code=code)


@require_POST
def withdraw(request: Any, code: str, invitation_id: int) -> HttpResponse:
    """Takes an invitation back."""
    withdrawn(request, invitation_id, request.town)
    return redirect("people:members", code=code)


class EndForm(forms.Form):
    """Why a role ends."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("記録に残り、本人にも知らせます。")
    )


def end_page(request: Any, row: Membership, *, back: str, crumbs: Any) -> HttpResponse:
    """Asks for the reason, then ends the role."""
    if row.ended_at is not None or not _may_end(request.user, row):
        raise Http404
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.end_role(membership=row, ended_by=request.user, reason=form.cleaned_data["reason"])
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                _("%(name)sさんの「%(role)s」の役割を終えました。")
                % {"name": row.person, "role": row.get_role_display()},
            )
            return redirect(back)
    context = {"crumbs": crumbs, "row": row, "form": form, "cancel_url": back}
    return render(request, "people/office/end_role.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Any, code: str, membership_id: int) -> HttpResponse:
    """Ends a role in the town."""
    row = get_object_or_404(
        Membership.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("person", "organisation", "municipality"),
        pk=membership_id,
    )
    back = reverse("people:members", kwargs={"code": code})
    crumbs = office_crumbs(request, (_("役割を持つ人"), back), (_("役割を終える"), ""))
    return end_page(request, row, back=back, crumbs=crumbs)
