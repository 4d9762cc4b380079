"""Forms of reviews: a few questions for each side, the host's answer, why something is reported or hidden."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sosei.programmes.spaces.rules_care import GUEST
from sosei.programmes.spaces.rules_care import QUESTIONS as KNOWN
from sosei.programmes.spaces.services.reviews import LONGEST
from sosei.programmes.spaces.words_care import ANSWERS, QUESTIONS, STARS


class ReviewForm(forms.Form):
    """Stars, the questions of the side, some words."""

    stars = forms.TypedChoiceField(
        label=_("全体として、どうでしたか"),
        choices=[(str(value), label) for value, label in STARS.items()],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("1から5で選んでください。")},
    )
    about = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, side: str, person: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"about": person}, **kwargs)
        self.side = side
        for name, known in KNOWN[side].items():
            self.fields[name] = forms.ChoiceField(
                label=QUESTIONS[side][name],
                choices=[(answer, ANSWERS[answer]) for answer in known],
                widget=forms.RadioSelect,
                error_messages={"required": _("答えを1つ選んでください。")},
            )
        self.fields["comment"] = forms.CharField(
            label=_("感想・気づいたこと"),
            required=False,
            max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": 5}),
            help_text=_("だれでも読めます。名前、電話、メールは書かないでください。")
            if side == GUEST
            else _("使った人と、あなたと、市の担当者だけが読みます。"),
        )

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = self.cleaned_data
        answers = {name: cleaned[name] for name in KNOWN[self.side]}
        return {"stars": cleaned["stars"], "answers": answers, "comment": cleaned["comment"]}


class ReplyForm(forms.Form):
    """The host's answer to a review."""

    reply = forms.CharField(
        label=_("評価への返事"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("だれでも読めます。1回だけ書けます。名前と連絡先は書かないでください。"),
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    about = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, person: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"about": person}, **kwargs)
