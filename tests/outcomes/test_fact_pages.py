"""The pages of facts: the public sees sums without small cells, staff the facts one by one, each what they may do."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.records.models import Entry
from sosei.planning.outcomes.models import Fact, Feed
from sosei.planning.outcomes.services.public import public_sums
from sosei.planning.outcomes.services.recording import withdraw_fact
from sosei.planning.strategy.fed_values import fed_values
from sosei.planning.strategy.models import Kpi, Measure, Strategy
from tests.outcomes.conftest import Feeding, make_measure, make_strategy, settle
from tests.people.conftest import MakePerson, SignedIn


def address(name: str, town: Municipality, **more: Any) -> str:
    return reverse(f"outcomes:{name}", kwargs={"code": town.code, **more})


def page_of(client: Client, url: str, **query: Any) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_public_sees_sums_and_no_small_cell_nor_what_gives_it_away(
    town: Municipality, strategy: Strategy, measure: Measure, client: Client
) -> None:
    other = make_measure(strategy, "仕事の支援（架空）")
    for number in range(13):
        settle(town, f"a{number}", measure=measure)
    for number in range(3):
        settle(town, f"b{number}", measure=other)
    for number in range(21):
        settle(town, f"c{number}", on=datetime.date(2025, 5, 1), measure=measure)
    for number in range(17):
        settle(town, f"d{number}", on=datetime.date(2025, 5, 1), measure=other)
    (table,) = public_sums(town)
    cells = [[figure.count for figure in row.figures] for row in table.rows]
    assert cells == [[None, None, 34], [None, None, 20], [16, 38, 54]]
    page = page_of(client, address("facts", town))
    assert page.count(">X<") == 4
    cells = re.sub(r"<[^>]+>", " ", page.split("<tbody>")[1].split("</tbody>")[0])
    assert "13" not in cells.split()
    assert "relocation.settlement" not in page


def test_a_withdrawn_fact_leaves_the_public_sums_as_they_were(
    town: Municipality, measure: Measure, client: Client
) -> None:
    for number in range(6):
        settle(town, str(number), measure=measure)
    before = public_sums(town)
    fact = settle(town, "new", measure=measure)
    assert public_sums(town) != before
    withdraw_fact(fact=fact, reason="誤り")
    assert public_sums(town) == before


def test_a_measure_that_is_not_published_is_not_named_to_the_public(
    town: Municipality, client: Client
) -> None:
    secret = make_measure(make_strategy(town, published=False), "ひみつの施策（架空）")
    for number in range(6):
        settle(town, str(number), measure=secret)
    assert "ひみつ" not in page_of(client, address("facts", town))


def test_a_town_without_facts_says_so_and_an_unknown_town_is_not_found(
    town: Municipality, client: Client
) -> None:
    assert "まだ実績はありません" in page_of(client, address("facts", town))
    assert client.get("/13101/outcomes").status_code == 404


def test_a_town_with_facts_of_another_sees_none_of_them(
    town: Municipality, other_town: Municipality, staff: Person, signed_in: SignedIn
) -> None:
    theirs = settle(other_town, "1")
    client = signed_in(staff)
    assert "まだ実績はありません" in page_of(client, address("list", town))
    assert client.get(address("fact", town, fact_id=theirs.pk)).status_code == 404
    assert client.get(address("fact", other_town, fact_id=theirs.pk)).status_code == 403


def test_the_list_narrows_and_leads_from_a_kpi_to_the_facts_behind_its_year(
    town: Municipality, kpi: Kpi, planner: Person, feed_households: Feeding, signed_in: SignedIn
) -> None:
    feed_households(filter={"household_type": ["single"]})
    settle(town, "KEY-A", attributes={"household_type": "single"})
    settle(town, "KEY-B")
    settle(town, "KEY-C", attributes={"household_type": "single"}, on=datetime.date(2023, 5, 1))
    withdraw_fact(fact=settle(town, "KEY-D"), reason="誤り")
    client = signed_in(planner)
    listed = address("list", town)
    shown = {
        "": {"KEY-A", "KEY-B", "KEY-C"},
        "fiscal_year=2023": {"KEY-C"},
        "kind=venture_started": set(),
        "withdrawn=yes": {"KEY-D"},
        f"kpi={kpi.pk}&year=2024": {"KEY-A"},
        f"kpi={kpi.pk}": {"KEY-A", "KEY-C"},
        "fiscal_year=nonsense&kind=nonsense&year=x&batch=x": {"KEY-A", "KEY-B", "KEY-C"},
    }
    for query, keys in shown.items():
        answer = client.get(f"{listed}?{query}")
        page = answer.content.decode()
        assert {key for key in ("KEY-A", "KEY-B", "KEY-C", "KEY-D") if key in page} == keys, query
    assert client.get(f"{listed}?kpi=999999").status_code == 404
    written = client.get(f"{address('file', town)}?withdrawn=all").content.decode()
    assert written.count("KEY-") == 4
    assert Entry.objects.get(verb="outcomes.facts_exported").data == {"rows": 4}


def test_staff_type_a_fact_once_however_often_the_form_is_sent_and_withdraw_it_with_a_reason(
    town: Municipality, kpi: Kpi, staff: Person, feed_households: Feeding, signed_in: SignedIn
) -> None:
    feed_households()
    client = signed_in(staff)
    enter = f"{address('enter', town)}?kind=household_settled"
    form = client.get(enter).context["form"]
    typed = {
        "key": form.initial["key"],
        "on_year": "令和6",
        "on_month": "6",
        "on_day": "1",
        "count": "1",
        "amount": "3",
        "household_type": "single",
    }
    refused = client.post(enter, {**typed, "place": "平1-2"})
    assert refused.status_code == 422
    assert "番地" in refused.content.decode()
    for _ in range(2):
        assert client.post(enter, typed).status_code == 302
    fact = Fact.objects.get()
    assert (fact.entered_by, fact.origin, fact.on) == (staff, "hand", datetime.date(2024, 6, 1))
    assert Entry.objects.filter(verb="outcomes.fact_entered").count() == 1
    assert fed_values([kpi.pk])[kpi.pk][2024].value == Decimal(1)
    page = page_of(client, address("fact", town, fact_id=fact.pk))
    assert kpi.title in page
    withdraw = address("withdraw", town, fact_id=fact.pk)
    assert client.post(withdraw, {"reason": " "}).status_code == 422
    assert client.post(withdraw, {"reason": "二重に入れた"}).status_code == 302
    assert client.post(withdraw, {"reason": "もう一度"}).status_code == 302
    assert Fact.objects.count() == 2
    assert fed_values([kpi.pk]) == {kpi.pk: {}}
    assert "二重に入れた" in page_of(client, address("fact", town, fact_id=fact.pk))


def test_what_a_programme_recorded_is_not_withdrawn_here(
    town: Municipality, staff: Person, signed_in: SignedIn
) -> None:
    fact = settle(town, "1")
    client = signed_in(staff)
    assert client.post(address("withdraw", town, fact_id=fact.pk), {"reason": "誤り"}).status_code == 403
    assert Fact.objects.count() == 1


def test_a_planner_tries_a_rule_sees_what_it_gives_and_then_decides(
    town: Municipality, kpi: Kpi, planner: Person, signed_in: SignedIn
) -> None:
    for number in range(7):
        settle(town, str(number))
    client = signed_in(planner)
    url = address("feed", town, kpi_id=kpi.pk)
    assert "どの種類の実績" in page_of(client, url)
    rule = {"aggregation": "sum", "field": "amount", "period": "fiscal"}
    tried = client.post(f"{url}?kind=household_settled", {**rule, "step": "preview"})
    assert tried.status_code == 200
    page = tried.content.decode()
    assert "7件の定住から" in page
    assert ">21<" in page
    assert not Feed.objects.exists()
    refused = client.post(f"{url}?kind=household_settled", {**rule, "step": "define"})
    assert refused.status_code == 422
    decided = client.post(
        f"{url}?kind=household_settled", {**rule, "step": "define", "reason": "人数で数える"}
    )
    assert decided.status_code == 302
    assert fed_values([kpi.pk])[kpi.pk][2024].value == Decimal(21)
    assert "人数で数える" in page_of(client, url)
    listed = page_of(client, address("feeds", town))
    assert "7件の定住から" in listed
    ended = client.post(address("feed-end", town, kpi_id=kpi.pk), {"reason": "手で数える"})
    assert ended.status_code == 302
    assert client.get(address("feed-end", town, kpi_id=kpi.pk)).status_code == 404


@pytest.mark.parametrize(
    ("role", "welcome"),
    [
        (roles.PROGRAMME_STAFF, {"list", "feeds", "enter", "import"}),
        (roles.PLANNER, {"list", "feeds", "feed"}),
        (roles.AUDITOR, {"list", "feeds"}),
        (roles.CITIZEN, set()),
    ],
)
def test_each_role_reaches_its_pages_and_no_others(
    town: Municipality, kpi: Kpi, make_person: MakePerson, signed_in: SignedIn, role: str, welcome: set[str]
) -> None:
    client = signed_in(make_person(role, town))
    for name in ("list", "feeds", "enter", "import", "feed"):
        more = {"kpi_id": kpi.pk} if name == "feed" else {}
        status = client.get(address(name, town, **more)).status_code
        assert status == (200 if name in welcome else 403), name


def test_the_pages_of_a_town_with_many_facts_and_kpis_ask_few_questions(
    town: Municipality,
    strategy: Strategy,
    measure: Measure,
    kpi: Kpi,
    planner: Person,
    feed_households: Feeding,
    signed_in: SignedIn,
    django_assert_max_num_queries: Any,
) -> None:
    feed_households()
    for number in range(30):
        settle(town, str(number), measure=measure)
    client = signed_in(planner)
    for name, more in (
        ("facts", {}),
        ("list", {}),
        ("feeds", {}),
        ("feed", {"kpi_id": kpi.pk}),
        ("fact", {"fact_id": Fact.objects.latest("pk").pk}),
    ):
        with django_assert_max_num_queries(20):
            assert client.get(address(name, town, **more)).status_code == 200
