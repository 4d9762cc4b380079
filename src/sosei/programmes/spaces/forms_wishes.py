"""Forms of wishes and offers: a wish has the boxes of the search, and says in words what boxes cannot."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.people.models import Municipality
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.booking_times import clock_text
from sosei.programmes.spaces.forms_bookings import DayField
from sosei.programmes.spaces.forms_search import SearchForm
from sosei.programmes.spaces.rules_periods import DAY, ONE_DAY, Period, at_minute, span_on
from sosei.programmes.spaces.services.wishes import LONGEST, USUAL, Terms

LISTS = ("day", "have")
LONGEST_TEXT = 1000


class WishForm(SearchForm):
    """What somebody needs."""

    text = forms.CharField(
        label=gettext_lazy("どんな場所がほしいか"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "何をするか、音や明るさ、車のことなど、選ぶ所にないことを書いてください。名前や連絡先は書かないでください。"
        ),
    )
    until = DayField(
        label=gettext_lazy("いつまで待つか"),
        help_text=gettext_lazy("この日まで、貸す人の申し出を待ちます。使いたい日より前の日にしてください。"),
    )

    def __init__(
        self,
        given: QueryDict | None = None,
        *,
        town: Municipality,
        today: datetime.date,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(given, town=town, today=today)  # type: ignore[arg-type]
        self.initial = dict(initial or {})
        fields: Any = self.fields
        del fields["q"]
        fields["use"].required = fields["seats"].required = fields["from"].required = True
        fields["use"].choices = [("", _("選んでください")), *((one.slug, one.name) for one in kinds.USES)]
        fields["from"].error_messages["required"] = _("使いたい日を選んでください。")
        fields["have"].label = _("なくてはならない設備")
        fields["yen"].label = _("予算（全部で何円まで）")
        fields["yen"].help_text = _("使う時間の全部で、いくらまで払えるかです。書かなくてもかまいません。")
        fields["part"].label = _("または、この間のどこかで")

    def clean(self) -> dict[str, Any]:
        """An end of waiting that is not over."""
        given = super().clean()
        until = given.get("until")
        if until is not None and not self.today <= until <= self.today + LONGEST:
            self.add_error(
                "until",
                _("今日から%(days)s日までの日にしてください。") % {"days": LONGEST.days},
            )
        return given

    def terms(self) -> Terms:
        """As the service takes them."""
        return Terms(self.wishes, self.cleaned_data["text"], self.cleaned_data["until"])

    @property
    def parts(self) -> dict[str, list[forms.BoundField]]:
        """The boxes, in the groups in which the page shows them."""
        groups = {
            "what": ("use", "seats", "kind", "text"),
            "days": ("from", "to"),
            "weekdays": ("day",),
            "times": ("start", "end", "part", "length"),
            "where": ("near", "km"),
            "have": ("flat", "have"),
            "money": ("yen", "resident"),
            "end": ("until",),
        }
        return {name: [self[field] for field in fields] for name, fields in groups.items()}


def wish_initial(given: Any, today: datetime.date) -> dict[str, Any]:
    """The boxes of an address; what was searched in words begins the text, and waiting ends before the day."""
    initial: dict[str, Any] = {
        name: given.getlist(name) if name in LISTS else given.get(name) for name in given
    }
    if given.get("q") and not given.get("text"):
        initial["text"] = _("さがしたことば：%(words)s") % {"words": given["q"]}
    if "until" not in initial:
        initial["until"] = _usual_end(given.get("to") or given.get("from") or "", today)
    return initial


def _usual_end(last: str, today: datetime.date) -> datetime.date:
    usual = today + USUAL
    try:
        before = datetime.date.fromisoformat(last) - 2 * ONE_DAY
    except ValueError:
        return usual
    return max(today, min(usual, before))


class ReasonForm(forms.Form):
    """Why something ends; told to the other side as it is."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, help_text: str = "", required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text, self.fields["reason"].required = help_text, required


class OfferForm(forms.Form):
    """One of a host's spaces, a time, a price."""

    space = forms.TypedChoiceField(label=gettext_lazy("場所"), coerce=int)
    day = DayField(label=gettext_lazy("日"))
    opens = forms.TypedChoiceField(label=gettext_lazy("始まり"), coerce=int)
    closes = forms.TypedChoiceField(label=gettext_lazy("終わり"), coerce=int)
    yen = forms.IntegerField(
        label=gettext_lazy("料金（全部で、税込み）"),
        required=False,
        min_value=0,
        max_value=100_000_000,
        help_text=gettext_lazy(
            "空けておくと、料金表のとおりです。安くすると、割引として伝わります。高くはできません。"
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("相手へのことば"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("合うところ、足りないところを書いてください。連絡先は書かないでください。"),
    )
    until = DayField(
        label=gettext_lazy("いつまで有効か"),
        help_text=gettext_lazy("この日の終わりまで待ちます。選ばれるまで、場所はおさえません。"),
    )

    def __init__(
        self, *args: Any, spaces: Iterable[tuple[int, str]], zone: Any, is_public: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        fields: Any = self.fields
        if is_public:
            # The fee is fixed by ordinance.
            del fields["yen"]
        fields["space"].choices = list(spaces)
        fields["opens"].choices = _clocks(range(0, DAY, 15))
        fields["closes"].choices = _clocks(range(15, 2 * DAY + 1, 15))

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        given = super().clean() or {}
        opens, closes = given.get("opens"), given.get("closes")
        if opens is not None and closes is not None and closes <= opens:
            self.add_error("closes", _("終わりは、始まりより後の時刻を選んでください。"))
        elif given.get("day") and opens is not None and closes is not None and self.period() is None:
            self.add_error("opens", _("この日には、この時刻がありません。ほかの時刻を選んでください。"))
        return given

    def period(self) -> Period | None:
        """The time that is offered."""
        given = self.cleaned_data
        return span_on(given["day"], given["opens"], given["closes"], self.zone)

    def ends(self) -> datetime.datetime:
        """The moment when the offer ends."""
        return at_minute(self.cleaned_data["until"], DAY - 1, self.zone)


def _clocks(minutes: Sequence[int]) -> list[tuple[int, str]]:
    return [(minute, clock_text(minute)) for minute in minutes]
