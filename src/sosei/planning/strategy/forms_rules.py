"""The small form of one's own rule, and the forms of a reason."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.planning.strategy.errors_kpis import ActualError
from sosei.planning.strategy.judgement import wording
from sosei.planning.strategy.judgement.rules import (
    LONGEST_LABEL,
    Band,
    Basis,
    Given,
    RuleDefinition,
    RuleError,
    Text,
    Tone,
)
from sosei.planning.strategy.numbers import read_number

BANDS = 6
PARTS = ("label", "label_en", "tone", "lower")


class OwnRuleForm(forms.Form):
    """A rule of up to six stages, best first; stages left empty aren't used."""

    name = forms.CharField(label=gettext_lazy("基準の名称"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("基準の名称（英語）"), max_length=100, required=False)
    basis = forms.ChoiceField(
        label=gettext_lazy("もとにする値"),
        choices=[(basis.value, label) for basis, label in wording.BASES.items()],
        widget=forms.RadioSelect,
    )
    target_first = forms.BooleanField(
        label=gettext_lazy("最終目標に届いたら、境の値に関わらず1番目の段階にする"),
        help_text=gettext_lazy("選んだときは、1番目の段階の境の値を空にします。"),
        required=False,
    )

    def __init__(self, data: Any = None, start: RuleDefinition | None = None) -> None:
        super().__init__(data, initial=None if start is None else _initial(start))
        for number in range(1, BANDS + 1):
            self.fields |= {
                f"label_{number}": forms.CharField(label=_("名前"), max_length=LONGEST_LABEL, required=False),
                f"label_en_{number}": forms.CharField(
                    label=_("名前（英語）"), max_length=LONGEST_LABEL, required=False
                ),
                f"tone_{number}": forms.ChoiceField(
                    label=_("色合い"),
                    choices=[(tone.value, label) for tone, label in wording.TONES.items()],
                    required=False,
                ),
                f"lower_{number}": forms.CharField(
                    label=_("境の値（%以上）"),
                    max_length=20,
                    required=False,
                    widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                ),
            }
        self.definition: RuleDefinition | None = None

    @property
    def stages(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each stage."""
        return [(number, [self[f"{part}_{number}"] for part in PARTS]) for number in range(1, BANDS + 1)]

    def clean(self) -> dict[str, Any]:
        """Makes the rule, or says at each field why it cannot be."""
        given = super().clean() or self.cleaned_data
        used = [number for number in range(1, BANDS + 1) if given.get(f"label_{number}")]
        for number in range(1, BANDS + 1):
            if number not in used and given.get(f"lower_{number}"):
                self.add_error(
                    f"label_{number}",
                    _("%(number)s番目の段階に名前がありません。名前を書くか、境の値を消してください。")
                    % {"number": number},
                )
        if not self.errors:
            self._make(given, used)
        return given

    def _make(self, given: Mapping[str, Any], used: list[int]) -> None:
        basis = Basis(given["basis"])
        bands = tuple(self._band(given, number, place, basis) for place, number in enumerate(used))
        if self.errors:
            return
        keys = (bands[0].key, bands[-1].key) if bands and basis is not Basis.MANUAL else ("", "")
        try:
            self.definition = RuleDefinition(
                Text(given["name"], given["name_en"]), basis, bands, met=keys[0], not_met=keys[1]
            )
        except RuleError as error:
            for problem in error.problems:
                self.add_error(_field(problem.place, used), wording.rule_problem(problem))

    def _band(self, given: Mapping[str, Any], number: int, place: int, basis: Basis) -> Band:
        given_by = Given.PERSON if basis is Basis.MANUAL else Given.BASIS
        if place == 0 and given["target_first"] and basis is not Basis.MANUAL:
            given_by = Given.TARGET
        return Band(
            key=str(number),
            label=Text(given[f"label_{number}"], given[f"label_en_{number}"]),
            tone=Tone(given[f"tone_{number}"] or Tone.NEUTRAL),
            lower=self._bound(given, number),
            given=given_by,
        )

    def _bound(self, given: Mapping[str, Any], number: int) -> Decimal | None:
        text = given[f"lower_{number}"]
        if not text:
            return None
        try:
            return (
                read_number(text, what=_("%(number)s番目の段階の境の値") % {"number": number}, unit="%") / 100
            )
        except ActualError as error:
            self.add_error(f"lower_{number}", str(error))
            return None


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("記録に残ります。"),
    )


class OverruleForm(ReasonForm):
    """Another stage of the rule in force."""

    band = forms.ChoiceField(label=gettext_lazy("評価"), widget=forms.RadioSelect)
    field_order = ("band", "reason")

    def __init__(self, rule: RuleDefinition, data: Any = None, current: str = "") -> None:
        super().__init__(data, initial={"band": current})
        self.fields["band"].choices = [(band.key, wording.text(band.label)) for band in rule.bands]  # type: ignore[attr-defined]


def _initial(start: RuleDefinition) -> dict[str, Any]:
    """What of a rule fits into the form: the stages that the basis or the target gives, at most six."""
    first = [band for band in start.bands if band.given is Given.TARGET and band.key == start.met]
    fitting = [
        *first,
        *(band for band in start.bands if band.given is Given.BASIS or start.basis is Basis.MANUAL),
    ]
    found: dict[str, Any] = {
        "name": "",
        "basis": start.basis.value,
        "target_first": bool(first),
    }
    for number, band in enumerate(fitting[:BANDS], 1):
        found |= {
            f"label_{number}": band.label.ja,
            f"label_en_{number}": band.label.en,
            f"tone_{number}": band.tone.value,
            f"lower_{number}": "" if band.lower is None else f"{(band.lower * 100).normalize():f}",
        }
    return found


def _field(place: str, used: list[int]) -> str | None:
    """The box in which a problem of the rule can be mended."""
    parts = place.split(".")
    if parts[0] == "bands" and len(parts) > 2:
        number = used[int(parts[1]) - 1]
        part = parts[2] if parts[2] in ("label", "tone", "lower") else "label"
        return f"{part}_{number}"
    return {"bands": "label_1", "met": "label_1", "not_met": "label_1"}.get(
        parts[0], "name" if parts[0] == "name" else None
    )
