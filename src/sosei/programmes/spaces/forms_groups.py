"""Forms of registered groups: what a group tells of itself, and the town's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.payments.models import ExemptionRule
from sosei.programmes.spaces.forms_bookings import DayField
from sosei.programmes.spaces.models import UserGroup
from sosei.programmes.spaces.services.groups import Particulars


class GroupForm(forms.Form):
    """What a group tells of itself."""

    name = forms.CharField(label=gettext_lazy("団体の名前"), max_length=80)
    purpose = forms.CharField(
        label=gettext_lazy("活動の内容"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例：毎週の合唱の練習、子どもの読み聞かせ"),
    )
    members = forms.IntegerField(label=gettext_lazy("人数"), min_value=1, max_value=100_000)
    resident_members = forms.IntegerField(
        label=gettext_lazy("市内に住む・勤める・通う人数"), min_value=0, max_value=100_000
    )

    def particulars(self) -> Particulars:
        """As the service takes them."""
        return Particulars(**{name: self.cleaned_data[name] for name in Particulars.__dataclass_fields__})


class GroupDecisionForm(forms.Form):
    """Tier, reduction and the day until which it is registered."""

    tier = forms.ChoiceField(
        label=gettext_lazy("区分"), choices=UserGroup.Tier.choices, widget=forms.RadioSelect, required=False
    )
    exemption = forms.ChoiceField(
        label=gettext_lazy("減免の区分"),
        required=False,
        help_text=gettext_lazy("条例で決まっている減免だけを選べます。公共施設の使用料に使われます。"),
    )
    valid_until = DayField(label=gettext_lazy("登録の期限"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("理由・メモ"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("認めないときは、代表者に伝わります。"),
    )

    def __init__(self, *args: Any, exemptions: Sequence[ExemptionRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(one.pk): one for one in exemptions}
        fields: Any = self.fields
        fields["exemption"].choices = [
            ("", _("減免なし")),
            *(
                (
                    key,
                    _("%(title)s（%(article)s、%(percent)s％）")
                    % {"title": one, "article": one.article, "percent": one.percent},
                )
                for key, one in self.known.items()
            ),
        ]

    def chosen(self) -> ExemptionRule | None:
        """The reduction."""
        return self.known.get(self.cleaned_data["exemption"])
