"""The demonstration's years: a rule of judgement, closed reviews, and a collection under way; each done by its verbs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from sosei.core.people import demonstration, roles
from sosei.core.people.models import Person
from sosei.planning.strategy.demonstration_tables import rows, source
from sosei.planning.strategy.judgement.presets import PRESETS
from sosei.planning.strategy.models import (
    Ask,
    Campaign,
    ExpertComment,
    JudgementRule,
    Review,
    Stage,
    Strategy,
)
from sosei.planning.strategy.numbers import fiscal_year_today, today_in
from sosei.planning.strategy.services import answers, campaigns
from sosei.planning.strategy.services import reviews as stages
from sosei.planning.strategy.services.reviews_changes import decide_change, keep_the_rest, publish_plan
from sosei.planning.strategy.services.reviews_closing import close_review, publish_review
from sosei.planning.strategy.services.reviews_compose import compose
from sosei.planning.strategy.services.reviews_state import Target, targets_of
from sosei.planning.strategy.services.reviews_writing import (
    Texts,
    answer_comment,
    finish_comments,
    save_comment,
    save_evaluation,
)

PRESET = "tama"
COLLECTED = "iwaki-2"
"""The strategy whose values are collected."""
OPENED_DAYS_AGO, DUE_DAYS_AGO = 24, 3
EXTENDED = "iryo"
"""Department that was given more time."""
NAME_SHOWN = "見本 学（架空）"
ASSESSED = {
    "good": ("よくなったこと", "What went well"),
    "open": ("残った課題", "Left to do"),
    "result": ("主な成果", "Main results"),
}
"""Kind of the table `assessments` -> its word, Japanese and English."""


@transaction.atomic
def judge_by_preset(strategy: Strategy, planner: Person) -> None:
    """The town judges by one of the presets."""
    preset = PRESETS[PRESET]
    strategy.rule, _made = JudgementRule.objects.get_or_create(
        municipality=strategy.municipality,
        preset=PRESET,
        defaults={
            "name": preset.name.ja,
            "name_en": preset.name.en,
            "definition": preset.to_json(),
            "created_by": planner,
        },
    )
    strategy.save(update_fields=["rule"])


def review_years(strategy: Strategy, key: str, planner: Person) -> None:
    """Closes and publishes the reviews that the tables have of a strategy."""
    for row in rows("reviews", strategy=key):
        _review(strategy, row, planner)


@transaction.atomic
def _review(strategy: Strategy, row: Mapping[str, str], planner: Person) -> Review:
    wanted = {"strategy": row["strategy"], "fiscal_year": row["fiscal_year"]}
    review = stages.open_review(strategy=strategy, fiscal_year=int(row["fiscal_year"]), opened_by=planner)
    targets = {target.row.number: target for target in targets_of(review)}
    for written in rows("evaluations", **wanted):
        texts = Texts(
            **{name: written[name] for name in ("rating", "done", "result", "problems", "next_steps")}
        )
        save_evaluation(
            review=review,
            target=targets[written["measure"]],
            texts=texts,
            version=0,
            saved_by=planner,
            submit=True,
        )
    told = [row["summary"], *_assessed(row["strategy"], row["fiscal_year"], english=False)]
    told_en = [row["summary_en"], *_assessed(row["strategy"], row["fiscal_year"], english=True)]
    stages.save_summary(review=review, text="\n\n".join(told), text_en="\n\n".join(told_en), saved_by=planner)
    for stage in (Stage.OWN, Stage.OFFICE):
        stages.finish_stage(review=review, stage=stage, finished_by=planner)
    review.refresh_from_db()
    _comments(review, targets, rows("comments", **wanted), planner)
    stages.finish_stage(review=review, stage=Stage.EXPERTS, finished_by=planner)
    review.refresh_from_db()
    missing = compose(review, user=planner, today=today_in(strategy.municipality)).missing
    close_review(review=review, closed_by=planner, waivers={one.key: row["waiver"] for one in missing})
    publish_review(review=review, published_by=planner)
    for change in rows("changes", **wanted):
        target = targets[change["measure"]]
        told = {name: change[name] for name in ("kind", "into", "text", "reason")}
        decide_change(review=review, target=target, decided_by=planner, **told)
    if row["rest_kept"]:
        keep_the_rest(review=review, reason=row["rest_kept"], decided_by=planner)
    publish_plan(review=review, published_by=planner)
    return review


def _assessed(key: str, year: str, *, english: bool) -> list[str]:
    """What the document says of each goal and, in its last table, of the whole; a paragraph each."""
    title, text = ("title_en", "text_en") if english else ("title", "text")
    colon, gap = (": ", "; ") if english else ("：", "、")
    told = rows("assessments", strategy=key, fiscal_year=year)
    found = []
    for goal in rows("goals", strategy=key) if told else []:
        own = [row for row in told if row["goal"] == goal["number"]]
        lines = [f"Basic goal {goal['number']}" if english else f"基本目標{goal['number']}"]
        for kind, words in ASSESSED.items():
            parts = [row[title if kind == "result" else text] for row in own if row["kind"] == kind]
            lines.append(f"{words[english]}{colon}{gap.join(parts)}")
        found.append("\n".join(lines))
    return [*found, *(f"{row[title]}{colon}{row[text]}" for row in told if row["kind"] == "overall")]


def _comments(
    review: Review, targets: Mapping[str, Target], written: list[dict[str, str]], planner: Person
) -> None:
    """The invented reviewer comments on everything, where the tables have comments of the year at all."""
    if not written:
        return
    expert = _person(roles.REVIEWER, review.strategy.municipality.code)
    by_measure = {row["measure"]: row for row in written}
    for number, target in targets.items():
        row = by_measure.get(
            number, {"opinion": ExpertComment.Opinion.EFFECTIVE.value, "text": "", "answer": ""}
        )
        comment = save_comment(
            review=review, target=target, opinion=row["opinion"], text=row["text"], written_by=expert
        )
        if row["answer"]:
            answer_comment(comment=comment, answer=row["answer"], answered_by=planner)
    finish_comments(review=review, name_shown=NAME_SHOWN, finished_by=expert)


def _person(role: str, code: str) -> Person:
    cast = next(cast for cast in demonstration.CAST if cast.role == role)
    found: Person = Person.objects.get(email=demonstration.email_of(cast, code))
    return found


@transaction.atomic
def collect_last_year(strategy: Strategy, planner: Person) -> Campaign:
    """A collection for the year just ended: some departments have sent, one has more time, the others are late."""
    today = today_in(strategy.municipality)
    year = min(fiscal_year_today(strategy.municipality) - 1, strategy.last_fiscal_year)
    campaign = campaigns.prepare_campaign(
        strategy=strategy,
        fiscal_year=year,
        due_on=today + timedelta(days=7),
        text="実績と、その要因を教えてください（見本）。",
        prepared_by=planner,
    )
    campaign = campaigns.open_campaign(campaign=campaign, opened_by=planner)
    typed = _typed()
    for ask in campaign.asks.select_related("campaign", "department", "strategy__municipality"):
        _answer(ask, typed)
    late = campaign.asks.filter(sent_at__isnull=True)
    extended = rows("departments", code=strategy.municipality.code, key=EXTENDED)[0]["name"]
    for ask in late.filter(department__name=extended):
        campaigns.extend_due_date(
            ask=ask,
            due_on=today + timedelta(days=7),
            extended_by=planner,
            reason="国の調査を待つため（見本）",
        )
    _put_back(campaign, today)
    campaign.refresh_from_db()
    return campaign


def _put_back(campaign: Campaign, today: date) -> None:
    """Nobody can open a collection in the past: the sample's days are put back by hand."""
    now = timezone.now()
    Campaign.objects.filter(pk=campaign.pk).update(
        opened_at=now - timedelta(days=OPENED_DAYS_AGO), due_on=today - timedelta(days=DUE_DAYS_AGO)
    )
    sent = campaign.asks.filter(sent_at__isnull=False).order_by("pk").values_list("pk", flat=True)
    for place, key in enumerate(sent):
        days_after = timedelta(days=min(4 + 4 * place, OPENED_DAYS_AGO - DUE_DAYS_AGO))
        Ask.objects.filter(pk=key).update(sent_at=now - timedelta(days=OPENED_DAYS_AGO) + days_after)


def _typed() -> dict[str, Mapping[str, str]]:
    """Title of the KPI -> what its department typed."""
    titles = {row["key"]: row["title"] for row in rows("kpis", strategy=COLLECTED)}
    return {titles[row["kpi"]]: row for row in rows("values", table="campaign", strategy=COLLECTED)}


def _answer(ask: Ask, typed: Mapping[str, Mapping[str, str]]) -> None:
    """A department types what the tables have for it, and sends when that is all it was asked for."""
    found = [answer for answer in ask.answers.select_related("kpi") if answer.kpi.title in typed]
    if not found:
        return
    given = {
        answer.pk: answers.Typed(
            version=answer.version,
            typed=typed[answer.kpi.title]["printed"],
            explanation=typed[answer.kpi.title]["explanation"],
            source=source(typed[answer.kpi.title]["source"])["title"],
        )
        for answer in found
    }
    sheet = answers.save_answers(ask=ask, given=given, person=None)
    if not sheet.blank:
        answers.send_answers(ask=ask, person=None, name="見本の担当（架空）", seen=sheet.seen)
