"""The town's departments and organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.core.people.permissions import can_enter_organisation
from sosei.core.people.phones import PhoneField
from sosei.core.people.services import organisations as services
from sosei.core.people.views.members import EndForm, office_crumbs


class FilterForm(forms.Form):
    """Which are shown."""

    kind = forms.ChoiceField(
        label=gettext_lazy("種類"),
        required=False,
        choices=[("", gettext_lazy("すべて")), *Organisation.Kind.choices],
    )
    words = forms.CharField(
        label=gettext_lazy("名称か法人番号"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    closed = forms.BooleanField(label=gettext_lazy("終えた団体も出す"), required=False)


@require_safe
def organisations(request: Any, code: str) -> HttpResponse:
    """The list."""
    form = FilterForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    rows = (
        Organisation.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("parent")
        .annotate(holders=Count("memberships", filter=Q(memberships__ended_at__isnull=True)))
        .order_by("closed_at", "kind", "name")
    )
    if not given.get("closed"):
        rows = rows.filter(closed_at__isnull=True)
    if given.get("kind"):
        rows = rows.filter(kind=given["kind"])
    for word in given.get("words", "").split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(name_kana__icontains=word)
            | Q(name_en__icontains=word)
            | Q(corporate_number__startswith=word)
        )
    page = paginate(request, rows, per_page=25)
    context = {
        "crumbs": office_crumbs(request, (_("部署と団体"), "")),
        "town": request.town,
        "page": page,
        "rows": [(row, row.closed_at is None and can_enter_organisation(request.user, row)) for row in page],
        "form": form,
        "filtered": bool(request.GET),
        "may_enter": bool(kinds_of(request.user, request.town)),
    }
    return render(request, "people/office/organisations.html", context)


def kinds_of(person: Person, town: Municipality) -> list[tuple[str, Any]]:
    """The kinds that somebody may enter in a town."""
    return [
        (kind, label)
        for kind, label in Organisation.Kind.choices
        if can_enter_organisation(person, Organisation(municipality=town, kind=kind))
    ]


class OrganisationForm(forms.Form):
    """What is known of an organisation."""

    kind = forms.ChoiceField(label=gettext_lazy("種類"), widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    name_kana = forms.CharField(label=gettext_lazy("名称（カナ）"), max_length=200, required=False)
    name_en = forms.CharField(label=gettext_lazy("名称（英語）"), max_length=120, required=False)
    corporate_number = forms.CharField(
        label=gettext_lazy("法人番号"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("13桁。国税庁の法人番号公表サイトで調べられます。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    email = forms.EmailField(label=gettext_lazy("メール"), required=False)
    phone = PhoneField(label=gettext_lazy("電話"), required=False)
    parent = forms.ModelChoiceField(
        label=gettext_lazy("上の部署"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=gettext_lazy("なし"),
        help_text=gettext_lazy("部署だけで使います。"),
    )

    def __init__(
        self,
        kinds: list[tuple[str, Any]],
        town: Municipality,
        data: Any = None,
        held: Organisation | None = None,
    ) -> None:
        names = list(type(self).base_fields)
        initial = {name: getattr(held, name) for name in names} if held is not None else {}
        super().__init__(data, initial=initial)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0][0]
        departments = Organisation.objects.of(town).filter(kind=Organisation.Kind.DEPARTMENT)
        if held is not None:
            del self.fields["kind"]
            departments = departments.exclude(pk=held.pk)
        department = Organisation.Kind.DEPARTMENT
        may_have_parent = (
            (held.kind == department) if held else any(kind == department for kind, _label in kinds)
        )
        if may_have_parent and departments.exists():
            self.fields["parent"].queryset = departments  # type: ignore[attr-defined]
        else:
            del self.fields["parent"]

    def particulars(self, kind: str = "") -> services.Particulars:
        """As the service takes them."""
        given = {"kind": kind, **self.cleaned_data}
        return services.Particulars(**given)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str) -> HttpResponse:
    """Enters one."""
    kinds = kinds_of(request.user, request.town)
    form = OrganisationForm(kinds, request.town, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.enter_organisation(
                municipality=request.town, particulars=form.particulars(), entered_by=request.user
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("「%(name)s」を登録しました。") % {"name": made})
            return redirect("people:organisations", code=code)
    return _form_page(request, form, _("部署や団体を登録する"), _("登録する"))


def _form_page(
    request: Any, form: forms.Form, heading: str, submit: str, held: Organisation | None = None
) -> HttpResponse:
    back = reverse("people:organisations", kwargs={"code": request.town.code})
    context = {
        "crumbs": office_crumbs(request, (_("部署と団体"), back), (heading, "")),
        "heading": heading,
        "submit": submit,
        "form": form,
        "cancel_url": back,
        "held": held,
    }
    return render(request, "people/office/organisation_form.html", context)


def _one(request: Any, organisation_id: int) -> Organisation:
    seen = Organisation.objects.visible_to(request.user).filter(
        municipality=request.town, closed_at__isnull=True
    )
    found: Organisation = get_object_or_404(seen.select_related("municipality", "parent"), pk=organisation_id)
    if not can_enter_organisation(request.user, found):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, organisation_id: int) -> HttpResponse:
    """Corrects one."""
    held = _one(request, organisation_id)
    form = OrganisationForm([], request.town, request.POST or None, held)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_organisation(
                organisation=held, particulars=form.particulars(held.kind), changed_by=request.user
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("「%(name)s」の内容を変えました。") % {"name": held})
            return redirect("people:organisations", code=code)
    return _form_page(request, form, _("「%(name)s」の内容を変える") % {"name": held}, _("保存する"), held)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Any, code: str, organisation_id: int) -> HttpResponse:
    """Ends one, with a reason."""
    held = _one(request, organisation_id)
    form = EndForm(request.POST or None)
    form.fields["reason"].help_text = _("記録に残ります。例：合併のため")
    if request.method == "POST" and form.is_valid():
        try:
            services.close_organisation(
                organisation=held, closed_by=request.user, reason=form.cleaned_data["reason"]
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("「%(name)s」を終えました。") % {"name": held})
            return redirect("people:organisations", code=code)
    back = reverse("people:organisation", kwargs={"code": code, "organisation_id": held.pk})
    listed = reverse("people:organisations", kwargs={"code": code})
    context = {
        "crumbs": office_crumbs(request, (_("部署と団体"), listed), (str(held), back), (_("終える"), "")),
        "held": held,
        "form": form,
        "cancel_url": back,
    }
    return render(request, "people/office/organisation_close.html", context)
