"""Tells those whose turn it is: KPI owners when their evaluation opens, experts when their stage opens, each once."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from sosei.core.people import roles, tenancy
from sosei.core.people.models import Membership, Person
from sosei.core.records.services import send_message
from sosei.planning.strategy.models import Review, ReviewExpert, Stage, Strategy
from sosei.planning.strategy.numbers import print_year, today_in

OPEN_SUBJECTS = {
    Stage.OWN: gettext_lazy("【%(town)s】%(year)sの施策の評価を書いてください"),
    Stage.EXPERTS: gettext_lazy("【%(town)s】%(year)sの評価に意見をください"),
}
OPEN_BODIES = {
    Stage.OWN: gettext_lazy(
        "「%(strategy)s」の%(year)sの評価が始まりました。\n担当の施策について、行ったこと・成果・課題を書いて提出してください。\n期限：%(due)s\n\n%(url)s"
    ),
    Stage.EXPERTS: gettext_lazy(
        "「%(strategy)s」の%(year)sの評価がまとまりました。\n施策を一つずつ読んで、意見を書いてください。\n期限：%(due)s\n\n%(url)s"
    ),
}
REMINDER_SUBJECT = gettext_lazy("【%(town)s】%(year)sの評価への意見をお待ちしています")
REMINDER_BODY = gettext_lazy(
    "「%(strategy)s」の%(year)sの評価に、まだ意見がそろっていません。\n期限：%(due)s\n\n%(url)s"
)


def experts_of(strategy: Strategy) -> list[Person]:
    """External experts of the town."""
    return _holders(strategy, roles.REVIEWER)


def tell_stage_open(review: Review, *, by: Person) -> None:
    """Tells departments or experts that it is their turn; never twice, also where the stage opens again."""
    if review.stage == Stage.EXPERTS:
        people = experts_of(review.strategy)
        known = set(review.experts.values_list("person", flat=True))
        ReviewExpert.objects.bulk_create(
            ReviewExpert(strategy=review.strategy, review=review, person=person)
            for person in people
            if person.pk not in known
        )
    elif review.stage == Stage.OWN:
        people = _holders(review.strategy, roles.KPI_OWNER)
    else:
        return
    stage = Stage(review.stage)
    _send(review, people, OPEN_SUBJECTS[stage], OPEN_BODIES[stage], f"{stage.value}-open")


def remind_experts(review: Review, people: Iterable[Person]) -> None:
    """Reminds experts, each at most once a day."""
    day = today_in(review.strategy.municipality)
    _send(review, people, REMINDER_SUBJECT, REMINDER_BODY, f"reminder/{day}")


def tell_returned(review: Review, departments: set[int], *, title: str, reason: str) -> None:
    """Tells a department's KPI owners that the office asks for more."""
    people = [
        held.person
        for held in _memberships(review.strategy, roles.KPI_OWNER)
        if held.organisation_id in departments
    ]
    _send(
        review,
        people,
        gettext_lazy("【%(town)s】%(year)sの評価を直してください"),
        gettext_lazy(
            "「%(title)s」の評価を、企画担当が差し戻しました。\n直してほしいこと：%(reason)s\n\n%(url)s"
        ),
        f"returned/{timezone.now().isoformat()}",
        title=title,
        reason=reason,
    )


def _memberships(strategy: Strategy, role: str) -> list[Membership]:
    with tenancy.unguarded():
        held = Membership.objects.held().filter(
            municipality=strategy.municipality_id, role=role, person__is_active=True
        )
        return list(held.select_related("person").order_by("person"))


def _holders(strategy: Strategy, role: str) -> list[Person]:
    return list({held.person_id: held.person for held in _memberships(strategy, role)}.values())


def _send(
    review: Review, people: Iterable[Person], subject: object, body: object, key: str, **more: str
) -> None:
    texts = {}
    for language in ("ja", "en"):
        with override(language):
            texts[language] = (_words(review, subject, more), _words(review, body, more))
    for person in people:
        send_message(
            key=f"review/{review.pk}/{key}/{person.pk}",
            kind="review.your_turn",
            subject=texts["ja"][0],
            body=texts["ja"][1],
            subject_en=texts["en"][0],
            body_en=texts["en"][1],
            recipient=person,
            municipality=review.strategy.municipality,
            about=review,
        )


def _words(review: Review, text: object, more: dict[str, str]) -> str:
    town = review.strategy.municipality
    due = review.stages.filter(stage=review.stage).values_list("due_on", flat=True).first()
    url = reverse("strategy:review-work", kwargs={"code": town.code, "review_id": review.pk})
    return str(text) % {
        "town": town,
        "strategy": review.strategy.local_title,
        "year": print_year(review.fiscal_year),
        "due": due.isoformat() if due else _("なし"),
        "url": f"{settings.SITE_ADDRESS}{url}",
        **more,
    }
