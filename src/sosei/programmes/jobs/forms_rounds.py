"""Forms of rounds: the plan that staff make, the wishes of a worker, friends, and why something is computed again."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.core.people.models import Municipality
from sosei.core.people.person_forms import AboutForm
from sosei.programmes.jobs.models import Application, Posting, Round
from sosei.programmes.jobs.rules_rounds import MOST_WISHES
from sosei.programmes.jobs.services.groups import LARGEST, SMALLEST
from sosei.programmes.jobs.services.rounds import Cap, Plan
from sosei.programmes.jobs.services.rounds_wishes import Wish

MOST_CAPS = 200
LARGEST_CAP = 1_000_000


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=help_text,
    )


class RoundForm(forms.Form):
    """A round as staff plan it; caps are lines of code, name and number."""

    name = forms.CharField(
        label=gettext_lazy("名前"), max_length=80, help_text=gettext_lazy("例：桃の収穫 8月前半")
    )
    name_en = forms.CharField(label=gettext_lazy("名前（英語）"), max_length=120, required=False)
    opens_at = _moment(gettext_lazy("受付の始まり"))
    closes_at = _moment(gettext_lazy("受付の終わり"))
    max_wishes = forms.IntegerField(
        label=gettext_lazy("一人が出せる希望の数"), min_value=1, max_value=MOST_WISHES, initial=5
    )
    method = forms.ChoiceField(
        label=gettext_lazy("方法"),
        widget=forms.RadioSelect,
        initial=Round.Method.STABLE,
        choices=[
            (
                Round.Method.STABLE,
                gettext_lazy("安定な割り当て（すすめます。本当の希望を書くのがいちばん得になります）"),
            ),
            (
                Round.Method.TOTAL_VALUE,
                gettext_lazy(
                    "合計が最大の割り当て（全体の点を最大にします。一人ひとりの公平さは守られません）"
                ),
            ),
        ],
    )
    caps = forms.CharField(
        label=gettext_lazy("地域の人数の上限"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "使わないときは空けておきます。1行に1つ、コード・名前・人数をコンマで区切ります。"
            "例：07,福島県,40 と 07204,いわき市,25。県の上限は、その県の市町村を合わせた人数です。"
        ),
    )

    def __init__(self, *args: Any, town: Municipality, held: Round | None = None, **kwargs: Any) -> None:
        self._zone = ZoneInfo(town.zone)
        if held is not None:
            kwargs["initial"] = {
                "name": held.name,
                "name_en": held.name_en,
                "opens_at": held.opens_at.astimezone(self._zone).replace(tzinfo=None),
                "closes_at": held.closes_at.astimezone(self._zone).replace(tzinfo=None),
                "max_wishes": held.max_wishes,
                "method": held.method,
                "caps": "\n".join(f"{one.region},{one.name},{one.cap}" for one in held.caps.all()),
            }
        super().__init__(*args, **kwargs)

    def clean_opens_at(self) -> datetime.datetime:
        """The moment in the town's own zone."""
        return self._in_town("opens_at")

    def clean_closes_at(self) -> datetime.datetime:
        """The moment in the town's own zone."""
        return self._in_town("closes_at")

    def _in_town(self, name: str) -> datetime.datetime:
        moment: datetime.datetime = self.cleaned_data[name]
        return moment.replace(tzinfo=self._zone)

    def clean_caps(self) -> tuple[Cap, ...]:
        """The lines as caps; each wrong one is named."""
        lines = [line.strip() for line in self.cleaned_data["caps"].splitlines()]
        found, wrong = [], []
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            parts = [part.strip() for part in line.replace("，", ",").replace("、", ",").split(",")]
            if len(parts) != 3 or not parts[2].isdecimal() or int(parts[2]) > LARGEST_CAP:
                wrong.append(
                    _("%(number)s行目「%(line)s」を読めません。07204,いわき市,25 のように書いてください。")
                    % {"number": number, "line": line}
                )
                continue
            found.append(Cap(parts[0], parts[1][:80], int(parts[2])))
        if len(found) > MOST_CAPS:
            wrong.append(_("地域の上限は%(most)sまでです。") % {"most": MOST_CAPS})
        if wrong:
            raise ValidationError(wrong)
        return tuple(found)

    def plan(self) -> Plan:
        """As the services take it."""
        return Plan(**{name: self.cleaned_data[name] for name in Plan.__dataclass_fields__})


class AgainForm(forms.Form):
    """Why it is computed again."""

    reason = forms.CharField(
        label=gettext_lazy("計算し直す理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例：2人が取り下げたため。記録に残ります。"),
    )


class WishesForm(AboutForm):
    """A rank for each posting of the round that is wanted, and whether a bed is needed there."""

    birth_date = EraDateField(
        label=gettext_lazy("生年月日"),
        help_text=gettext_lazy(
            "法律で、働ける年齢かを確かめます（労働基準法56条・57条）。雇用主には見せません。"
        ),
    )

    def __init__(
        self,
        *args: Any,
        postings: Sequence[Posting],
        held: Sequence[Application],
        most: int,
        ask_birth: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._postings, self._most = list(postings), most
        before = {one.posting_id: one for one in held}
        choices = [
            ("", _("希望しない")),
            *((str(n), _("%(rank)s番目") % {"rank": n}) for n in range(1, most + 1)),
        ]
        for posting in self._postings:
            mine = before.get(posting.pk)
            self.fields[f"rank_{posting.pk}"] = forms.ChoiceField(
                label=_("希望の順"), choices=choices, required=False, initial=str(mine.rank) if mine else ""
            )
            if posting.lodging is not None:
                self.fields[f"bed_{posting.pk}"] = forms.BooleanField(
                    label=_("泊まる場所を使う（%(name)s）") % {"name": posting.lodging},
                    required=False,
                    initial=mine.needs_lodging if mine else False,
                )
        if not ask_birth:
            del self.fields["birth_date"]

    def rows(self) -> list[dict[str, Any]]:
        """Each posting with its boxes."""
        return [
            {
                "posting": posting,
                "rank": self[f"rank_{posting.pk}"],
                "bed": self[f"bed_{posting.pk}"] if posting.lodging is not None else None,
            }
            for posting in self._postings
        ]

    def clean(self) -> dict[str, Any]:
        """No rank twice."""
        given = super().clean() or {}
        seen: dict[str, Posting] = {}
        for posting in self._postings:
            rank = given.get(f"rank_{posting.pk}", "")
            if rank and rank in seen:
                self.add_error(
                    f"rank_{posting.pk}",
                    _("%(rank)s番目は「%(posting)s」にも使っています。ちがう順にしてください。")
                    % {"rank": rank, "posting": seen[rank]},
                )
            elif rank:
                seen[rank] = posting
        return given

    def wishes(self) -> list[Wish]:
        """Best first; a rank left out is closed up."""
        given = self.cleaned_data
        chosen = [
            (int(given[f"rank_{posting.pk}"]), posting)
            for posting in self._postings
            if given.get(f"rank_{posting.pk}")
        ]
        ranked = sorted(chosen, key=lambda one: one[0])
        return [Wish(posting, bool(given.get(f"bed_{posting.pk}"))) for _rank, posting in ranked]


class FriendsForm(AboutForm):
    """How many come together."""

    size = forms.IntegerField(
        label=gettext_lazy("あなたを入れた人数"), min_value=SMALLEST, max_value=LARGEST, initial=2
    )


class JoinForm(AboutForm):
    """The code that a friend passed on."""

    code = forms.CharField(label=gettext_lazy("友だちからもらった合い言葉"), max_length=12)
    needs_lodging = forms.BooleanField(
        label=gettext_lazy("泊まる場所がある仕事では、泊まる場所を使う"), required=False
    )
