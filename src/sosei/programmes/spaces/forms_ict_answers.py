"""Forms of a partner's answer: its lines, what it promises, its days; what may be kept is decided by the services."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.programmes.spaces.forms_ict import NUMERIC, Number, Speed
from sosei.programmes.spaces.models import CatalogueItem, IctProposal
from sosei.programmes.spaces.services.ict_proposals import Answer, OfferedLine, Promise
from sosei.programmes.spaces.words_ict_sizing import GOODS


class VariantForm(forms.Form):
    """Which kind of bill is begun."""

    variant = forms.ChoiceField(label=gettext_lazy("案"), choices=IctProposal.Variant.choices)


class AnswerForm(forms.Form):
    """A partner's answer; its lines are `LineForms`."""

    promised_down = Speed(label=gettext_lazy("約束する下り（Mbps）"))
    promised_up = Speed(label=gettext_lazy("約束する上り（Mbps）"))
    promised_ping = Number(label=gettext_lazy("約束する応答（ping、ミリ秒）"), least=1, most=10_000)
    install_on = EraDateField(label=gettext_lazy("工事の日"), help_text="")
    valid_until = EraDateField(label=gettext_lazy("見積もりの期限"), help_text="")
    text = forms.CharField(
        label=gettext_lazy("貸す人への言葉"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("計算した案と値段・数・速さがちがうときは、理由を必ず書きます。"),
    )

    def answer(self, lines: Sequence[OfferedLine]) -> Answer:
        """As the service takes it."""
        given = self.cleaned_data
        promise = Promise(given["promised_down"], given["promised_up"], Decimal(given["promised_ping"]))
        return Answer(lines, promise, given["install_on"], given["valid_until"], given["text"])


class LineForm(forms.Form):
    """A line of an answer; quantity 0 leaves it out."""

    item = forms.ChoiceField(label=gettext_lazy("カタログの品"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("種類"), required=False)
    name = forms.CharField(label=gettext_lazy("名前"), max_length=120, required=False)
    quantity = Number(
        label=gettext_lazy("数"),
        most=10_000,
        required=False,
        widget=forms.TextInput({**NUMERIC, "size": "4"}),
    )
    first_yen = Number(label=gettext_lazy("初めの費用（1つ、円）"), required=False)
    monthly_yen = Number(label=gettext_lazy("月の費用（1つ、円）"), required=False)

    def __init__(self, *arguments: Any, items: Sequence[CatalogueItem], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.items = {str(item.pk): item for item in items}
        own = [(key, f"{item.get_kind_display()}：{item}（{item.code}）") for key, item in self.items.items()]
        self.fields["item"].choices = [("", _("カタログにない品")), *own]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", "―"), *((str(slug), name) for slug, name in GOODS.items())]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is not typed comes from the catalogue."""
        given = super().clean() or self.cleaned_data
        item = self.items.get(given.get("item") or "")
        wanted = given.get("quantity") or 0
        if not wanted or self.errors:
            return given
        if item is not None:
            given["kind"] = item.kind
            given["name"] = given.get("name") or item.name
            for name in ("first_yen", "monthly_yen"):
                given[name] = getattr(item, name) if given.get(name) is None else given[name]
        elif not given.get("kind") or not given.get("name"):
            self.add_error("name", _("カタログの品を選ぶか、種類と名前を書いてください。"))
        return given

    def line(self) -> OfferedLine | None:
        """As the service takes it; None for a line that is left out."""
        given = self.cleaned_data
        if not given.get("quantity"):
            return None
        return OfferedLine(
            kind=given["kind"],
            name=given["name"],
            quantity=given["quantity"],
            first_yen=given.get("first_yen") or 0,
            monthly_yen=given.get("monthly_yen") or 0,
            item=int(given["item"]) if given.get("item") else None,
        )


LineForms = forms.formset_factory(LineForm, extra=2, max_num=60, absolute_max=60, validate_max=True)
