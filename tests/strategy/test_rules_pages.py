"""The pages of rules: tried before adopted, a status overruled and taken back, the marks of monitoring."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from sosei.core.people.models import Person
from sosei.planning.strategy.judgement.presets import PRESETS
from sosei.planning.strategy.judging import rule_of
from sosei.planning.strategy.models import JudgementRule, Kpi, Overrule, PolicyPackage, Strategy
from tests.people.conftest import SignedIn
from tests.strategy.conftest import make_kpi

OWN = {
    "name": "わたしたちの基準",
    "name_en": "Our rule",
    "basis": "pace",
    "label_1": "順調",
    "label_en_1": "Good",
    "tone_1": "good",
    "lower_1": "９０",
    "label_2": "注意",
    "tone_2": "fair",
    "lower_2": "50%",
    "label_3": "遅い",
    "tone_3": "poor",
}


def rules_page(strategy: Strategy, rest: str = "") -> str:
    """Address of the rules of a strategy."""
    return f"/{strategy.municipality.code}/office/strategy/{strategy.pk}/rules{rest}"


def status_page(kpi: Kpi, year: int = 2022) -> str:
    """Address of a status."""
    return f"/{kpi.strategy.municipality.code}/office/strategy/kpis/{kpi.pk}/status/{year}"


def text_of(response: Any) -> str:
    """What stands on the page, without markup."""
    assert response.status_code == 200, response.status_code
    shown = re.sub(r"<(script|style|head)\b.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)))


def test_the_page_shows_the_rule_in_force_the_examples_and_every_status(
    kpi: Kpi, planner_client: Client
) -> None:
    shown = text_of(planner_client.get(rules_page(kpi.strategy)))
    assert "いまの基準：標準の基準" in shown
    assert "標準の基準で評価しています" in shown
    for preset in PRESETS.values():
        assert preset.name.ja in shown
    assert "100%以上" in shown
    assert "遅れ" in shown


def test_an_example_is_tried_on_past_values_before_it_is_adopted(kpi: Kpi, planner_client: Client) -> None:
    page = rules_page(kpi.strategy, "/fuji")
    shown = text_of(planner_client.get(page))
    # 12.5 % of the way in the first year: behind by pace, the lowest band by the share of the whole way.
    assert "これまでの評価3のうち、 1の色が変わります" in shown
    assert "悪くなる：1" in shown
    assert not JudgementRule.objects.exists()
    refused = planner_client.post(page, {"reason": ""})
    assert refused.status_code == 200
    assert not JudgementRule.objects.exists()
    assert planner_client.post(page, {"reason": "国の様式に合わせるため"}).status_code == 302
    assert rule_of(Strategy.objects.get(pk=kpi.strategy_id)) == PRESETS["fuji"]
    assert "いまの基準：富士市の例" in text_of(planner_client.get(rules_page(kpi.strategy)))


def tried_of(response: Any) -> str:
    """The mark of what was tried."""
    found = re.search(r'name="tried" value="(\w+)"', response.content.decode())
    assert found is not None
    return found[1]


def test_ones_own_rule_is_adopted_only_as_it_was_tried(kpi: Kpi, planner_client: Client) -> None:
    page = rules_page(kpi.strategy, "/own")
    assert 'name="adopt"' not in planner_client.get(page).content.decode(), (
        "nothing to adopt before it was tried"
    )
    straight = planner_client.post(page, {**OWN, "adopt": "1", "reason": "すぐ決めたい"})
    assert straight.status_code == 200
    assert not JudgementRule.objects.exists()
    tried = planner_client.post(page, {**OWN, "try": "1"})
    assert "90%以上" in text_of(tried)
    changed = {**OWN, "lower_2": "40", "adopt": "1", "tried": tried_of(tried), "reason": "変えてみた"}
    again = planner_client.post(page, changed)
    assert "内容が変わっています" in text_of(again)
    assert not JudgementRule.objects.exists()
    adopted = planner_client.post(
        page, {**OWN, "adopt": "1", "tried": tried_of(tried), "reason": "検討会の結論"}
    )
    assert adopted.status_code == 302
    made = JudgementRule.objects.get()
    assert (made.name, made.preset) == ("わたしたちの基準", "")
    assert [str(band.lower) for band in rule_of(Strategy.objects.get(pk=kpi.strategy_id)).bands[:2]] == [
        "0.9",
        "0.5",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "入力してください"),
        ({"lower_1": "たくさん"}, "「たくさん」は数ではありません"),
        ({"lower_1": ""}, "1番目の段階：境の値がありません"),
        ({"lower_2": "95"}, "2番目の段階：境の値95%は、前の段階の90%より小さくしてください"),
        ({"lower_3": "10"}, "3番目の段階：最後の段階に境の値10%があります"),
        ({"label_2": "", "label_3": "", "lower_2": ""}, "2つ以上にしてください"),
        ({"label_2": ""}, "2番目の段階に名前がありません"),
        ({"basis": "manual"}, "値で決まらない段階に境の値90%があります"),
        ({"target_first": "on"}, "1番目の段階：値で決まらない段階に境の値90%があります"),
    ],
)
def test_what_is_wrong_with_ones_own_rule_is_said_where_it_is(
    kpi: Kpi, planner_client: Client, change: dict[str, str], said: str
) -> None:
    response = planner_client.post(rules_page(kpi.strategy, "/own"), {**OWN, **change, "try": "1"})
    assert said in text_of(response)
    assert 'name="adopt"' not in response.content.decode()


def test_the_form_starts_from_an_example(kpi: Kpi, planner_client: Client) -> None:
    page = planner_client.get(rules_page(kpi.strategy, "/own?from=tama")).content.decode()
    assert 'value="着実"' in page
    assert 'value="60"' in page


def test_a_status_says_why_and_is_overruled_and_taken_back(kpi: Kpi, planner_client: Client) -> None:
    page = status_page(kpi)
    shown = text_of(planner_client.get(page))
    assert "（実績 140世帯 − 基準 100世帯）÷（目標 180世帯 − 基準 100世帯）＝ 50.0%" in shown
    assert planner_client.post(page, {"band": "pace", "reason": ""}).status_code == 200
    assert not Overrule.objects.exists()
    assert planner_client.post(page, {"band": "pace", "reason": "統計の遅れによる"}).status_code == 302
    shown = text_of(planner_client.get(page))
    assert "人が評価" in shown
    assert "統計の遅れによる" in shown
    assert "人が評価" in text_of(planner_client.get(rules_page(kpi.strategy)))
    assert planner_client.post(page, {"act": "withdraw", "reason": "値が直った"}).status_code == 302
    assert "評価を取り消した" in text_of(planner_client.get(page))
    assert [row.withdrawn for row in Overrule.objects.order_by("pk")] == [False, True]


def test_the_error_of_taking_back_stands_at_its_own_form(kpi: Kpi, planner_client: Client) -> None:
    planner_client.post(status_page(kpi), {"band": "pace", "reason": "統計の遅れによる"})
    page = planner_client.post(status_page(kpi), {"act": "withdraw", "reason": ""}).content.decode()
    assert 'id="id_withdrawal_reason_error"' in page
    assert 'id="id_reason_error"' not in page


def test_who_works_on_the_strategy_reads_but_does_not_decide(
    kpi: Kpi, kpi_owner: Person, signed_in: SignedIn
) -> None:
    client = signed_in(kpi_owner)
    assert "別の基準をためす" not in text_of(client.get(rules_page(kpi.strategy)))
    shown = text_of(client.get(status_page(kpi)))
    assert "人が評価を決める" not in shown
    assert client.post(status_page(kpi), {"band": "pace", "reason": "ためし"}).status_code == 404
    assert client.post(rules_page(kpi.strategy, "/fuji"), {"reason": "ためし"}).status_code in (403, 404)
    assert not Overrule.objects.exists()
    assert not JudgementRule.objects.exists()


def test_another_towns_planner_finds_nothing(kpi: Kpi, other_planner: Person, signed_in: SignedIn) -> None:
    client = signed_in(other_planner)
    assert client.get(rules_page(kpi.strategy)).status_code == 403
    code = "07201"
    assert client.get(f"/{code}/office/strategy/{kpi.strategy_id}/rules").status_code == 404
    assert client.get(f"/{code}/office/strategy/kpis/{kpi.pk}/status/2022").status_code == 404
    assert client.get(f"/{code}/office/strategy/{kpi.strategy_id}/monitoring").status_code == 404


def test_without_a_strategy_named_the_latest_is_shown(kpi: Kpi, planner_client: Client) -> None:
    page = f"/{kpi.strategy.municipality.code}/office/strategy/rules"
    assert planner_client.get(page)["Location"] == rules_page(kpi.strategy)


def test_years_and_examples_that_do_not_exist_are_not_found(kpi: Kpi, planner_client: Client) -> None:
    assert planner_client.get(status_page(kpi, 1990)).status_code == 404
    assert planner_client.get(rules_page(kpi.strategy, "/nowhere")).status_code == 404


def test_monitoring_names_what_is_missing_and_what_to_do(
    kpi: Kpi, kpi_owner: Person, planner_client: Client
) -> None:
    page = f"/{kpi.strategy.municipality.code}/office/strategy/{kpi.strategy_id}/monitoring"
    shown = text_of(planner_client.get(page))
    assert "値に時点・期間が書かれていません" in shown
    assert "担当の部署で1人が値を報告します" in shown
    assert "KPIに出典を書いてください" in shown
    assert "途中はまっすぐな線とみなします" in shown


@pytest.mark.parametrize("rest", ["rules", "rules/tama", "rules/own?from=tama", "monitoring"])
def test_a_page_of_many_kpis_takes_no_more_queries_than_of_one(
    package: PolicyPackage, kpi: Kpi, planner_client: Client, rest: str
) -> None:
    page = f"/{kpi.strategy.municipality.code}/office/strategy/{kpi.strategy_id}/{rest}"
    counts = []
    for more in (0, 12):
        for number in range(more):
            make_kpi(package, title=f"指標{number}", actuals={2020: 90, 2021: 130})
        with CaptureQueriesContext(connection) as queries:
            assert planner_client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[1] <= counts[0]
    assert counts[1] <= 20


def test_a_status_takes_few_queries(kpi: Kpi, planner_client: Client) -> None:
    planner_client.get(rules_page(kpi.strategy))  # the day's first page notes that the role is used
    with CaptureQueriesContext(connection) as queries:
        assert planner_client.get(status_page(kpi)).status_code == 200
    assert len(queries) <= 20


def test_the_pages_speak_english(kpi: Kpi, planner_client: Client) -> None:
    with override("en"):
        shown = text_of(planner_client.get(f"/en{rules_page(kpi.strategy)}"))
    assert "As in Tama City" in shown
