"""Pages of KPIs: who sees what, what stands on the page of a KPI, the dashboard, the tables, the forms."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sosei.core.people.models import Municipality, Organisation, Person
from sosei.planning.strategy.models import (
    BasicGoal,
    Kpi,
    KpiActual,
    KpiTarget,
    Overrule,
    PolicyPackage,
    PromotionTag,
    Strategy,
)
from sosei.planning.strategy.services.kpis import choose_value, correct_actual
from tests.strategy.conftest import (
    SignedIn,
    make_actual,
    make_goal,
    make_kpi,
    make_measure,
    make_package,
    make_promotion_model,
    make_strategy,
)


def text_of(client: Client, url: str, status: int = 200) -> str:
    """The page without its tags and gaps."""
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    plain = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def page_of(kpi: Kpi) -> str:
    return f"/07204/strategy/kpis/{kpi.pk}"


# --- The page of a KPI ---------------------------------------------------------------------------------------------


def test_the_page_says_the_value_the_judgement_and_the_formula_filled_in(kpi: Kpi, client: Client) -> None:
    page = text_of(client, page_of(kpi))
    assert "140世帯" in page
    assert "令和4年度はなぜ「遅れ」か" in page
    assert "（実績 140世帯 − 基準 100世帯）÷（目標 180世帯 − 基準 100世帯）＝ 50.0%" in page
    assert "進みの速さ 83.3%" in page


def test_the_same_page_shows_staff_more(
    kpi: Kpi, strategy: Strategy, client: Client, planner_client: Client, department: Organisation
) -> None:
    Strategy.objects.filter(pk=strategy.pk).update(published_through=2021)
    public, staff = text_of(client, page_of(kpi)), text_of(planner_client, page_of(kpi))
    assert "125世帯" in public
    assert "140世帯" not in public
    assert "値を直す" not in public
    assert "140世帯" in staff
    assert "値を直す" in staff
    # The department in charge is part of what was published.
    assert department.name in public


def test_a_draft_is_there_for_the_town_only(
    town: Municipality, planner: Person, other_planner: Person, signed_in: SignedIn, client: Client
) -> None:
    kpi = make_kpi(make_goal(make_strategy(town, published=False)), actuals={2020: 101})
    for who, status in ((planner, 200), (other_planner, 404)):
        assert signed_in(who).get(page_of(kpi)).status_code == status
    assert client.get(page_of(kpi)).status_code == 404
    assert client.get(f"/07204/strategy/{kpi.strategy_id}/board").status_code == 404
    assert client.get(f"/07204/strategy/{kpi.strategy_id}/results").status_code == 404
    assert client.get(f"/07204/strategy/kpis/{kpi.pk}.csv").status_code == 404


def test_a_kpi_is_not_found_under_another_towns_address(
    kpi: Kpi, other_town: Municipality, client: Client
) -> None:
    assert client.get(f"/{other_town.code}/strategy/kpis/{kpi.pk}").status_code == 404
    assert client.get(f"/{other_town.code}/strategy/{kpi.strategy_id}/board").status_code == 404


def test_year_of_report_and_reference_period_stand_side_by_side(goal: BasicGoal, client: Client) -> None:
    kpi = make_kpi(goal, kind="cumulative", unit="件", base_value=7, base_period="H26", targets={2024: 80})
    make_actual(
        kpi, 2020, 55, yearly_value=9, period="H30", source="市の資料", explanation="工業団地が完成した"
    )
    page = text_of(client, page_of(kpi))
    assert "令和2年度" in page
    assert "55件 (9件/H30)" in page
    assert "7件 (H26)" in page
    assert "市の資料" in page
    assert "工業団地が完成した" in page


def test_a_value_carried_forward_is_named_and_its_point_is_hollow(goal: BasicGoal, client: Client) -> None:
    kpi = make_kpi(goal, kind="census", base_year=2019, actuals={2020: 110})
    make_actual(kpi, 2021, 110, carried_forward=True, period="R2国勢調査")
    page = text_of(client, page_of(kpi))
    assert "据え置き" in page
    assert "前の値のまま" in page or "前に報告した値のまま" in page
    answer = client.get(page_of(kpi)).context["spec"]
    hollow = {row["year"]: row["hollow"] for row in answer["datasets"]["points"] if row["series"] == "actual"}
    assert hollow == {2019: False, 2020: False, 2021: True}


def test_values_that_disagree_stand_side_by_side_and_the_chosen_one_is_marked(
    kpi: Kpi, planner: Person, client: Client
) -> None:
    make_actual(kpi, 2022, 143, origin="imported")
    before = client.get(page_of(kpi)).content.decode()
    assert "値が食い違っています" in before
    choose_value(kpi=kpi, reported_in=2022, origin="imported", chosen_by=planner, reason="県の表が正しい")
    after = text_of(client, page_of(kpi))
    assert "143世帯 ファイルから取り込み 使う値" in after
    assert "140世帯 担当が入力" in after
    assert "人が選びました：県の表が正しい" in after
    assert "（実績 143世帯 −" in after


def test_a_correction_stays_readable_with_its_reason(kpi: Kpi, planner: Person, client: Client) -> None:
    row = kpi.actuals.get(reported_in=2022)
    correct_actual(actual=row, value=Decimal(141), reason="1世帯を数え忘れた", entered_by=planner)
    page = text_of(client, page_of(kpi))
    assert "直した記録" in page
    assert re.search(r"令和4年度 140世帯 141世帯 1世帯を数え忘れた", page)
    assert planner.full_name not in page


def test_an_overruled_judgement_is_shown_as_one(kpi: Kpi, planner: Person, client: Client) -> None:
    Overrule.objects.create(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=2022,
        label="順調",
        label_en="Fine",
        tone="good",
        reason="災害で中止した月を除けば予定どおり",
        decided_at=timezone.now(),
        decided_by=planner,
    )
    page = text_of(client, page_of(kpi))
    assert "順調 人が評価" in page
    assert "災害で中止した月を除けば予定どおり（基準どおりなら「遅れ」）" in page


def test_definitions_of_one_indicator_point_at_each_other_and_terms_follow(
    kpi: Kpi, goal: BasicGoal, town: Municipality, client: Client
) -> None:
    other = make_kpi(goal, title="県の数え方による世帯", same_indicator_as=kpi)
    third = make_kpi(goal, title="住民票による世帯", same_indicator_as=kpi)
    first_term = make_strategy(town, term=1, first_fiscal_year=2015, last_fiscal_year=2019)
    earlier = make_kpi(make_goal(first_term), title="第1期の世帯", targets={2019: 100}, base_year=2014)
    Kpi.objects.filter(pk=kpi.pk).update(continues=earlier)
    assert "県の数え方による世帯" in text_of(client, page_of(kpi))
    for one in (other, third):
        assert "移住した世帯の数" in text_of(client, page_of(one))
    assert "住民票による世帯" in text_of(client, page_of(other))
    assert "前の期のKPI 第1期の世帯" in text_of(client, page_of(kpi))
    assert "次の期のKPI 移住した世帯の数" in text_of(client, page_of(earlier))


def test_what_is_missing_for_good_monitoring_is_said_and_staff_read_the_remedy(
    kpi: Kpi, client: Client, planner_client: Client
) -> None:
    public, staff = text_of(client, page_of(kpi)), text_of(planner_client, page_of(kpi))
    assert "出典が書かれていません。" in public
    assert "KPIに出典を書いてください。" not in public
    assert "KPIに出典を書いてください。" in staff


def test_a_kpi_without_anything_has_a_page(goal: BasicGoal, client: Client, planner_client: Client) -> None:
    kpi = make_kpi(goal, base_value=None, base_year=None, targets={})
    for who in (client, planner_client):
        assert "移住した世帯の数" in text_of(who, page_of(kpi))
    assert client.get(f"/07204/strategy/kpis/{kpi.pk}.svg").status_code == 404


def test_a_page_with_everything_takes_few_queries(
    kpi: Kpi, planner: Person, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    make_measure(kpi.package)
    make_kpi(kpi.package, same_indicator_as=kpi)
    row = kpi.actuals.get(reported_in=2022)
    correct_actual(actual=row, value=Decimal(141), reason="数え直した", entered_by=planner)
    client = signed_in(planner)
    client.get(page_of(kpi))
    with django_assert_max_num_queries(20):
        client.get(page_of(kpi))


def test_values_and_chart_can_be_taken_along(kpi: Kpi, client: Client) -> None:
    lines = client.get(f"/07204/strategy/kpis/{kpi.pk}.csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("fiscal_year,kind,origin,counts,value")
    assert [line.split(",")[:5] for line in lines[1:]] == [
        ["2019", "base", "", "", "100"],
        ["2024", "target", "", "", "180"],
        ["2020", "actual", "typed", "True", "110"],
        ["2021", "actual", "typed", "True", "125"],
        ["2022", "actual", "typed", "True", "140"],
    ]
    assert client.get(f"/07204/strategy/kpis/{kpi.pk}.svg").content.startswith(b"<svg")
    assert client.get(f"/07204/strategy/kpis/{kpi.pk}.png").content.startswith(b"\x89PNG")


def test_english_readers_get_english_values(kpi: Kpi, client: Client) -> None:
    page = text_of(client, f"/en{page_of(kpi)}")
    assert "Households that moved in" in page
    assert "140 households" in page
    assert "FY2022" in page


# --- The dashboard -------------------------------------------------------------------------------------------------


@pytest.fixture
def many(package: PolicyPackage, goal: BasicGoal, department: Organisation) -> dict[str, Kpi]:
    """KPIs of every state in 2022."""
    second = make_goal(goal.strategy, 2)
    other = make_package(second)
    return {
        "behind": make_kpi(package, title="遅れているKPI", department=department, actuals={2022: 120}),
        "back": make_kpi(package, title="後退したKPI", actuals={2022: 90}),
        "met": make_kpi(other, title="達成したKPI", actuals={2022: 190}),
        "missing": make_kpi(make_measure(package), title="報告がないKPI", actuals={2021: 120}),
        "none": make_kpi(goal, title="目標がないKPI", targets={}, actuals={2022: 100}),
    }


def board_of(strategy: Strategy, query: str = "") -> str:
    return f"/07204/strategy/{strategy.pk}/board{query}"


def titles(client: Client, url: str) -> list[str]:
    return [row.kpi.title for row in client.get(url).context["board"].rows]


def test_the_dashboard_names_the_worst_first_and_says_why(
    many: dict[str, Kpi], strategy: Strategy, client: Client
) -> None:
    assert titles(client, board_of(strategy)) == [
        "後退したKPI",
        "報告がないKPI",
        "遅れているKPI",
        "達成したKPI",
        "目標がないKPI",
    ]
    page = text_of(client, board_of(strategy))
    assert "KPIの状況（令和4年度）" in page
    assert "予定 148世帯 に対して 120世帯" in page
    assert "値が報告されていません" in page
    assert "目標値がないので、評価できません" in page
    counts = client.get(board_of(strategy)).context["board"]
    assert dict(counts.total.cells) == {"poor": 1, "fair": 1, "good": 1, "neutral": 2}
    assert [(row.goal.number, row.total) for row in counts.counts] == [(1, 4), (2, 1)]


def test_the_dashboard_is_narrowed_by_place_department_model_and_state(
    many: dict[str, Kpi], strategy: Strategy, package: PolicyPackage, department: Organisation, client: Client
) -> None:
    model = make_promotion_model(strategy)
    PromotionTag.objects.create(strategy=strategy, model=model, measure=many["missing"].measure)
    for query, expected in {
        f"?goal={many['met'].package.goal_id}": {"達成したKPI"},
        f"?package={package.pk}": {"遅れているKPI", "後退したKPI", "報告がないKPI"},
        f"?department={department.pk}": {"遅れているKPI"},
        f"?model={model.pk}": {"報告がないKPI"},
        "?status=poor": {"後退したKPI"},
        f"?package={package.pk}&status=neutral": {"報告がないKPI"},
        "?status=nonsense": {kpi.title for kpi in many.values()},
        "?goal=999999": set(),
    }.items():
        assert set(titles(client, board_of(strategy, query))) == expected, query
    assert "当てはまるKPIがありません" in text_of(client, board_of(strategy, "?goal=999999"))


def test_the_dashboard_of_an_earlier_year_knows_nothing_of_later_values(
    many: dict[str, Kpi], strategy: Strategy, client: Client
) -> None:
    page = client.get(board_of(strategy, "?year=2021"))
    rows = {row.kpi.title: row for row in page.context["board"].rows}
    assert rows["後退したKPI"].overdue
    assert rows["後退したKPI"].latest == ""
    assert rows["報告がないKPI"].latest == "120世帯"
    assert rows["報告がないKPI"].judged.label == "遅れ"


def test_what_is_not_published_does_not_stand_on_the_public_dashboard(
    many: dict[str, Kpi], strategy: Strategy, client: Client, planner_client: Client
) -> None:
    Strategy.objects.filter(pk=strategy.pk).update(published_through=2021)
    assert client.get(board_of(strategy, "?year=2022")).context["board"].year == 2021
    assert "190世帯" not in text_of(client, board_of(strategy, "?year=2022"))
    assert "190世帯" in text_of(planner_client, board_of(strategy, "?year=2022"))
    Strategy.objects.filter(pk=strategy.pk).update(published_through=None)
    assert "KPIがまだありません" in text_of(client, board_of(strategy))


def test_the_dashboard_sorts_and_exports(many: dict[str, Kpi], strategy: Strategy, client: Client) -> None:
    assert titles(client, board_of(strategy, "?sort=fresh"))[0] == "報告がないKPI"
    assert titles(client, board_of(strategy, "?sort=pace"))[0] == "後退したKPI"
    assert titles(client, board_of(strategy, "?sort=plan"))[0] == "目標がないKPI"
    answer = client.get(f"/07204/strategy/{strategy.pk}/board.csv?status=poor").content
    lines = answer.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "後退したKPI" in lines[1]
    assert lines[1].split(",")[:3] == ["2022", "1", "1-1"]


def test_sixty_kpis_take_no_more_queries_than_five(
    many: dict[str, Kpi],
    strategy: Strategy,
    package: PolicyPackage,
    planner: Person,
    signed_in: SignedIn,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(55):
        make_kpi(package, title=f"KPI{number}", actuals={2020: 101, 2021: 120, 2022: 130})
    client = signed_in(planner)
    client.get(board_of(strategy))
    with django_assert_max_num_queries(20):
        assert len(titles(client, board_of(strategy))) == 60


def test_a_strategy_without_kpis_says_what_to_do(
    strategy: Strategy, client: Client, planner_client: Client
) -> None:
    assert "KPIがまだありません" in text_of(client, board_of(strategy))
    assert "KPIを定めると" in text_of(planner_client, board_of(strategy))
    assert "KPIがまだありません" in text_of(client, f"/07204/strategy/{strategy.pk}/results")


# --- The tables as printed -----------------------------------------------------------------------------------------


def test_a_table_of_results_prints_its_cells_as_the_document_does(town: Municipality, client: Client) -> None:
    strategy = make_strategy(
        town, term=1, first_fiscal_year=2015, last_fiscal_year=2020, published_through=2019
    )
    goal = make_goal(strategy, title="しごと")
    kpi = make_kpi(
        goal,
        title="企業誘致件数",
        kind="cumulative",
        unit="件",
        base_value=7,
        base_year=2015,
        base_period="H26",
        base_printed="7件 (H26)",
        targets={},
    )
    KpiTarget.objects.create(strategy=strategy, kpi=kpi, fiscal_year=2020, value=21, printed="21件")
    make_actual(kpi, 2016, 24, yearly_value=17, period="H27", printed="24件　（17件/H27）")
    make_actual(kpi, 2017, 32, yearly_value=8, period="H28")
    url = f"/07204/strategy/{strategy.pk}/results"
    table = client.get(url).context["tables"][0]
    assert table.columns == ("2020(R2)目標値", "2015 (策定時)", "2016 (H28)", "2017 (H29)")
    assert table.lines[0].cells == ("21件", "7件 (H26)", "24件　（17件/H27）", "32件 (8件/H28)")
    lines = client.get(f"{url}.csv").content.decode("utf-8-sig").splitlines()
    assert "企業誘致件数,21件,7件 (H26),24件　（17件/H27）,32件 (8件/H28)" in lines


# --- Forms ---------------------------------------------------------------------------------------------------------

NEW = {
    "title": "空き家の成約",
    "unit": "件",
    "decimals": "0",
    "direction": "up",
    "kind": "yearly",
    "year_kind": "fiscal",
    "base_value": "１，２３４件",
    "base_year": "2019",
}


def test_a_planner_defines_a_kpi_from_place_to_targets(
    strategy: Strategy, package: PolicyPackage, planner_client: Client
) -> None:
    where = f"/07204/office/strategy/{strategy.pk}/kpis/new"
    assert f"?package={package.pk}" in planner_client.get(where).content.decode()
    answer = planner_client.post(f"{where}?package={package.pk}", {**NEW, "base_value": "1,23件"})
    assert "「1,23件」は数ではありません" in answer.content.decode()
    answer = planner_client.post(f"{where}?package={package.pk}", NEW)
    made = Kpi.objects.get(title="空き家の成約")
    assert (made.package, made.base_value, made.position) == (package, 1234, 1)
    assert answer["Location"] == f"/07204/office/strategy/kpis/{made.pk}/targets"
    planner_client.post(answer["Location"], {"target_2022": "1,300", "target_2024": "1,400件"})
    assert list(made.targets.values_list("fiscal_year", "value")) == [(2022, 1300), (2024, 1400)]


def test_a_changed_definition_keeps_what_the_form_does_not_show(kpi: Kpi, planner_client: Client) -> None:
    Kpi.objects.filter(pk=kpi.pk).update(
        base_printed="100世帯 (H31)", base_period="H31", position=7, is_sample=True
    )
    url = f"/07204/office/strategy/kpis/{kpi.pk}/change"
    form = planner_client.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: "" if value is None else value for name, value in given.items()}
    assert planner_client.post(url, {**given, "source": "住民基本台帳"}).status_code == 302
    kpi.refresh_from_db()
    assert (kpi.source, kpi.base_printed, kpi.position, kpi.is_sample) == (
        "住民基本台帳",
        "100世帯 (H31)",
        7,
        True,
    )


def record_at(kpi: Kpi, year: int) -> str:
    return f"/07204/office/strategy/kpis/{kpi.pk}/values/{year}"


def test_a_kpi_owner_reports_a_value_with_its_period(
    kpi: Kpi, kpi_owner: Person, signed_in: SignedIn
) -> None:
    client = signed_in(kpi_owner)
    assert record_at(kpi, 2023) in client.get(page_of(kpi)).content.decode()
    answer = client.post(record_at(kpi, 2023), {"state": "value", "value": "△１５１件"})
    assert "単位「件」は、このKPIの単位「世帯」と違います" in answer.content.decode()
    answer = client.post(record_at(kpi, 2023), {"state": "value", "value": "151", "period": "きのう"})
    assert "時点として読めません" in answer.content.decode()
    client.post(record_at(kpi, 2023), {"state": "value", "value": "１５１世帯", "period": "R4年度"})
    row = kpi.actuals.get(reported_in=2023)
    assert (row.value, row.period, str(row.period_starts_on)) == (151, "R4年度", "2022-04-01")
    assert (row.entered_by, row.entered_for) == (kpi_owner, kpi.department)
    assert (
        "もう入っています（151世帯"
        in client.post(record_at(kpi, 2023), {"state": "value", "value": "152"}).content.decode()
    )


def test_a_value_is_carried_forward_with_the_period_it_came_from(
    goal: BasicGoal, planner_client: Client
) -> None:
    kpi = make_kpi(goal, kind="census")
    make_actual(kpi, 2021, 120, period="R2国勢調査", period_ends_on="2020-10-01", source="国勢調査")
    answer = planner_client.post(record_at(kpi, 2022), {"state": "carried"})
    assert "据え置く値を、前の年度から選んでください" in answer.content.decode()
    planner_client.post(record_at(kpi, 2022), {"state": "carried", "carried_from": "2021"})
    row = kpi.actuals.get(reported_in=2022)
    assert (row.value, row.carried_forward, row.period) == (120, True, "R2国勢調査")
    assert (str(row.period_ends_on), row.source) == ("2020-10-01", "国勢調査")


def test_why_there_is_no_value_is_recorded_and_no_number_with_it(kpi: Kpi, planner_client: Client) -> None:
    answer = planner_client.post(record_at(kpi, 2023), {"state": "not_yet_published", "value": "3"})
    assert "値がないときは、ここを空にしてください" in answer.content.decode()
    planner_client.post(record_at(kpi, 2023), {"state": "not_yet_published", "explanation": "秋に公表"})
    row = kpi.actuals.get(reported_in=2023)
    assert (row.value, row.availability) == (None, "not_yet_published")
    assert "まだ公表されていない" in text_of(planner_client, page_of(kpi))


def test_a_correction_needs_a_reason_and_shows_who_was_first(kpi: Kpi, planner_client: Client) -> None:
    row = kpi.actuals.get(reported_in=2022)
    url = f"/07204/office/strategy/values/{row.pk}/correct"
    answer = planner_client.post(url, {"state": "value", "value": "141"})
    assert answer.status_code == 200
    assert not KpiActual.objects.filter(replaces=row).exists()
    planner_client.post(url, {"state": "value", "value": "141", "reason": "数え直した"})
    assert kpi.actuals.live().get(reported_in=2022).value == 141
    assert planner_client.get(url).status_code == 404


def test_a_planner_chooses_among_values(kpi: Kpi, planner_client: Client) -> None:
    url = f"/07204/office/strategy/kpis/{kpi.pk}/values/2022/choose"
    assert planner_client.get(url).status_code == 404
    make_actual(kpi, 2022, 143, origin="imported")
    assert "143世帯" in text_of(planner_client, url)
    planner_client.post(url, {"origin": "imported", "reason": "県の表"})
    assert kpi.value_choices.get().origin == "imported"


def test_forms_are_for_those_who_may_use_them(
    kpi: Kpi,
    strategy: Strategy,
    kpi_owner: Person,
    other_planner: Person,
    reviewer: Person,
    citizen: Person,
    signed_in: SignedIn,
) -> None:
    row = kpi.actuals.get(reported_in=2022)
    foreign = make_kpi(kpi.package, title="別の課のKPI", actuals={2022: 1})
    office = "/07204/office/strategy"
    planning = [
        f"{office}/{strategy.pk}/kpis/new",
        f"{office}/kpis/{kpi.pk}/change",
        f"{office}/kpis/{kpi.pk}/targets",
        f"{office}/kpis/{kpi.pk}/end",
        f"{office}/kpis/{kpi.pk}/values/2022/choose",
    ]
    reporting = [record_at(kpi, 2023), f"{office}/values/{row.pk}/correct"]
    not_theirs = [
        record_at(foreign, 2023),
        f"{office}/values/{foreign.actuals.get().pk}/correct",
    ]
    owner = signed_in(kpi_owner)
    assert {owner.get(url).status_code for url in planning} == {403}
    assert {owner.get(url).status_code for url in reporting} == {200}
    assert {owner.get(url).status_code for url in not_theirs} == {404}
    for person in (other_planner, reviewer, citizen):
        client = signed_in(person)
        assert {client.get(url).status_code for url in planning + reporting} == {403}
