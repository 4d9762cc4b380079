"""The pages of a strategy: what everybody sees, what only the town's people see, and how many queries they take."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sosei.core.people.models import Municipality, Organisation, Person
from sosei.planning.strategy import measure_sections
from sosei.planning.strategy.models import (
    Action,
    BasicGoal,
    FormationStep,
    GrantProgramme,
    Kpi,
    Lineage,
    Measure,
    MeasureBudget,
    MeasurePartner,
    PolicyPackage,
    PromotionTag,
    Strategy,
)
from sosei.planning.strategy.services.structure import terms
from sosei.planning.strategy.views import structure_common
from tests.strategy.conftest import (
    SignedIn,
    make_department,
    make_goal,
    make_kpi,
    make_measure,
    make_package,
    make_promotion_model,
    make_strategy,
)

MOST_QUERIES = 20


@pytest.fixture
def large(town: Municipality) -> Strategy:
    """12 packages, 60 measures, 80 KPIs, three promotion models, values of five years, and a term before."""
    department = make_department(town)
    before = make_strategy(town, term=1, first_fiscal_year=2015, last_fiscal_year=2019, short_title="第1期")
    old_goal = make_goal(before)
    old = [make_package(old_goal, i) for i in range(1, 18)]
    strategy = make_strategy(town, previous=before, short_title="第2期", concept="人のエネルギー")
    models = [make_promotion_model(strategy, i) for i in (1, 2, 3)]
    for number in (1, 2, 3):
        goal = make_goal(strategy, number)
        make_kpi(goal, department=department, actuals={2020: 100})
        for i in range(1, 5):
            package = make_package(goal, i)
            Lineage.objects.create(strategy=strategy, earlier=old.pop(), later=package, kind="kept")
            PromotionTag.objects.create(strategy=strategy, model=models[i % 3], package=package)
            make_kpi(package, department=department, actuals={2020: 110, 2021: 150})
            for j in range(1, 6):
                measure = make_measure(package, j, department=department)
                make_kpi(measure, department=department, actuals={2022: 140})
        FormationStep.objects.create(strategy=strategy, title=f"検討{number}", period="2019年")
    return strategy


def queries_of(client: Client, address: str) -> int:
    """How many queries a page takes when it is shown."""
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return sum("set_config" not in query["sql"] for query in captured)


def test_every_page_of_a_large_strategy_takes_few_queries(
    large: Strategy, planner_client: Client, town: Municipality
) -> None:
    package = PolicyPackage.objects.filter(strategy=large).first()
    measure = Measure.objects.filter(strategy=large).first()
    model = large.promotion_models.first()
    assert package and measure and model
    pages = [
        f"/{town.code}/strategy",
        f"/{town.code}/strategy/{large.pk}",
        f"/{town.code}/strategy/packages/{package.pk}",
        f"/{town.code}/strategy/measures/{measure.pk}",
        f"/{town.code}/strategy/models/{model.pk}",
        f"/{town.code}/strategy/{large.pk}/lineage",
        f"/{town.code}/strategy/{large.pk}/formation",
        f"/{town.code}/office/strategy/",
        f"/{town.code}/office/strategy/{large.pk}",
    ]
    planner_client.get(pages[0])
    taken = {
        (who, page): queries_of(client, page)
        for who, client in (("planner", planner_client), ("public", Client()))
        for page in pages
        if who == "planner" or "office" not in page
    }
    assert {key: count for key, count in taken.items() if count > MOST_QUERIES} == {}, taken


@pytest.fixture
def full(strategy: Strategy, measure: Measure, kpi: Kpi) -> Strategy:
    """A strategy with everything a measure's page shows."""
    Measure.objects.filter(pk=measure.pk).update(
        input="相談員2人",
        activity="相談会",
        output="相談160件",
        outcome="40世帯が移り住む",
        component="in_migration",
    )
    model = make_promotion_model(strategy)
    PromotionTag.objects.create(strategy=strategy, model=model, package=measure.package)
    PromotionTag.objects.create(strategy=strategy, model=model, measure=measure)
    MeasurePartner.objects.create(strategy=strategy, measure=measure, name="商工会議所", part="相談を受ける")
    grant = GrantProgramme.objects.create(code="grant", title="見本の交付金", source="要綱")
    MeasureBudget.objects.create(
        strategy=strategy, measure=measure, fiscal_year=2021, amount_yen=1000, grant=grant, grant_yen=800
    )
    Action.objects.create(
        strategy=strategy,
        measure=measure,
        title="窓口を開く",
        starts_on=date(2021, 4, 1),
        ends_on=date(2022, 3, 31),
    )
    Action.objects.create(strategy=strategy, measure=measure, title="日の決まらない取組")
    FormationStep.objects.create(strategy=strategy, title="庁内ヒアリング", period="R1.5月～")
    return strategy


def text_of(response: Any) -> str:
    """The page as text."""
    assert response.status_code == 200
    return str(response.content.decode())


def test_everybody_reads_the_whole_strategy(full: Strategy, measure: Measure, client: Client) -> None:
    page = text_of(client.get("/07204/strategy"))
    for words in (
        full.title,
        "基本目標1",
        measure.package.title,
        measure.title,
        "移住した世帯の数",
        "移住定住課",
    ):
        assert words in page
    assert "/office/" not in page


def test_a_measure_names_its_department_to_everybody_and_its_breach_of_the_grant(
    full: Strategy, measure: Measure, client: Client
) -> None:
    page = text_of(client.get(f"/07204/strategy/measures/{measure.pk}"))
    for words in (
        "移住定住課",
        "商工会議所",
        "相談員2人",
        "40世帯が移り住む",
        "転入を増やす",
        "窓口を開く",
        "1/2まで",
    ):
        assert words in page


def test_a_draft_is_seen_by_the_towns_people_and_reviewers_only(
    town: Municipality,
    planner_client: Client,
    reviewer: Person,
    citizen: Person,
    other_planner: Person,
    signed_in: SignedIn,
) -> None:
    draft = make_strategy(town, published=False)
    package = make_package(make_goal(draft))
    measure = make_measure(package)
    model = make_promotion_model(draft)
    pages = [
        f"/07204/strategy/{draft.pk}",
        f"/07204/strategy/packages/{package.pk}",
        f"/07204/strategy/measures/{measure.pk}",
        f"/07204/strategy/models/{model.pk}",
        f"/07204/strategy/{draft.pk}/lineage",
        f"/07204/strategy/{draft.pk}/formation",
        f"/07204/strategy/{draft.pk}/picture.svg",
    ]
    for page in pages:
        for client in (planner_client, signed_in(reviewer)):
            assert client.get(page).status_code == 200, page
        for client in (Client(), signed_in(citizen), signed_in(other_planner)):
            assert client.get(page).status_code == 404, page


def test_pages_of_another_towns_strategy_do_not_open_under_this_towns_address(
    other_town: Municipality, strategy: Strategy, client: Client
) -> None:
    other = make_strategy(other_town)
    package = make_package(make_goal(other))
    assert client.get(f"/07201/strategy/packages/{package.pk}").status_code == 200
    assert client.get(f"/07204/strategy/packages/{package.pk}").status_code == 404
    assert client.get(f"/07204/strategy/{other.pk}").status_code == 404


def test_the_strategy_in_force_is_shown_though_a_later_one_is_published(
    town: Municipality, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = make_strategy(town, term=1, title="前の戦略", first_fiscal_year=2015, last_fiscal_year=2019)
    running = make_strategy(town, term=2, title="今の戦略", first_fiscal_year=2020, last_fiscal_year=2024)
    make_strategy(town, term=3, title="次の戦略", first_fiscal_year=2025, last_fiscal_year=2029)
    for year, expected in ((2022, running), (2016, past)):
        monkeypatch.setattr(structure_common, "fiscal_year_today", lambda town, year=year: year)
        assert client.get("/07204/strategy").context["strategy"] == expected


def test_a_town_without_strategy_says_what_to_do(
    town: Municipality, planner_client: Client, client: Client
) -> None:
    Municipality.objects.filter(pk=town.pk).update(contact_email="plan@town.example.jp")
    assert "/07204/office/strategy/new" in text_of(planner_client.get("/07204/strategy"))
    page = text_of(client.get("/07204/strategy"))
    assert "plan@town.example.jp" in page and "/office/" not in page
    assert client.get("/99999/strategy").status_code == 404


def test_the_pictures_hold_every_package_and_promotion_model(full: Strategy, client: Client) -> None:
    response = client.get(f"/07204/strategy/{full.pk}/picture.svg")
    drawing = response.content.decode()
    for words in (full.title, "政策パッケージ1-1", "重点推進モデル1"):
        assert words in drawing
    assert "var(" not in drawing and response["Content-Type"] == "image/svg+xml"
    picture = client.get(f"/07204/strategy/{full.pk}/picture.png").content
    assert picture.startswith(b"\x89PNG")
    assert client.get(f"/07204/strategy/{full.pk}/picture.exe").status_code == 404


def test_a_title_cannot_break_out_of_the_picture(strategy: Strategy, client: Client) -> None:
    make_package(make_goal(strategy), title='<script>alert("1")</script>&')
    drawing = client.get(f"/07204/strategy/{strategy.pk}/picture.svg").content.decode()
    assert "<script" not in drawing and "&lt;script&gt;" in drawing


def test_the_lineage_is_drawn_and_stands_in_a_table(large: Strategy, client: Client) -> None:
    page = text_of(client.get(f"/07204/strategy/{large.pk}/lineage"))
    assert page.count("<path") >= 12 * 2
    assert page.count("継続</span>") == 12
    assert client.get(f"/07204/strategy/{large.pk}/lineage.png").content.startswith(b"\x89PNG")


def test_lineage_from_a_draft_shows_nothing_of_the_draft(town: Municipality, client: Client) -> None:
    before = make_strategy(town, term=1, first_fiscal_year=2015, last_fiscal_year=2019, published=False)
    old = make_package(make_goal(before), title="見せない名前")
    strategy = make_strategy(town, previous=before)
    new = make_package(make_goal(strategy))
    Lineage.objects.create(strategy=strategy, earlier=old, later=new, kind="kept")
    for address in (f"/07204/strategy/{strategy.pk}/lineage", f"/07204/strategy/packages/{new.pk}"):
        assert "見せない名前" not in text_of(client.get(address))


def test_the_formation_page_shows_what_was_done_without_names(
    town: Municipality, planner: Person, planner_client: Client, client: Client
) -> None:
    draft = make_strategy(town, published=False)
    make_package(make_goal(draft))
    terms.publish_strategy(strategy=draft, published_by=planner, reason="市長の決裁")
    address = f"/07204/strategy/{draft.pk}/formation"
    public, staff = text_of(client.get(address)), text_of(planner_client.get(address))
    assert "戦略を公表した" in public and "市長の決裁" not in public
    assert planner.family_name + planner.given_name not in public
    assert "市長の決裁" in staff


def test_a_room_above_shows_its_section_on_the_measures_page(
    measure: Measure, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = measure_sections.Section("事業の実績（試し）", "design/banner.html", {"n": 94})
    monkeypatch.setitem(measure_sections._providers, "test", lambda measure, user: section)
    assert "事業の実績（試し）" in text_of(client.get(f"/07204/strategy/measures/{measure.pk}"))


def test_a_planner_writes_a_strategy_from_first_goal_to_publication(
    town: Municipality, planner_client: Client, department: Organisation
) -> None:
    page = planner_client.get("/07204/office/strategy/new")
    given = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
    made = planner_client.post("/07204/office/strategy/new", given)
    strategy = Strategy.objects.get()
    office = f"/07204/office/strategy/{strategy.pk}"
    assert made["Location"] == office
    planner_client.post(f"{office}/goals/new", {"title": "人をつくる"})
    goal = BasicGoal.objects.get()
    planner_client.post(f"{office}/models/new", {"title": "共創"})
    model = strategy.promotion_models.get()
    planner_client.post(
        f"{office}/packages/new?under={goal.pk}", {"title": "移り住む", "goal": goal.pk, "models": [model.pk]}
    )
    package = PolicyPackage.objects.get()
    assert package.number == "1-1" and package.promotion_tags.get().model == model
    planner_client.post(
        f"{office}/measures/new?under={package.pk}",
        {"title": "相談", "package": package.pk, "department": department.pk, "component": "in_migration"},
    )
    measure = Measure.objects.get()
    under = f"?under={measure.pk}"
    planner_client.post(f"{office}/partners/new{under}", {"name": "商工会議所", "part": "相談を受ける"})
    planner_client.post(f"{office}/budgets/new{under}", {"fiscal_year": 2027, "amount_yen": "120万円"})
    planner_client.post(f"{office}/actions/new{under}", {"title": "窓口", "starts_on": "2027-04-01"})
    planner_client.post(f"{office}/steps/new", {"title": "ヒアリング"})
    assert measure.partners.get().part == "相談を受ける"
    assert measure.budgets.get().amount_yen == 1_200_000
    assert measure.actions.get().starts_on == date(2027, 4, 1)
    assert strategy.formation_steps.count() == 1
    published = planner_client.post(f"{office}/publish", {"reason": ""})
    assert published["Location"] == f"/07204/strategy/{strategy.pk}"
    refused = planner_client.post(
        f"/07204/office/strategy/parts/goals/{goal.pk}", {"title": "人を育てる", "number": 1}
    )
    assert refused.status_code == 200 and "理由" in refused.content.decode()
    goal.refresh_from_db()
    assert goal.title == "人をつくる"


def test_a_part_is_removed_after_naming_what_goes_and_put_back_from_the_outline(
    town: Municipality, planner_client: Client
) -> None:
    draft = make_strategy(town, published=False)
    package = make_package(make_goal(draft))
    make_measure(package)
    remove = f"/07204/office/strategy/parts/packages/{package.pk}/remove"
    assert "施策1-1-1" in text_of(planner_client.get(remove))
    planner_client.post(remove, {"reason": ""})
    assert not PolicyPackage.objects.exists() and not Measure.objects.exists()
    outline = planner_client.get(f"/07204/office/strategy/{draft.pk}")
    entry = outline.context["removed"][0]
    planner_client.post(f"/07204/office/strategy/{draft.pk}/put-back/{entry.pk}")
    assert PolicyPackage.objects.get() == package and Measure.objects.count() == 1


def test_another_towns_planner_reaches_none_of_the_work_pages(
    strategy: Strategy, goal: BasicGoal, other_planner: Person, signed_in: SignedIn
) -> None:
    client = signed_in(other_planner)
    office = f"/07201/office/strategy/{strategy.pk}"
    for address in (office, f"{office}/change", f"{office}/publish", f"{office}/goals/new"):
        assert client.get(address).status_code == 404, address
    for address in (f"parts/goals/{goal.pk}", f"parts/goals/{goal.pk}/remove"):
        assert client.get(f"/07201/office/strategy/{address}").status_code == 404
        assert client.get(f"/07204/office/strategy/{address}").status_code == 403
    client.post(f"/07201/office/strategy/parts/goals/{goal.pk}/remove", {"reason": "x"})
    assert BasicGoal.objects.filter(pk=goal.pk).exists()
