"""What reviews hold of a person: what one did in them as staff, and an expert's comments and name."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import DOCUMENTS_LAW, kept
from sosei.planning.strategy.models import (
    Change,
    Evaluation,
    ExpertComment,
    Review,
    ReviewExpert,
    ReviewStage,
    StageMove,
)

DID = {
    Review: ("opened_by", "closed_by"),
    ReviewStage: ("finished_by",),
    StageMove: ("by",),
    Evaluation: ("saved_by", "submitted_by"),
    ExpertComment: ("author", "answered_by"),
    ReviewExpert: ("person",),
    Change: ("decided_by", "carried_out_by"),
}
"""Table -> columns that say who did it."""


def _of(person: Person, columns: tuple[str, ...]) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{column: person})
    return found


def export_review_work(person: Person) -> Rows:
    """An expert's own words, and a line for everything else that was done."""
    rows: Rows = [
        {
            "what": "comment",
            "of": str(comment.measure or comment.package),
            "year": comment.review.fiscal_year,
            "opinion": comment.opinion,
            "text": comment.text,
            "at": comment.written_at.isoformat(),
        }
        for comment in ExpertComment.objects.filter(author=person)
        .select_related("review", "measure", "package")
        .order_by("pk")
    ]
    for expert in ReviewExpert.objects.filter(person=person).select_related("review").order_by("pk"):
        rows.append({"what": "expert", "year": expert.review.fiscal_year, "name_shown": expert.name_shown})
    for model, columns in DID.items():
        if model in (ExpertComment, ReviewExpert):
            continue
        for row in model.objects.filter(_of(person, columns)).order_by("pk"):
            rows.append({"what": model._meta.model_name, "of": str(row)})
    return rows


def erase_review_work(person: Person) -> Outcome:
    """The name that an expert let stand with his comments goes where the review isn't closed; what was done stays."""
    erased = (
        ReviewExpert.objects.filter(person=person, review__closed_at__isnull=True)
        .exclude(name_shown="")
        .update(name_shown="")
    )
    count = sum(model.objects.filter(_of(person, columns)).count() for model, columns in DID.items())
    return kept(
        "年度の評価でした仕事と意見。公表に同意した名前は、締めた評価に残ります",
        "Work and comments in yearly reviews; a name shown by consent stays in closed reviews",
        DOCUMENTS_LAW,
        count,
        erased=erased,
    )


def _with_history(name: str) -> set[str]:
    label = f"strategy.{name}"
    event = apps.get_app_config("strategy").models.get(f"{name}event")
    return {label} if event is None else {label, f"{label}event"}


register(
    PersonalData(
        key="strategy_reviews",
        title=_("総合戦略の評価でした仕事と意見"),
        models=frozenset().union(*(_with_history(str(model._meta.model_name)) for model in DID)),
        export=export_review_work,
        erase=erase_review_work,
    )
)
