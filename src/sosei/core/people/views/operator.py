"""The operator's pages: municipalities, their first planner and auditors, the operators themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Membership, Municipality
from sosei.core.people.phones import PhoneField
from sosei.core.people.services import municipalities
from sosei.core.people.views import members


def crumbs(*last: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page of the operator."""
    return [(_("システム管理"), reverse("people:operator") if last else ""), *last]


@require_safe
def home(request: Any) -> HttpResponse:
    """Municipalities and operators."""
    held = Q(memberships__ended_at__isnull=True)
    towns = Municipality.objects.annotate(
        planners=Count("memberships", filter=held & Q(memberships__role=roles.PLANNER)),
        auditors=Count("memberships", filter=held & Q(memberships__role=roles.AUDITOR)),
    ).order_by("code")
    operators = (
        Membership.objects.visible_to(request.user)
        .held()
        .filter(role=roles.OPERATOR)
        .select_related("person")
        .order_by("pk")
    )
    context = {
        "crumbs": crumbs(),
        "page": paginate(request, towns, per_page=50),
        "operators": operators,
        "open": members.open_invitations(request.user, None),
    }
    return render(request, "people/operator/home.html", context)


class OpenForm(forms.Form):
    """A municipality to add."""

    code = forms.CharField(
        label=gettext_lazy("全国地方公共団体コード"),
        max_length=12,
        help_text=gettext_lazy("5桁、または検査数字つきの6桁。例：07204"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}),
    )
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("書かなければ、コードからわかる名称にします。"),
    )
    name_en = forms.CharField(
        label=gettext_lazy("名称（英語）"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("例：Iwaki City"),
    )
    contact_email = forms.EmailField(label=gettext_lazy("住民の問い合わせ先のメール"), required=False)
    contact_phone = PhoneField(label=gettext_lazy("住民の問い合わせ先の電話"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("記録に残ります。")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def open_new(request: Any) -> HttpResponse:
    """Adds a municipality."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = municipalities.open_municipality(opened_by=request.user, **form.cleaned_data)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, _("%(town)sを加えました。次に、最初の企画担当を招待してください。") % {"town": made}
            )
            return redirect("people:operator-invite", code=made.code)
    context = {
        "crumbs": crumbs((_("自治体を加える"), "")),
        "heading": _("自治体を加える"),
        "submit": _("加える"),
        "form": form,
        "cancel_url": reverse("people:operator"),
    }
    return render(request, "people/operator/form.html", context)


@require_safe
def municipality(request: Any, code: str) -> HttpResponse:
    """One municipality: who plans and audits it."""
    town = get_object_or_404(Municipality, code=code)
    held = (
        Membership.objects.visible_to(request.user)
        .held()
        .filter(municipality=town, role__in=[roles.PLANNER, roles.AUDITOR])
        .select_related("person")
        .order_by("role", "pk")
    )
    context = {
        "crumbs": crumbs((str(town), "")),
        "town": town,
        "members": held,
        "open": members.open_invitations(request.user, town),
        "rows": [
            {"label": _("コード"), "value": town.code},
            {"label": _("名称"), "value": town.name},
            {"label": _("名称（英語）"), "value": town.name_en or _("なし")},
            {"label": _("住民の問い合わせ先のメール"), "value": town.contact_email or _("なし")},
            {"label": _("住民の問い合わせ先の電話"), "value": town.contact_phone or _("なし")},
        ],
    }
    return render(request, "people/operator/municipality.html", context)


class ChangeForm(forms.Form):
    """What may be corrected of a municipality."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("名称（英語）"), max_length=100, required=False)
    contact_email = forms.EmailField(label=gettext_lazy("住民の問い合わせ先のメール"), required=False)
    contact_phone = PhoneField(label=gettext_lazy("住民の問い合わせ先の電話"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("記録に残ります。")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str) -> HttpResponse:
    """Corrects a municipality's names and contacts."""
    town = get_object_or_404(Municipality, code=code)
    columns = ("name", "name_en", "contact_email", "contact_phone")
    form = ChangeForm(request.POST or None, initial={name: getattr(town, name) for name in columns})
    if request.method == "POST" and form.is_valid():
        try:
            municipalities.change_municipality(
                municipality=town, changed_by=request.user, **form.cleaned_data
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("%(town)sの内容を変えました。") % {"town": town})
            return redirect("people:operator-municipality", code=town.code)
    back = reverse("people:operator-municipality", kwargs={"code": town.code})
    context = {
        "crumbs": crumbs((str(town), back), (_("名称と連絡先"), "")),
        "heading": _("%(town)sの名称と連絡先") % {"town": town},
        "submit": _("保存する"),
        "form": form,
        "cancel_url": back,
    }
    return render(request, "people/operator/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Any, code: str) -> HttpResponse:
    """Invites a planner or an auditor of a municipality."""
    town = get_object_or_404(Municipality, code=code)
    back = reverse("people:operator-municipality", kwargs={"code": code})
    form = members.InviteForm([roles.PLANNER, roles.AUDITOR], town, request.POST or None)
    if request.method == "POST" and members.invited_by_form(request, form, town):
        return redirect(back)
    context = {
        "crumbs": crumbs((str(town), back), (_("招待する"), "")),
        "heading": _("%(town)sの役割に招待する") % {"town": town},
        "submit": _("招待のメールを送る"),
        "form": form,
        "cancel_url": back,
    }
    return render(request, "people/operator/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite_operator(request: Any) -> HttpResponse:
    """Invites another operator."""
    back = reverse("people:operator")
    form = members.InviteForm([roles.OPERATOR], None, request.POST or None)
    if request.method == "POST" and members.invited_by_form(request, form, None):
        return redirect(back)
    context = {
        "crumbs": crumbs((_("システム管理者を招待する"), "")),
        "heading": _("システム管理者を招待する"),
        "submit": _("招待のメールを送る"),
        "form": form,
        "cancel_url": back,
    }
    return render(request, "people/operator/form.html", context)


def _place(request: Any) -> Municipality | None:
    code = request.POST.get("code", "")
    return get_object_or_404(Municipality, code=code) if code else None


def _back(town: Municipality | None) -> HttpResponse:
    return redirect("people:operator-municipality", code=town.code) if town else redirect("people:operator")


@require_POST
def resend(request: Any, invitation_id: int) -> HttpResponse:
    """Sends an invitation again."""
    town = _place(request)
    members.resent(request, invitation_id, town)
    return _back(town)


@require_POST
def withdraw(request: Any, invitation_id: int) -> HttpResponse:
    """Takes an invitation back."""
    town = _place(request)
    members.withdrawn(request, invitation_id, town)
    return _back(town)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Any, membership_id: int) -> HttpResponse:
    """Ends the role of a planner, an auditor or an operator."""
    row = get_object_or_404(
        Membership.objects.visible_to(request.user).select_related("person", "municipality"), pk=membership_id
    )
    town = row.municipality
    back = reverse("people:operator")
    way = [(_("役割を終える"), "")]
    if town is not None:
        back = reverse("people:operator-municipality", kwargs={"code": town.code})
        way = [(str(town), back), *way]
    return members.end_page(request, row, back=back, crumbs=crumbs(*way))
