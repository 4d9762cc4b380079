"""Forms of the yearly review."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.fields import EraDateField
from sosei.planning.strategy.models import Change, Evaluation, ExpertComment, Review, Stage, Strategy
from sosei.planning.strategy.numbers import print_year
from sosei.planning.strategy.services.reviews import STAGES
from sosei.planning.strategy.services.reviews_compose import Missing
from sosei.planning.strategy.services.reviews_writing import Texts

RECORDED = gettext_lazy("記録に残ります。")


def _area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class OpenForm(forms.Form):
    """Which year to review."""

    fiscal_year = forms.TypedChoiceField(
        label=gettext_lazy("評価する年度"),
        coerce=int,
        help_text=gettext_lazy(
            "期限は、いつもの予定（6月・7月・8月・9月・11月の終わり）で作ります。あとで変えられます。"
        ),
    )

    def __init__(self, strategy: Strategy, taken: Iterable[int], data: Any = None) -> None:
        super().__init__(data)
        held = set(taken)
        free = [year for year in strategy.fiscal_years if year not in held]
        self.fields["fiscal_year"].choices = [(year, print_year(year)) for year in free]  # type: ignore[attr-defined]


class DatesForm(forms.Form):
    """When each stage is due."""

    def __init__(self, dates: Mapping[str, datetime.date], data: Any = None) -> None:
        super().__init__(data, initial=dict(dates))
        for stage in STAGES:
            self.fields[stage] = EraDateField(label=Stage(stage).label, help_text=_("例：2026 または 令和8"))


class SummaryForm(forms.Form):
    """The office's text on the whole year."""

    text = forms.CharField(label=gettext_lazy("全体のまとめ"), required=False, widget=_area(8))
    text_en = forms.CharField(label=gettext_lazy("全体のまとめ（英語）"), required=False, widget=_area(6))


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300, help_text=RECORDED)


class BackForm(ReasonForm):
    """To which stage a review goes back."""

    to_stage = forms.ChoiceField(label=gettext_lazy("戻る段階"), widget=forms.RadioSelect)
    field_order = ("to_stage", "reason")

    def __init__(self, review: Review, data: Any = None) -> None:
        super().__init__(data)
        before = STAGES[: STAGES.index(review.stage)]
        self.fields["to_stage"].choices = [(stage, Stage(stage).label) for stage in before]  # type: ignore[attr-defined]
        if before:
            self.fields["to_stage"].initial = before[-1]


class CloseForm(forms.Form):
    """For everything that is missing, the reason why the review is closed without it."""

    def __init__(self, missing: Iterable[Missing], data: Any = None) -> None:
        super().__init__(data)
        self.missing = list(missing)
        for one in self.missing:
            self.fields[one.field] = forms.CharField(
                label=one.text,
                required=False,
                max_length=300,
                help_text=_("そろえられないときは、その理由を書きます。報告にそのまま出ます。"),
            )

    def waivers(self) -> dict[str, str]:
        """Key -> reason, of those given."""
        return {one.key: self.cleaned_data.get(one.field, "") for one in self.missing}


class EvaluationForm(forms.Form):
    """What a department writes on a measure; nothing is demanded of a draft."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    rating = forms.ChoiceField(
        label=gettext_lazy("自己評価"), required=False, choices=Evaluation.Rating, widget=forms.RadioSelect
    )
    done = forms.CharField(label=gettext_lazy("行ったこと"), required=False, widget=_area())
    result = forms.CharField(
        label=gettext_lazy("成果"),
        required=False,
        widget=_area(),
        help_text=gettext_lazy("行ったことの結果、何が変わったかを書きます。"),
    )
    problems = forms.CharField(label=gettext_lazy("課題"), required=False, widget=_area(3))
    next_steps = forms.CharField(label=gettext_lazy("これからの進めかた"), required=False, widget=_area(3))
    office_text = forms.CharField(
        label=gettext_lazy("企画担当の所見"),
        required=False,
        widget=_area(),
        help_text=gettext_lazy("企画担当だけが書けます。報告に出ます。"),
    )

    def __init__(
        self, held: Evaluation | None, first: Mapping[str, str], *, office: bool, data: Any = None
    ) -> None:
        names = ("rating", "done", "result", "problems", "next_steps", "office_text")
        initial: dict[str, Any] = {"version": held.version if held else 0}
        initial |= {name: getattr(held, name) for name in names} if held else dict(first)
        super().__init__(data, initial=initial)
        if not office:
            del self.fields["office_text"]

    def texts(self) -> Texts:
        """As the service takes them."""
        given = self.cleaned_data
        return Texts(given["rating"], given["done"], given["result"], given["problems"], given["next_steps"])


class CommentForm(forms.Form):
    """An expert's comment."""

    opinion = forms.ChoiceField(
        label=gettext_lazy("この施策は、目標の達成に役立ちましたか"),
        choices=ExpertComment.Opinion,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label=gettext_lazy("意見の内容"), required=False, widget=_area(5))


class FinishForm(forms.Form):
    """Whether an expert's name may stand beside the comments."""

    name_shown = forms.CharField(
        label=gettext_lazy("意見といっしょに公表する名前"),
        required=False,
        max_length=120,
        help_text=gettext_lazy(
            "書かなければ「外部有識者」とだけ出します。書くと、その名前を公表することに同意したことになります。"
        ),
    )


class AnswerForm(forms.Form):
    """The office's answer to a comment."""

    comment = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(label=gettext_lazy("企画担当の回答"), widget=_area(3))


class ChangeForm(forms.Form):
    """What becomes of a measure next year."""

    kind = forms.ChoiceField(
        label=gettext_lazy("次の年度の見直し"), choices=Change.Kind, widget=forms.RadioSelect
    )
    into = forms.CharField(
        label=gettext_lazy("統合する先"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("「統合」のときに書きます。"),
    )
    text = forms.CharField(label=gettext_lazy("内容"), required=False, widget=_area())
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, help_text=gettext_lazy("改善の計画として公表されます。")
    )


class CompareForm(forms.Form):
    """Which two reviews to compare."""

    then = forms.TypedChoiceField(label=gettext_lazy("前の評価"), coerce=int)
    now = forms.TypedChoiceField(label=gettext_lazy("今の評価"), coerce=int)

    def __init__(self, reviews: Iterable[Review], data: Any = None, **initial: int) -> None:
        super().__init__(data, initial=initial)
        choices = [(row.pk, review_name(row)) for row in reviews]
        for name in ("then", "now"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


def review_name(review: Review) -> str:
    """A review in a list of several strategies' reviews."""
    name = _("%(year)s（%(strategy)s）") % {
        "year": print_year(review.fiscal_year),
        "strategy": review.strategy.local_short_title,
    }
    return (
        name if review.number == 1 else _("%(name)s 第%(number)s回") % {"name": name, "number": review.number}
    )
