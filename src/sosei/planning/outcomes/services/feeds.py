"""Setting up, changing and ending the feed of a KPI; what it would give before it is set up."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.planning.outcomes import feeding, kinds, permissions
from sosei.planning.outcomes.errors import FeedError
from sosei.planning.outcomes.models import Feed
from sosei.planning.outcomes.rules import fiscal_year
from sosei.planning.outcomes.services import totals
from sosei.planning.outcomes.services.recording import today_in

FIRST_YEAR = 1950


def preview_feed(*, kpi: Any, rule: feeding.Rule) -> dict[int, feeding.Value]:
    """What the rule makes of the facts there are, by year; nothing is written.

    Raises:
        FeedError: the rule cannot be used.
    """
    town = kpi.strategy.municipality
    check_rule(town, rule)
    return totals.count_anew(town, rule).values(rule, fiscal_year(today_in(town)))


@transaction.atomic
def define_feed(
    *, kpi: Any, rule: feeding.Rule, reason: str, made_by: Person | None, measure: Any = None
) -> Feed:
    """From now on the KPI has a value from facts, those already recorded included; a feed it had is ended.

    Args:
        kpi: a `strategy.Kpi`.
        made_by: a planner of the town; None for the demonstration.
        measure: the `strategy.Measure` that `rule.measure` names.

    Raises:
        NotAllowedError: not a planner of the town.
        FeedError: no reason, or a rule that cannot be used.
    """
    town = kpi.strategy.municipality
    feed = Feed(
        municipality=town,
        kpi=kpi,
        kind=rule.kind,
        filter=_plain(rule.filter),
        within=_plain(rule.within),
        measure=measure,
        aggregation=rule.aggregation,
        field=rule.field,
        distinct=rule.distinct,
        period=rule.period,
        since=rule.since,
        reason=reason.strip(),
        made_by=made_by,
        made_at=timezone.now(),
    )
    _check_leave(made_by, feed)
    if not feed.reason:
        raise FeedError(_("このように計算する理由を書いてください。"), "reason")
    check_rule(town, rule)
    if measure is not None and measure.strategy.municipality_id != town.pk:
        raise FeedError(_("ほかの自治体の施策は選べません。"), "measure")
    with tenancy.unguarded():
        # Alone with the town from here, so that of two planners the later one ends the feed of the earlier.
        totals.take_town(town.pk)
        Feed.objects.active().filter(kpi=kpi).update(ended_at=timezone.now())
        feed.save()
        totals.build(feed)
    _enter(feed, "outcomes.feed_defined", made_by, feed.reason)
    return feed


@transaction.atomic
def end_feed(*, feed: Feed, reason: str, ended_by: Person | None) -> None:
    """The KPI has no value from facts any more; typed and imported ones stay.

    Raises:
        NotAllowedError: not a planner of the town.
        FeedError: no reason.
    """
    _check_leave(ended_by, feed)
    if not reason.strip():
        raise FeedError(_("やめる理由を書いてください。"), "reason")
    if not Feed.objects.active().filter(pk=feed.pk).update(ended_at=timezone.now()):
        return
    _enter(feed, "outcomes.feed_ended", ended_by, reason.strip())


def _check_leave(person: Person | None, feed: Feed) -> None:
    if person is not None and not permissions.can_define_feed(person, feed):
        raise NotAllowedError(_("KPIの自動計算は、その自治体の企画担当が決めます。"))


def _plain(wanted: feeding.Filter | None) -> dict[str, list[str]]:
    return {name: list(values) for name, values in (wanted or {}).items()}


def _enter(feed: Feed, verb: str, actor: Person | None, reason: str) -> None:
    write_entry(
        actor=actor,
        verb=verb,
        subject=feed,
        municipality=feed.municipality,
        reason=reason,
        data={"kind": feed.kind, "kpi": feed.kpi.title},
    )


def check_rule(town: Municipality, rule: feeding.Rule) -> None:
    """The rule names only what the kind of fact has.

    Raises:
        FeedError: with the part that is wrong.
    """
    if not kinds.is_declared(rule.kind):
        raise FeedError(_("「%(kind)s」という種類の実績はありません。") % {"kind": rule.kind}, "kind")
    kind = kinds.kind_named(rule.kind)
    _check_filter(kind, rule.filter, "filter")
    _check_filter(kind, rule.within, "within")
    if rule.field == feeding.Field.AMOUNT and not kind.has_amount:
        raise FeedError(
            _("「%(kind)s」に量はありません。「数」を選んでください。") % {"kind": kind.title}, "field"
        )
    _check_aggregation(kind, rule)
    _check_since(town, rule)


def _check_filter(kind: kinds.Kind, wanted: feeding.Filter | None, part: str) -> None:
    for name, values in (wanted or {}).items():
        attribute = kind.attribute(name)
        if attribute is None or not values or not set(values) <= set(attribute.values):
            raise FeedError(
                _(
                    "「%(kind)s」のしぼり込み「%(name)s」に、使えない値「%(values)s」があります。一覧から選んでください。"
                )
                % {"kind": kind.title, "name": name, "values": "、".join(values)},
                part,
            )


def _check_aggregation(kind: kinds.Kind, rule: feeding.Rule) -> None:
    if rule.aggregation == feeding.Aggregation.DISTINCT:
        if rule.distinct != feeding.PLACE and kind.attribute(rule.distinct) is None:
            raise FeedError(_("何の種類を数えるかを選んでください。"), "distinct")
    elif rule.distinct:
        raise FeedError(
            _("「種類を数える分類」は、まとめ方が「何種類あるか」のときだけ選べます。"), "distinct"
        )
    if rule.aggregation == feeding.Aggregation.SHARE:
        if not rule.filter:
            raise FeedError(_("割合を出すには、どの実績の割合かを、しぼり込みで選んでください。"), "filter")
    elif rule.within:
        raise FeedError(_("「割合の全体」は、まとめ方が「割合」のときだけ選べます。"), "within")


def _check_since(town: Municipality, rule: feeding.Rule) -> None:
    if rule.period != feeding.Period.CUMULATIVE:
        if rule.since is not None:
            raise FeedError(_("「累計を始める年度」は、期間が「累計」のときだけ使います。"), "since")
        return
    last = fiscal_year(today_in(town))
    if rule.since is None or not FIRST_YEAR <= rule.since <= last:
        raise FeedError(
            _("累計を始める年度を、%(first)s年度から%(last)s年度までの西暦で書いてください。")
            % {"first": FIRST_YEAR, "last": last},
            "since",
        )
