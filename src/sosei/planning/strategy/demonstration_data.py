"""The demonstration's strategies, written and published by the invented planner of each town as staff would do it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from sosei.core.people import demonstration, roles
from sosei.core.people.models import Membership, Municipality, Organisation, Person
from sosei.planning.strategy.demonstration_tables import day, rows, source, whole
from sosei.planning.strategy.demonstration_values import load_kpis
from sosei.planning.strategy.demonstration_years import (
    COLLECTED,
    collect_last_year,
    judge_by_preset,
    review_years,
)
from sosei.planning.strategy.models import (
    BasicGoal,
    GrantProgramme,
    Measure,
    NationalFramework,
    PolicyPackage,
    PromotionModel,
    Strategy,
)
from sosei.planning.strategy.services.structure import lineage, measures, parts, terms


class PeopleMissingError(RuntimeError):
    """The invented people are not loaded yet, and nobody could have written the strategies."""


def load_strategies() -> list[str]:
    """Stores frameworks, grants and the strategies that are not there yet; a line a strategy, for the terminal.

    What is there already stays as visitors left it.

    Raises:
        PeopleMissingError: `sosei load_demonstration_people` did not run.
    """
    lines = []
    with transaction.atomic():
        load_frameworks()
        for row in rows("strategies"):
            planner = planner_of(row["code"])
            town = Municipality.objects.get(code=row["code"])
            if Strategy.objects.filter(municipality=town, term=int(row["term"])).exists():
                lines.append(
                    f"{row['short_title']}: 読み込み済みです / {row['short_title_en']}: loaded already"
                )
                continue
            strategy = _load_strategy(row, town, planner)
            count = strategy.kpis.count()
            lines.append(f"{strategy.title}: KPI {count} / {strategy.title_en}: {count} KPIs")
    return lines


def planner_of(code: str) -> Person:
    """The invented planner of a town.

    Raises:
        PeopleMissingError: not loaded.
    """
    cast = next(cast for cast in demonstration.CAST if cast.role == roles.PLANNER)
    found = Person.objects.filter(email=demonstration.email_of(cast, code)).first()
    if found is None:
        raise PeopleMissingError(code)
    return found


def load_frameworks() -> None:
    """National frameworks and grants; their rows follow the tables."""
    for row in rows("frameworks"):
        NationalFramework.objects.update_or_create(
            code=row["code"],
            defaults={
                **_titles(row),
                "decided_on": day(row["decided_on"]),
                "first_fiscal_year": whole(row["first_fiscal_year"]),
                "last_fiscal_year": whole(row["last_fiscal_year"]),
                "source": row["source"],
            },
        )
    numbers = (
        "first_fiscal_year",
        "last_fiscal_year",
        "ceiling_yen",
        "years",
        "years_at_most",
        "kpis_at_most",
    )
    for row in rows("grants"):
        GrantProgramme.objects.update_or_create(
            code=row["code"],
            defaults={
                **_titles(row),
                **{name: whole(row[name]) for name in numbers},
                "share_numerator": int(row["share_numerator"]),
                "share_denominator": int(row["share_denominator"]),
                "source": row["source"],
            },
        )


def load_departments(town: Municipality) -> dict[str, Organisation]:
    """The invented departments of a town with their KPI owners, by the key that the tables use."""
    found = {}
    for row in rows("departments", code=town.code):
        found[row["key"]], _made = Organisation.objects.get_or_create(
            municipality=town,
            name=row["name"],
            defaults={
                "kind": Organisation.Kind.DEPARTMENT,
                "name_kana": row["name_kana"],
                "name_en": row["name_en"],
                "email": f"{row['key']}@{town.code}.{demonstration.DOMAIN}",
            },
        )
        if row["family_name"]:
            _load_owner(row, found[row["key"]])
    return found


def _load_owner(row: Mapping[str, str], department: Organisation) -> None:
    """The invented KPI owner of a department; reached by mail, signs in nowhere."""
    owner, made = Person.objects.get_or_create(
        email=f"kpi-{row['key']}@{row['code']}.{demonstration.DOMAIN}",
        defaults={
            "family_name": row["family_name"],
            "given_name": f"{row['given_name']}（架空）",
            "family_kana": row["family_kana"],
            "given_kana": row["given_kana"],
        },
    )
    if not made:
        return
    owner.set_unusable_password()
    owner.save(update_fields=["password"])
    Membership.objects.create(
        person=owner,
        role=roles.KPI_OWNER,
        municipality=department.municipality,
        organisation=department,
        granted_at=timezone.now(),
    )


def _load_strategy(row: Mapping[str, str], town: Municipality, planner: Person) -> Strategy:
    key = row["key"]
    strategy = _write(row, town, planner)
    departments = load_departments(town)
    goals = {r["number"]: _goal(strategy, r, planner) for r in rows("goals", strategy=key)}
    packages = {
        r["number"]: parts.add_package(
            goal=goals[r["goal"]], text=parts.PartText(**_titles(r)), number=r["number"], added_by=planner
        )
        for r in rows("packages", strategy=key)
    }
    made = _load_measures(key, packages, departments, planner)
    _load_details(key, made, planner)
    _load_models(strategy, key, packages, planner)
    for r in rows("formation", strategy=key):
        text = parts.StepText(
            **_titles(r),
            period=r["period"],
            period_en=r["period_en"],
            starts_on=day(r["starts_on"]),
            ends_on=day(r["ends_on"]),
            source=source(r["source"])["title"],
        )
        parts.add_formation_step(strategy=strategy, text=text, added_by=planner)
    _load_lineage(strategy, key, packages, planner)
    load_kpis(strategy, key, places={**goals, **packages}, departments=departments, planner=planner)
    terms.publish_strategy(strategy=strategy, published_by=planner, reason="実演（見本）")
    judge_by_preset(strategy, planner)
    review_years(strategy, key, planner)
    if key == COLLECTED:
        collect_last_year(strategy, planner)
    return strategy


def _write(row: Mapping[str, str], town: Municipality, planner: Person) -> Strategy:
    names = ("title", "title_en", "short_title", "short_title_en", "concept", "concept_en", "legal_basis")
    text = terms.StrategyText(
        **{name: row[name] for name in (*names, "legal_basis_en")},
        **_overall(row),
        term=int(row["term"]),
        first_fiscal_year=int(row["first_fiscal_year"]),
        last_fiscal_year=int(row["last_fiscal_year"]),
        framework=NationalFramework.objects.get(code=row["framework"]),
        source=source(row["source"])["title"],
        source_en=source(row["source"])["title_en"],
    )
    strategy = terms.write_strategy(municipality=town, text=text, written_by=planner)
    if row["previous"]:
        earlier = rows("strategies", key=row["previous"])[0]
        strategy.previous = Strategy.objects.get(municipality=town, term=int(earlier["term"]))
    strategy.is_sample = row["is_sample"] == "1"
    strategy.published_through = int(row["published_through"])
    strategy.save(update_fields=["previous", "is_sample", "published_through"])
    return strategy


def _titles(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row.get(name, "") for name in ("title", "title_en", "text", "text_en")}


def _overall(row: Mapping[str, str]) -> dict[str, str]:
    """The strategy's text, and behind it what the document's last table says of the whole."""
    found = rows("assessments", strategy=row["key"], kind="overall")
    japanese = [row["text"], *(f"【総括】{r['title']}：{r['text']}" for r in found)]
    english = [row["text_en"], *(f"[Overall] {r['title_en']}: {r['text_en']}" for r in found)]
    return {"text": "\n".join(japanese), "text_en": "\n".join(english)}


def _goal(strategy: Strategy, row: Mapping[str, str], planner: Person) -> BasicGoal:
    return parts.add_goal(
        strategy=strategy, text=parts.PartText(**_titles(row)), number=int(row["number"]), added_by=planner
    )


def _load_measures(
    key: str,
    packages: Mapping[str, PolicyPackage],
    departments: Mapping[str, Organisation],
    planner: Person,
) -> dict[str, Measure]:
    logic = [name + language for name in measures.LOGIC for language in ("", "_en")]
    return {
        row["number"]: measures.add_measure(
            package=packages[row["package"]],
            text=measures.MeasureText(
                **_titles(row),
                **{name: row[name] for name in logic},
                number=row["number"],
                department=departments[row["department"]],
                component=row["component"],
            ),
            added_by=planner,
        )
        for row in rows("measures", strategy=key)
    }


def _load_details(key: str, made: Mapping[str, Measure], planner: Person) -> None:
    for row in rows("partners", strategy=key):
        partner = measures.PartnerText(**{name: row[name] for name in ("name", "name_en", "part", "part_en")})
        measures.add_partner(measure=made[row["measure"]], text=partner, added_by=planner)
    for row in rows("budgets", strategy=key):
        budget = measures.BudgetText(
            fiscal_year=int(row["fiscal_year"]),
            amount_yen=int(row["amount_yen"]),
            grant=GrantProgramme.objects.get(code=row["grant"]) if row["grant"] else None,
            grant_yen=int(Decimal(row["grant_yen"])),
            spent_yen=whole(row["spent_yen"]),
            note="見本（架空）",
        )
        measures.add_budget(measure=made[row["measure"]], text=budget, added_by=planner)
    for row in rows("actions", strategy=key):
        dates: dict[str, Any] = {name: day(row[name]) for name in ("starts_on", "ends_on", "done_on")}
        action = measures.ActionText(title=row["title"], title_en=row["title_en"], **dates)
        measures.add_action(measure=made[row["measure"]], text=action, added_by=planner)


def _load_models(
    strategy: Strategy, key: str, packages: Mapping[str, PolicyPackage], planner: Person
) -> None:
    made: dict[str, PromotionModel] = {}
    for row in rows("models", strategy=key):
        titles = _titles(row)
        titles["text"] += f"\n柱：{row['themes']}"
        titles["text_en"] += f"\nThemes: {row['themes_en']}"
        text = parts.PartText(**titles)
        made[row["number"]] = parts.add_promotion_model(
            strategy=strategy, text=text, number=int(row["number"]), added_by=planner
        )
    tags = rows("tags", strategy=key)
    for number, package in packages.items():
        chosen = [made[tag["model"]] for tag in tags if tag["package"] == number]
        if chosen:
            measures.set_promotion_models(of=package, models=chosen, set_by=planner)


def _load_lineage(
    strategy: Strategy, key: str, packages: Mapping[str, PolicyPackage], planner: Person
) -> None:
    if strategy.previous is None:
        return
    earlier = {package.number: package for package in strategy.previous.packages.all()}
    for row in rows("lineage", strategy=key):
        text = lineage.LineageText(
            kind=row["kind"],
            earlier=earlier[row["earlier"]] if row["earlier"] else None,
            later=packages[row["later"]] if row["later"] else None,
            note=row["note"],
            note_en=row["note_en"],
        )
        lineage.add_lineage(strategy=strategy, text=text, added_by=planner)
