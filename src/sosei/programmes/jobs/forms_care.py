"""Forms of reviews, complaints, measures, certificates, invitations and wishes to move in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sosei.core.people.models import Municipality
from sosei.engines.conventions.fiscal_years import format_fiscal_year
from sosei.planning.outcomes.words_kinds import CONSULTATION_WAY
from sosei.programmes.jobs.models import Employer, Restriction
from sosei.programmes.jobs.rules_care import LONGEST, Ground, MeasureKind
from sosei.programmes.jobs.services import complaints, invitations, relocation, restrictions, reviews
from sosei.programmes.jobs.words_care import KINDS


def words(label: Any, text: Any = "", *, rows: int = 3, most: int = 300, **options: Any) -> forms.CharField:
    """A box for words."""
    return forms.CharField(
        label=label,
        help_text=text,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        **options,
    )


class ReviewForm(forms.Form):
    """Again or not, and words."""

    good = forms.ChoiceField(widget=forms.RadioSelect)
    comment = words("", rows=5, most=reviews.LONGEST, required=False)

    def __init__(self, *args: Any, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        good: Any = self.fields["good"]
        comment = self.fields["comment"]
        if side == "worker":
            good.label = _("また、ここで働きたいですか")
            good.choices = [("yes", _("また働きたい")), ("no", _("もう働きたくない"))]
            comment.help_text = _(
                "だれでも読めるページに、名前は出ません。雇用主には、あなたが書いたことがわかります。"
                "ほかの人の名前や電話番号は書かないでください。"
                "いやなことがあったときは、町に相談してください（雇用主には見えません）。"
            )
        else:
            good.label = _("また、来てほしいですか")
            good.choices = [("yes", _("また来てほしい")), ("no", _("もう来てほしくない"))]
            comment.help_text = _("本人だけが読みます。ほかの雇用主には見えません。")
        comment.label = _("ことば（書かなくてもよい）")

    def given(self) -> dict[str, Any]:
        """The arguments of `write_review`."""
        return {"good": self.cleaned_data["good"] == "yes", "comment": self.cleaned_data["comment"]}


class ReasonForm(forms.Form):
    """Why."""

    reason = words(gettext_lazy("理由"), gettext_lazy("本人たちに、そのまま伝わります。"))


class ComplaintForm(forms.Form):
    """What happened, where, and what somebody wishes."""

    place = forms.ChoiceField(label=gettext_lazy("どこのことですか"))
    kind = forms.ChoiceField(
        label=gettext_lazy("どんなことですか"),
        choices=[(kind.value, label) for kind, label in KINDS.items()],
        widget=forms.RadioSelect,
    )
    text = words(
        gettext_lazy("何がありましたか"),
        gettext_lazy("いつ、どこで、だれが、何をしたか。わかるところだけでかまいません。"),
        rows=6,
        most=complaints.LONGEST,
    )
    wish = words(
        gettext_lazy("どうしてほしいですか（書かなくてもよい）"), most=complaints.LONGEST, required=False
    )
    may_be_named = forms.BooleanField(
        label=gettext_lazy("町の担当者が、わたしの名前を雇用主に伝えてもよい"),
        help_text=gettext_lazy(
            "チェックしなければ、雇用主には何も伝えません。チェックしても、伝える文を先にあなたと確かめます。あとで変えられます。"
        ),
        required=False,
    )

    def __init__(
        self, *args: Any, employers: Sequence[Employer], towns: Sequence[Municipality], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.employers = {f"e{one.pk}": one for one in employers}
        self.towns = {f"t{one.pk}": one for one in towns}
        place: Any = self.fields["place"]
        place.choices = [
            ("", _("選んでください")),
            *(
                (key, _("%(employer)s（%(town)s）") % {"employer": one, "town": one.municipality})
                for key, one in self.employers.items()
            ),
            *(
                (key, _("%(town)sの仕事（雇用主のことではない）") % {"town": one})
                for key, one in self.towns.items()
            ),
        ]

    def given(self) -> dict[str, Any]:
        """The arguments of `file_complaint`."""
        data = self.cleaned_data
        employer = self.employers.get(data["place"])
        town = employer.municipality if employer is not None else self.towns[data["place"]]
        rest = {name: data[name] for name in ("kind", "text", "wish", "may_be_named")}
        return {"municipality": town, "about": employer, **rest}


class AnswerForm(forms.Form):
    """The town's answer."""

    answer = words(
        gettext_lazy("答え"), gettext_lazy("本人にそのまま送られます。"), rows=5, most=complaints.LONGEST
    )


class TellEmployerForm(forms.Form):
    """The words on which staff and the person agreed."""

    text = words(
        gettext_lazy("雇用主に伝える文"),
        gettext_lazy("この文だけが雇用主に送られます。相談の内容は見えません。"),
        rows=4,
        most=complaints.LONGEST,
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("この文を本人と確かめ、送ってよいと言われた"), required=False
    )


class MeasureForm(forms.Form):
    """A measure with its end and reason."""

    kind = forms.ChoiceField(label=gettext_lazy("制限の内容"), widget=forms.RadioSelect)
    ground = forms.ChoiceField(
        label=gettext_lazy("何のためですか"),
        choices=[
            (Ground.FIGURES.value, gettext_lazy("上の回数")),
            (Ground.CONDUCT.value, gettext_lazy("ほかの行い（理由にくわしく書く）")),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(label=gettext_lazy("日数"), min_value=1)
    reason = words(gettext_lazy("理由"), gettext_lazy("本人に、そのまま伝わります。"))

    def __init__(self, *args: Any, kinds: Sequence[MeasureKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [
            (
                one.value,
                _("%(kind)s（%(most)s日まで）")
                % {"kind": Restriction.Kind(one.value).label, "most": LONGEST[one]},
            )
            for one in kinds
        ]


class ObjectionForm(forms.Form):
    """What the person says to a measure."""

    text = words(
        gettext_lazy("あなたの意見"),
        gettext_lazy("ちがうと思うことと、その理由を書いてください。町の担当者だけが読みます。"),
        rows=5,
        most=restrictions.MOST_WORDS,
    )


class ObjectionAnswerForm(forms.Form):
    """Staff's answer to it."""

    answer = words(
        gettext_lazy("返事"), gettext_lazy("本人にそのまま送られます。"), rows=4, most=restrictions.MOST_WORDS
    )


class CertificateForm(forms.Form):
    """For which time."""

    year = forms.TypedChoiceField(label=gettext_lazy("期間"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = (get_language() or "ja")[:2]
        year: Any = self.fields["year"]
        year.choices = [
            ("", _("はじめから今まで")),
            *((one, format_fiscal_year(one, language)) for one in years),
        ]


class CheckForm(forms.Form):
    """The number and the code on a certificate."""

    number = forms.CharField(label=gettext_lazy("番号"), max_length=40)
    check = forms.CharField(label=gettext_lazy("確認コード"), max_length=40)


class InviteForm(forms.Form):
    """Words to those who are invited."""

    text = words(
        gettext_lazy("ひとこと（書かなくてもよい）"),
        gettext_lazy("招待する人みんなに、そのまま送られます。"),
        rows=2,
        most=invitations.LONGEST,
        required=False,
    )


class WishForm(forms.Form):
    """What somebody wants to know about living here."""

    text = words(
        gettext_lazy("聞きたいこと（書かなくてもよい）"),
        gettext_lazy("住む家、仕事、学校など。"),
        most=relocation.LONGEST,
        required=False,
    )


class WishAnswerForm(forms.Form):
    """How staff talked with somebody, and what comes next."""

    way = forms.ChoiceField(
        label=gettext_lazy("どうやって相談したか"),
        choices=list(CONSULTATION_WAY.values.items()),
        widget=forms.RadioSelect,
    )
    note = words(
        gettext_lazy("話したことと、次にすること"),
        gettext_lazy("本人に、そのまま送られます。"),
        most=relocation.LONGEST,
    )
