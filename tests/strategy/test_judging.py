"""From the tables to judgements: which value counts, who sees which year, and that many KPIs cost few queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from time import perf_counter, process_time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.planning.strategy import fed_values
from sosei.planning.strategy.fed_values import FedValue
from sosei.planning.strategy.judgement.words import Word
from sosei.planning.strategy.judging import JudgedKpi, judge_strategy
from sosei.planning.strategy.models import (
    Kpi,
    KpiActual,
    Origin,
    Overrule,
    PolicyPackage,
    Strategy,
    ValueChoice,
)
from tests.conftest import Measured
from tests.strategy.conftest import make_actual, make_kpi

TODAY = date(2025, 6, 1)


def judged(kpi: Kpi, user: object, today: date = TODAY) -> JudgedKpi:
    """The KPI as `user` sees it."""
    return judge_strategy(kpi.strategy, user=user, today=today).kpis[kpi.pk]


def choose(kpi: Kpi, year: int, origin: Origin, person: Person) -> ValueChoice:
    """A person's choice."""
    made: ValueChoice = ValueChoice.objects.create(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=year,
        origin=origin,
        reason="統計の値が正しい",
        chosen_at=timezone.now(),
        chosen_by=person,
    )
    return made


def overrule(kpi: Kpi, year: int, person: Person, *, withdrawn: bool = False) -> Overrule:
    """A person's own judgement."""
    made: Overrule = Overrule.objects.create(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=year,
        withdrawn=withdrawn,
        label="経過を見る",
        label_en="Watch",
        tone="neutral",
        reason="災害のため",
        decided_at=timezone.now(),
        decided_by=person,
    )
    return made


def test_the_values_of_the_tables_are_judged_by_the_rule(kpi: Kpi, planner: Person) -> None:
    found = judged(kpi, planner)
    assert found.facts.targets == {2024: Decimal(180)}
    assert [found.years[year].judgement.progress for year in (2020, 2021, 2022)] == [
        Decimal("0.125"),
        Decimal("0.3125"),
        Decimal("0.5"),
    ]
    assert [found.years[year].label for year in range(2020, 2025)] == [
        "遅れ",
        "遅れ",
        "遅れ",
        "報告がない",
        "報告がない",
    ]
    assert found.latest is found.years[2022]
    assert any("実績 140世帯" in sentence for sentence in found.years[2022].why)


def test_typed_counts_before_imported_unless_a_person_chose(kpi: Kpi, planner: Person) -> None:
    make_actual(kpi, 2022, 150, origin=Origin.IMPORTED)
    values = judged(kpi, planner).values[2022]
    assert values.disagree
    assert values.chosen is not None
    assert (values.chosen.origin, values.chosen.value) == (Origin.TYPED, Decimal(140))
    choose(kpi, 2022, Origin.IMPORTED, planner)
    chosen = judged(kpi, planner).years[2022]
    assert chosen.judgement.actual == Decimal(150)
    assert not chosen.values.choice_is_lost


def test_a_choice_whose_value_went_away_is_told_and_not_kept_to(kpi: Kpi, planner: Person) -> None:
    choose(kpi, 2022, Origin.FED, planner)
    values = judged(kpi, planner).values[2022]
    assert values.choice_is_lost
    assert values.chosen is not None
    assert values.chosen.origin == Origin.TYPED


def test_a_correction_takes_the_place_of_what_it_corrects(kpi: Kpi, planner: Person) -> None:
    first = KpiActual.objects.get(kpi=kpi, reported_in=2022)
    make_actual(kpi, 2022, 141, replaces=first, reason="二重に数えていた")
    found = judged(kpi, planner)
    assert found.years[2022].judgement.actual == Decimal(141)
    assert len(found.values[2022].candidates) == 1


def test_a_year_marked_without_a_value_yields_to_one_that_has_it(kpi: Kpi, planner: Person) -> None:
    make_actual(kpi, 2023, 160, origin=Origin.IMPORTED)
    KpiActual.objects.create(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=2023,
        availability=KpiActual.Availability.NOT_YET_PUBLISHED,
        entered_at=timezone.now(),
    )
    assert judged(kpi, planner).years[2023].judgement.actual == Decimal(160)


def test_fed_values_stand_beside_the_others(
    kpi: Kpi, planner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def provider(keys: Collection[int]) -> Mapping[int, Mapping[int, FedValue]]:
        return {
            key: {2022: FedValue(Decimal(139), 94, "", ""), 2025: FedValue(Decimal(30), 30, "", "")}
            for key in keys
        }

    monkeypatch.setattr(fed_values._port, "provider", provider)
    found = judged(kpi, planner)
    assert [each.origin for each in found.values[2022].candidates] == [Origin.TYPED, Origin.FED]
    assert found.years[2022].judgement.actual == Decimal(140)
    running = judge_strategy(kpi.strategy, user=planner, today=TODAY, years=[2025]).kpis[kpi.pk].years[2025]
    assert (running.judgement.word, running.judgement.actual) == (Word.PERIOD_RUNNING, Decimal(30))
    public = judge_strategy(kpi.strategy, user=AnonymousUser(), today=TODAY, years=[2025]).kpis[kpi.pk]
    assert 2025 not in public.values


def test_a_fed_value_of_so_little_that_somebody_could_be_recognised_is_not_public(
    kpi: Kpi, planner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def provider(keys: Collection[int]) -> Mapping[int, Mapping[int, FedValue]]:
        return {key: {2020: FedValue(Decimal(2), 2, "", "", small=True)} for key in keys}

    monkeypatch.setattr(fed_values._port, "provider", provider)
    assert Origin.FED in [each.origin for each in judged(kpi, planner).values[2020].candidates]
    public = judged(kpi, AnonymousUser()).values.get(2020)
    assert public is None or Origin.FED not in [each.origin for each in public.candidates]


def test_the_public_is_told_of_published_years_only(kpi: Kpi, strategy: Strategy, planner: Person) -> None:
    overrule(kpi, 2022, planner)
    Strategy.objects.filter(pk=strategy.pk).update(published_through=2021)
    kpi.strategy.refresh_from_db()
    public = judged(kpi, AnonymousUser())
    assert sorted(public.years) == [2020, 2021]
    assert sorted(public.values) == [2020, 2021]
    assert sorted(judged(kpi, planner).years) == list(range(2020, 2025))


def test_an_overruled_year_says_what_the_person_said_until_it_is_withdrawn(kpi: Kpi, planner: Person) -> None:
    overrule(kpi, 2022, planner)
    year = judged(kpi, planner).years[2022]
    assert (year.label, year.tone, year.overruled) == ("経過を見る", "neutral", True)
    assert year.judgement.label.ja == "遅れ", "what the data says stays beside it"
    overrule(kpi, 2022, planner, withdrawn=True)
    assert judged(kpi, planner).years[2022].label == "遅れ"


def test_sixty_kpis_of_ten_years_take_few_queries_and_little_time(
    package: PolicyPackage, planner: Person, measured: Measured
) -> None:
    strategy = package.strategy
    strategy.first_fiscal_year, strategy.last_fiscal_year = 2015, 2024
    strategy.save()
    for _ in range(60):
        make_kpi(package, targets={2020: 130, 2024: 180}, base_year=2014)
    KpiActual.objects.bulk_create(
        KpiActual(
            strategy=strategy,
            kpi=kpi,
            reported_in=year,
            value=Decimal(100 + 7 * (year - 2014)),
            entered_at=timezone.now(),
            period_ends_on=date(year + 1, 3, 31),
        )
        for kpi in Kpi.objects.filter(strategy=strategy)
        for year in range(2015, 2025)
    )
    judge_strategy(strategy, user=planner, today=TODAY)
    times = []
    for _ in range(7):
        with CaptureQueriesContext(connection) as queries:
            began, computed = perf_counter(), process_time()
            found = judge_strategy(strategy, user=planner, today=TODAY)
            times.append((perf_counter() - began, process_time() - computed))
    in_database = sum(float(query["time"]) for query in queries)
    wall, own = (sorted(each)[3] for each in zip(*times, strict=True))
    measured(
        f"60 KPIs x 10 years judged in {wall * 1000:.0f} ms ({own * 1000:.0f} ms of its own), "
        f"{len(queries)} queries ({in_database * 1000:.0f} ms)"
    )
    assert len(found.kpis) == 60
    assert len(queries) <= 6
    assert own < 0.15, "far above what it takes, so that a busy machine doesn't fail it"
