"""Recording a fact in the transaction of the programme that achieved it, and taking it back by a counter-fact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Person
from sosei.core.records.services import write_entry
from sosei.planning.outcomes import feeding, messages, rules
from sosei.planning.outcomes.errors import FactDiffersError, FactError, OutsideTransactionError
from sosei.planning.outcomes.kinds import Kind, kind_named
from sosei.planning.outcomes.models import Fact, FactImport, Feed, FeedPending, FeedPoint
from sosei.planning.outcomes.services.locking import share_town

ROWS_AT_ONCE = 500
HAND = "hand"
"""Type of object behind a fact that was typed: the form itself."""
SAYS = ("on", "place", "count", "amount", "attributes", "measure_id")
"""What two facts of one object and kind must agree in to be the same fact."""
_COLUMNS = (
    "municipality_id",
    "kind",
    "on",
    "fiscal_year",
    "place",
    "count",
    "amount",
    "attributes",
    "object_type",
    "object_key",
    "round",
    "measure_id",
    "origin",
    "batch_id",
    "entered_by_id",
    "recorded_at",
    "reverses_id",
)


@dataclass(frozen=True)
class NewFact:
    """A fact that is to be recorded; see `Fact` for the parts."""

    on: date
    object_key: str
    count: int = 1
    amount: Decimal | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    measure: Any = None


@dataclass(frozen=True)
class Recorded:
    """What became of several: facts that are new, and those that were there and say the same."""

    new: Sequence[Fact]
    unchanged: Sequence[Fact]


def today_in(municipality: Municipality) -> date:
    """The civil day of the town."""
    return timezone.now().astimezone(ZoneInfo(municipality.zone)).date()


def record_fact(
    *,
    municipality: Municipality,
    kind: str,
    on: date,
    obj: tuple[str, str],
    count: int = 1,
    amount: Decimal | None = None,
    attributes: Mapping[str, str] | None = None,
    place: str = "",
    measure: Any = None,
    origin: str = Fact.Origin.PROGRAMME,
    entered_by: Person | None = None,
) -> Fact:
    """Records what a programme achieved, in the programme's own transaction: both are kept, or neither.

    The same object and kind again gives the fact that is there. After a withdrawal it is recorded anew.

    Args:
        kind: a declared kind.
        on: the civil day.
        obj: what is behind it, as (type, key): ("relocation.settlement", "12").
        attributes: keys and values that the kind declares.
        measure: the `strategy.Measure` it belongs to.

    Raises:
        OutsideTransactionError: there is no transaction around the call.
        UndeclaredKindError: nobody declared the kind.
        FactDiffersError: the object has a standing fact of that kind that says something else.
        FactError: a part that cannot be kept; personal data among them.
    """
    new = NewFact(on, obj[1], count, amount, dict(attributes or {}), place, measure)
    done = record_facts(
        municipality=municipality,
        kind=kind,
        object_type=obj[0],
        facts=[new],
        origin=origin,
        entered_by=entered_by,
    )
    return [*done.new, *done.unchanged][0]


def record_facts(
    *,
    municipality: Municipality,
    kind: str,
    object_type: str,
    facts: Sequence[NewFact],
    origin: str,
    entered_by: Person | None = None,
    batch: FactImport | None = None,
) -> Recorded:
    """Records several of one kind and one type of object at once; their keys differ. All or none.

    Raises:
        As `record_fact`.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError
    declared = kind_named(kind)
    today = today_in(municipality)
    for each in facts:
        check(declared, municipality, object_type, each, today)
    with tenancy.unguarded():
        share_town(municipality.pk)
        new, unchanged = _insert_all(municipality, kind, object_type, facts, origin, entered_by, batch)
        _feed(municipality, new)
    return Recorded(new, unchanged)


def check(kind: Kind, municipality: Municipality, object_type: str, fact: NewFact, today: date) -> None:
    """The fact may be kept so.

    Raises:
        FactError: with the first part that may not.
    """
    for refusal in rules.refusals(
        kind,
        on=fact.on,
        today=today,
        count=fact.count,
        amount=fact.amount,
        attributes=fact.attributes,
        place=fact.place,
        obj=(object_type, fact.object_key),
    ):
        raise FactError(messages.told(refusal), refusal.part)
    if fact.measure is not None and fact.measure.strategy.municipality_id != municipality.pk:
        raise FactError(
            _("施策「%(measure)s」は、ほかの自治体のものです。%(town)sの施策を選んでください。")
            % {"measure": fact.measure, "town": municipality},
            "measure",
        )


def _insert_all(
    municipality: Municipality,
    kind: str,
    object_type: str,
    facts: Sequence[NewFact],
    origin: str,
    entered_by: Person | None,
    batch: FactImport | None,
) -> tuple[list[Fact], list[Fact]]:
    now = timezone.now()
    new: list[Fact] = []
    unchanged: list[Fact] = []
    # In one order, so that two who record the same things wait for each other and never in a circle.
    in_order = sorted(facts, key=lambda each: each.object_key)
    for start in range(0, len(in_order), ROWS_AT_ONCE):
        some = {each.object_key: each for each in in_order[start : start + ROWS_AT_ONCE]}
        held = latest_facts(municipality, kind, object_type, some)
        missing = [
            _row(municipality, kind, object_type, each, held.get(key), origin, entered_by, batch, now)
            for key, each in some.items()
            if key not in held or held[key].withdrawn
        ]
        inserted = _insert(missing)
        new += inserted
        there = some.keys() - {fact.object_key for fact in inserted}
        # Whoever was quicker has committed by now: the insert waited for it.
        standing = latest_facts(municipality, kind, object_type, there) if there else {}
        for key in sorted(there):
            must_agree(standing[key], some[key])
            unchanged.append(standing[key])
    return new, unchanged


def latest_facts(
    municipality: Municipality, kind: str, object_type: str, keys: Iterable[str]
) -> dict[str, Any]:
    """The fact of the last round of each object; `withdrawn` says whether it was taken back."""
    found = (
        Fact.objects.filter(
            municipality=municipality,
            kind=kind,
            object_type=object_type,
            object_key__in=list(keys),
            reverses__isnull=True,
        )
        .annotate(withdrawn=Exists(Fact.objects.filter(reverses=OuterRef("pk"))))
        .order_by("round")
    )
    return {fact.object_key: fact for fact in found}


def _row(
    municipality: Municipality,
    kind: str,
    object_type: str,
    new: NewFact,
    before: Fact | None,
    origin: str,
    entered_by: Person | None,
    batch: FactImport | None,
    now: datetime,
) -> Fact:
    return Fact(
        municipality=municipality,
        kind=kind,
        on=new.on,
        fiscal_year=rules.fiscal_year(new.on),
        place=new.place,
        count=new.count,
        amount=new.amount,
        attributes=dict(new.attributes),
        object_type=object_type,
        object_key=new.object_key,
        round=0 if before is None else before.round + 1,
        measure=new.measure,
        origin=origin,
        batch=batch,
        entered_by=entered_by,
        recorded_at=now,
    )


def _insert(facts: Sequence[Fact]) -> list[Fact]:
    """Those that nobody else had inserted, with their keys."""
    if not facts:
        return []
    columns = ", ".join(f'"{name}"' for name in _COLUMNS)
    one = f"({', '.join(['%s'] * len(_COLUMNS))})"
    values = [_value(fact, name) for fact in facts for name in _COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO outcomes_fact ({columns}) VALUES {', '.join([one] * len(facts))} "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING id, object_key",
            values,
        )
        made = {key: pk for pk, key in cursor.fetchall()}
    for fact in facts:
        fact.pk = made.get(fact.object_key)
        fact._state.adding = False
    return [fact for fact in facts if fact.pk is not None]


def _value(fact: Fact, name: str) -> Any:
    value = getattr(fact, name)
    return json.dumps(value, ensure_ascii=False) if name == "attributes" else value


def must_agree(held: Fact, new: NewFact) -> None:
    """The fact that is there says what the new one would.

    Raises:
        FactDiffersError: naming the first part in which they differ.
    """
    wanted = {
        "on": new.on,
        "place": new.place,
        "count": new.count,
        "amount": new.amount,
        "attributes": dict(new.attributes),
        "measure_id": new.measure.pk if new.measure is not None else None,
    }
    for name in SAYS:
        if getattr(held, name) != wanted[name]:
            raise FactDiffersError(
                _(
                    "「%(type)s」の番号%(key)sには、もう「%(kind)s」の実績があります。%(part)sは、記録では「%(held)s」、"
                    "今回は「%(new)s」です。今回が正しければ、記録を取り消してから、もう一度入れてください。"
                )
                % {
                    "type": held.object_type,
                    "key": held.object_key,
                    "kind": held.kind_title,
                    "part": part_title(name),
                    "held": _shown(held, name, getattr(held, name)),
                    "new": _shown(held, name, wanted[name]),
                },
                name.removesuffix("_id"),
            )


def part_title(name: str) -> str:
    """What a part of a fact is called on the screen."""
    return str(Fact._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]


def _shown(fact: Fact, name: str, value: Any) -> str:
    if name == "attributes":
        described = kind_named(fact.kind).described(value)
        return "、".join(f"{title}：{label}" for title, label in described) or _("なし")
    return _("なし") if value in (None, "") else str(value)


def _given(fact: Fact) -> feeding.Given:
    return feeding.Given(
        kind=fact.kind,
        on=fact.on,
        fiscal_year=fact.fiscal_year,
        count=fact.count,
        amount=fact.amount,
        attributes=fact.attributes,
        place=fact.place,
        measure=fact.measure_id,
        sign=-1 if fact.is_counter_fact else 1,
    )


def _feed(municipality: Municipality, facts: Sequence[Fact]) -> None:
    """Leaves beside the facts what they add to every active feed."""
    kinds = {fact.kind for fact in facts}
    feeds = list(Feed.objects.active().of(municipality).filter(kind__in=kinds)) if kinds else []
    pending: list[FeedPending] = []
    points: list[FeedPoint] = []
    for feed in feeds:
        rule = feed.rule
        for fact in facts:
            gives = feeding.contribution(rule, _given(fact))
            if gives is None:
                continue
            shared = {"municipality": municipality, "feed": feed, "year": gives.year}
            pending.append(
                FeedPending(
                    **shared,
                    facts=gives.facts,
                    total=gives.total,
                    base_facts=gives.base_facts,
                    base_total=gives.base_total,
                    key=gives.key,
                )
            )
            if rule.aggregation == feeding.Aggregation.LAST and not fact.is_counter_fact:
                points.append(FeedPoint(**shared, fact=fact, on=fact.on, figure=gives.total))
    FeedPending.objects.bulk_create(pending, batch_size=ROWS_AT_ONCE)
    FeedPoint.objects.bulk_create(points, batch_size=ROWS_AT_ONCE)


def withdraw_fact(*, fact: Fact, reason: str, withdrawn_by: Person | None = None) -> Fact:
    """Takes a fact back by a counter-fact, in the transaction under way, and leaves an entry; again, gives the same.

    Args:
        withdrawn_by: who did; None where the programme itself does.

    Raises:
        OutsideTransactionError: there is no transaction around the call.
        FactError: no reason, or the fact is a withdrawal itself.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError
    if fact.is_counter_fact:
        raise FactError(_("これは取り消しの記録です。取り消しは取り消せません。もう一度入れてください。"))
    if not reason.strip():
        raise FactError(_("取り消す理由を書いてください。"), "reason")
    with tenancy.unguarded():
        share_town(fact.municipality_id)
        counter = _counter_fact(fact, withdrawn_by)
        if not _insert([counter]):
            return Fact.objects.get(reverses=fact)
        FeedPoint.objects.filter(fact=fact).delete()
        _feed(fact.municipality, [counter])
    write_entry(
        actor=withdrawn_by,
        verb="outcomes.fact_withdrawn",
        subject=fact,
        municipality=fact.municipality,
        reason=reason.strip(),
        data={"kind": fact.kind, "on": fact.on.isoformat(), "count": fact.count},
    )
    return counter


def _counter_fact(fact: Fact, withdrawn_by: Person | None) -> Fact:
    same = {
        name: getattr(fact, name)
        for name in (*_COLUMNS[:5], "attributes", "object_type", "object_key", "round", "measure_id")
    }
    return Fact(
        **same,
        count=-fact.count,
        amount=None if fact.amount is None else -fact.amount,
        origin=fact.origin,
        batch_id=fact.batch_id,
        entered_by=withdrawn_by,
        recorded_at=timezone.now(),
        reverses=fact,
    )
