"""Forms of damage: what happened with pictures and a breakdown, the other side's answer, the town's decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.records.attachments.forms import AttachmentField
from sosei.core.records.attachments.types import JPEG, PNG, WEBP
from sosei.programmes.spaces.models import DamageReport
from sosei.programmes.spaces.rules_care import GUEST, MOST_YEN, ClaimLine, LineKind
from sosei.programmes.spaces.services.damage import LONGEST
from sosei.programmes.spaces.services.repairs import DAYS
from sosei.programmes.spaces.words_care import KINDS_OF, LINES

ROWS = 4
"""Lines of a breakdown."""
OF_HOST = (LineKind.REPAIR, LineKind.CLEANING, LineKind.OVERTIME, LineKind.OTHER)


class _WithPictures(forms.Form):
    """Words and pictures; without an account, words alone."""

    about = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, pictures: bool, person: str = "", **kwargs: Any) -> None:
        kwargs["initial"] = {"about": person, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if pictures:
            self.fields["files"] = AttachmentField(
                label=gettext_lazy("写真"), allowed=(JPEG, PNG, WEBP), required=False
            )


class ReportForm(_WithPictures):
    """What happened, and what is asked for."""

    kind = forms.ChoiceField(
        label=gettext_lazy("何の報告ですか"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("何の報告かを選んでください。")},
    )
    text = forms.CharField(
        label=gettext_lazy("何がありましたか"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("どこが、いつ、どうなったかを書いてください。相手と市の担当者が読みます。"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, side: str, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.side = side
        fields: Any = self.fields
        fields["kind"].choices = [(kind, DamageReport.Kind(kind).label) for kind in KINDS_OF[side]]
        if side == GUEST:
            fields["yen"] = forms.IntegerField(
                label=gettext_lazy("返してほしい額（円）"),
                required=False,
                min_value=0,
                max_value=MOST_YEN,
                help_text=gettext_lazy("知らせるだけのときは、空のままにしてください。"),
            )
            return
        for row in range(1, ROWS + 1):
            fields[f"line_{row}_kind"] = forms.ChoiceField(
                label=gettext_lazy("種類"), required=False, choices=[(kind, LINES[kind]) for kind in OF_HOST]
            )
            fields[f"line_{row}_text"] = forms.CharField(
                label=gettext_lazy("内容"), required=False, max_length=100
            )
            fields[f"line_{row}_yen"] = forms.IntegerField(
                label=gettext_lazy("円"), required=False, min_value=1, max_value=MOST_YEN
            )

    def rows(self) -> Iterable[tuple[int, list[Any]]]:
        """The boxes of the breakdown, line by line."""
        if self.side == GUEST:
            return []
        return [
            (row, [self[f"line_{row}_{part}"] for part in ("kind", "text", "yen")])
            for row in range(1, ROWS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        """A line has its text and its sum, or neither."""
        given = super().clean() or {}
        for row in range(1, ROWS + 1) if self.side != GUEST else ():
            text, yen = given.get(f"line_{row}_text"), given.get(f"line_{row}_yen")
            if text and not yen and f"line_{row}_yen" not in self.errors:
                self.add_error(
                    f"line_{row}_yen", _("「%(text)s」の額を円で書いてください。") % {"text": text}
                )
            elif yen and not text:
                self.add_error(
                    f"line_{row}_text", _("%(yen)s円が何の額か、内容を書いてください。") % {"yen": f"{yen:,}"}
                )
        return given

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = self.cleaned_data
        return {
            "kind": cleaned["kind"],
            "text": cleaned["text"],
            "lines": self._lines(),
            "files": cleaned.get("files") or [],
            "key": cleaned["key"],
        }

    def _lines(self) -> list[ClaimLine]:
        cleaned = self.cleaned_data
        if self.side == GUEST:
            text = _("使えなかった分")
            return [ClaimLine(LineKind.PRICE, text, cleaned["yen"])] if cleaned.get("yen") else []
        return [
            ClaimLine(
                LineKind(cleaned[f"line_{row}_kind"]), cleaned[f"line_{row}_text"], cleaned[f"line_{row}_yen"]
            )
            for row in range(1, ROWS + 1)
            if cleaned.get(f"line_{row}_yen")
        ]


class AnswerForm(_WithPictures):
    """Accepting, or saying why not."""

    text = forms.CharField(
        label=gettext_lazy("相手へのことば"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "認めないときは、理由を書いてください。市の担当者が、写真といっしょに読みます。"
        ),
    )


class DecisionForm(forms.Form):
    """What is owed, and why."""

    yen = forms.IntegerField(
        label=gettext_lazy("払う額（円）"),
        min_value=0,
        help_text=gettext_lazy("0円にすると、請求なしで終わります。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("両方に、そのまま伝わります。"),
    )


class GiveUpForm(forms.Form):
    """Why what is unpaid is asked for no more."""

    reason = forms.CharField(
        label=gettext_lazy("あきらめる理由"),
        max_length=300,
        help_text=gettext_lazy("使った人にも伝わります。"),
    )


class RepairForm(forms.Form):
    """For how long the space is kept free."""

    days = forms.TypedChoiceField(label=gettext_lazy("修理の日数"), coerce=int, initial=7)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["days"].choices = [(days, _("%(days)s日間") % {"days": days}) for days in DAYS]
