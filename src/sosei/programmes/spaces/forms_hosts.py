"""Forms of hosts and of the terms; what may be kept is decided by the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Organisation
from sosei.core.people.phones import PhoneField
from sosei.programmes.spaces.models import Host
from sosei.programmes.spaces.services.hosts import Particulars

LINES = {"rows": 4}
LONGEST = 4000
"""Of a text of several lines: it is shown on a phone."""


class HostForm(forms.ModelForm):
    """What a host tells of itself."""

    phone = PhoneField(label=_("電話"), help_text=_("予約した人からの電話がつながる番号。"))
    about = forms.CharField(
        label=_("紹介"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(LINES),
        help_text=_("どんな人が、どんな思いで貸しているか。だれでも読めます。"),
    )
    about_en = forms.CharField(
        label=_("紹介（英語）"), required=False, max_length=LONGEST, widget=forms.Textarea(LINES)
    )

    class Meta:
        model = Host
        fields = ("name", "name_en", "representative", "address", "phone", "email", "about", "about_en")
        help_texts = {
            "name": _("場所のページに出る名前です。例：みほん寺、みほん商店"),
            "email": _("予約のお知らせは、担当の人それぞれのメールにも届きます。"),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["phone"].kept = self.instance.phone if self.instance.pk else ""  # type: ignore[attr-defined]

    def particulars(self) -> Particulars:
        """As the service takes them."""
        return Particulars(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class NewHostForm(HostForm):
    """The same, with the corporate number, which is asked once."""

    field_order = ("name", "name_en", "corporate_number", "representative", "address", "phone", "email")
    corporate_number = forms.CharField(
        label=_("法人番号"),
        max_length=40,
        required=False,
        help_text=_("会社・寺・組合などの法人だけ。13桁です。個人で貸すときは空けておきます。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class PublicHostForm(HostForm):
    """A department with public facilities."""

    field_order = ("department", "name", "name_en", "representative", "address", "phone", "email")
    department = forms.ModelChoiceField(
        label=_("部署"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("新しい部署として登録する"),
        help_text=_("この部署で「場所を貸す人」の役割を持つ人が、予約を受けます。"),
    )

    def __init__(self, *arguments: Any, town: Municipality, person: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["department"].queryset = Organisation.objects.visible_to(person).filter(  # type: ignore[attr-defined]
            municipality=town,
            kind=Organisation.Kind.DEPARTMENT,
            closed_at__isnull=True,
            space_host__isnull=True,
        )
        self.fields["representative"].label = _("責任者の名前")


class DecisionForm(forms.Form):
    """The check list of the town's staff for a host."""

    checked = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    identity = forms.BooleanField(label=_("名称・代表者・所在地を、書類で確かめた"), required=False)
    contact = forms.BooleanField(label=_("電話かメールで連絡がつくことを確かめた"), required=False)
    right = forms.BooleanField(
        label=_("その場所を貸す権利（持ち主か、持ち主の同意）を確かめた"), required=False
    )
    reason = forms.CharField(
        label=_("理由・メモ"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(LINES),
        help_text=_("認めないときは、貸す人に伝わります。直すところを書いてください。"),
    )


class SpaceDecisionForm(forms.Form):
    """The check list of the town's staff for a space."""

    truth = forms.BooleanField(label=_("写真と紹介が、実際の場所と合っている"), required=False)
    lawful = forms.BooleanField(
        label=_("使い道が法律・条例に合っている（泊まる・飲食・物販・火気は、許可があるものだけ）"),
        required=False,
    )
    reason = forms.CharField(
        label=_("理由・メモ"),
        required=False,
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("公開しないときは、貸す人に伝わります。直すところを書いてください。"),
    )


class TermsForm(forms.Form):
    """A new version of the terms."""

    host = forms.ModelChoiceField(
        label=_("だれの規約か"),
        queryset=Host.objects.none(),
        required=False,
        empty_label=_("町（すべての場所）"),
    )
    text = forms.CharField(label=_("利用規約"), max_length=20_000, widget=forms.Textarea({"rows": 12}))
    text_en = forms.CharField(
        label=_("利用規約（英語）"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 8})
    )

    def __init__(self, *arguments: Any, town: Municipality, person: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rows = Host.objects.visible_to(person).filter(municipality=town, state="approved")
        self.fields["host"].queryset = rows  # type: ignore[attr-defined]
