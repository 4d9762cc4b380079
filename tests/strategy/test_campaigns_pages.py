"""Pages of campaigns: the department's page by link, the planner's, and tables; what each kind of asker gets."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from sosei.core.people.models import Municipality, Organisation, Person
from sosei.planning.strategy.models import (
    Ask,
    Campaign,
    Kpi,
    KpiActual,
    PolicyPackage,
    SheetLayout,
    ValueImport,
)
from sosei.planning.strategy.services import ask_links, campaigns
from tests.people.conftest import SignedIn
from tests.strategy.campaign_worlds import YEAR, fill, make_due, opened, prepared, send, token_for
from tests.strategy.conftest import make_kpi


@pytest.fixture(autouse=True)
def japanese() -> None:
    translation.activate("ja")


def by_link(ask: Ask) -> Client:
    """A browser that came by the department's link."""
    client = Client()
    answer = client.get(f"/strategy/answer/{token_for(ask.department)}")
    assert answer.status_code == 302
    assert answer["Location"] == "/07204/strategy/answer"
    return client


def boxes(page: str) -> dict[str, str]:
    """Everything the form would send as it stands."""
    found = dict(re.findall(r'name="(version-\d+)" value="(\d+)"', page))
    found |= dict(re.findall(r'name="(value-\d+)"[^>]*value="([^"]*)"', page))
    return found


SHEET, PASTE, LOOK = "/07204/strategy/answer", "/07204/strategy/answer/paste", "/07204/strategy/answer/look"


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


# --- the department's page ----------------------------------------------------------------------------------------


def test_a_department_answers_by_link_from_the_first_look_to_the_receipt(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner).asks.get()
    client = by_link(ask)
    page = text(client.get(SHEET))
    assert "1課（架空）" in page
    assert "120世帯" in page
    given = {name: ("131" if name.startswith("value") else held) for name, held in boxes(page).items()}
    assert len(given) == 4
    saved = client.post(SHEET, {**given, "action": "look"})
    assert saved["Location"] == LOOK
    look = text(client.get(LOOK))
    seen = re.search(r'name="seen" value="(\w+)"', look)
    assert seen is not None
    assert "入力した人の名前を書いて" in text(client.post(LOOK, {"seen": seen[1], "name": " "}))
    assert client.post(LOOK, {"seen": seen[1], "name": "山田（架空）"}).status_code == 302
    page = text(client.get(SHEET))
    assert "取り戻して直す" in page
    assert KpiActual.objects.filter(reported_in=YEAR, value=131).count() == 2
    assert "山田" not in page, "no personal data stands behind the link"
    client.post(SHEET, {"action": "take-back"})
    ask.refresh_from_db()
    assert not ask.is_sent


def test_a_value_that_cannot_be_read_is_kept_and_named_beside_its_box(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner, each=1).asks.get()
    client = by_link(ask)
    key = ask.answers.get().pk
    page = text(client.post(SHEET, {f"version-{key}": "0", f"value-{key}": "12,34"}, follow=True))
    state = re.search(rf'<div id="state-{key}".*?</div>', page, re.DOTALL)
    assert state is not None
    assert "「12,34」" in state[0]
    assert f'aria-describedby="state-{key}"' in page


def test_saving_as_one_types_answers_with_the_new_state_of_every_kpi(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner).asks.get()
    client = by_link(ask)
    key = ask.answers.first().pk
    given = {f"version-{key}": "0", f"value-{key}": "131"}
    page = text(client.post(SHEET, given, headers={"HX-Request": "true"}))
    assert page.count("hx-swap-oob") == 3
    assert f'name="version-{key}" value="1"' in page
    clash = text(
        client.post(SHEET, {f"version-{key}": "0", f"value-{key}": "140"}, headers={"HX-Request": "true"})
    )
    assert "「131」" in clash
    assert "「140」" in clash
    assert "保存していません" in clash


def test_without_scripts_a_clash_shows_both_values_and_keeps_what_was_typed(
    package: PolicyPackage, planner: Person
) -> None:
    ask = opened(package, planner, each=1).asks.get()
    client = by_link(ask)
    key = ask.answers.get().pk
    client.post(SHEET, {f"version-{key}": "0", f"value-{key}": "131"})
    page = text(client.post(SHEET, {f"version-{key}": "0", f"value-{key}": "140"}), 409)
    assert 'value="140"' in page
    assert "「131」" in page


def test_pasting_shows_first_and_takes_over_after(package: PolicyPackage, planner: Person) -> None:
    ask = opened(package, planner, each=3).asks.get()
    client = by_link(ask)
    block = "１３１世帯\r\nたくさん\r\n△140"
    page = text(client.post(PASTE, {"block": block, "action": "show"}))
    assert "131世帯" in page
    assert "2行目の「たくさん」" in page
    assert not ask.answers.exclude(typed="").exists(), "nothing is kept before one says so"
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    shown = re.search(r'<textarea id="block"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert shown is not None
    client.post(PASTE, {"block": shown[1], "action": "take", "seen": seen[1]})
    assert list(ask.answers.order_by("kpi__position").values_list("typed", flat=True)) == [
        "１３１世帯",
        "",
        "△140",
    ]
    again = text(client.post(PASTE, {"block": "7", "action": "take", "seen": seen[1]}))
    assert "もう一度確かめてください" in again


@pytest.mark.parametrize("path", [SHEET, PASTE, LOOK])
def test_without_a_link_there_is_no_page(package: PolicyPackage, planner: Person, path: str) -> None:
    opened(package, planner)
    assert "リンクから開いてください" in text(Client().get(path), 404)


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "../../07204"])
def test_a_made_up_token_opens_nothing(package: PolicyPackage, planner: Person, token: str) -> None:
    opened(package, planner)
    # A sign that no address holds is refused before any view.
    assert Client().get(f"/strategy/answer/{token}").status_code in (404, 400)


def test_a_link_opens_neither_another_town_nor_another_department_nor_the_office(
    package: PolicyPackage, planner: Person, other_town: Municipality
) -> None:
    first, second = opened(package, planner, departments=2).asks.order_by("pk")
    client = by_link(first)
    assert client.get("/07201/strategy/answer").status_code == 404
    assert "2課" not in text(client.get(SHEET))
    key = second.answers.first().pk
    client.post(SHEET, {f"version-{key}": "0", f"value-{key}": "999"})
    assert second.answers.get(pk=key).typed == ""
    office = client.get(reverse("strategy:ask-office", kwargs={"code": "07204", "ask_id": first.pk}))
    assert office.status_code == 302
    assert "/account/login" in office["Location"]


def test_a_withdrawn_link_and_a_closed_campaign_end_an_open_page(
    package: PolicyPackage, planner: Person
) -> None:
    campaign = opened(package, planner, departments=2)
    first, second = campaign.asks.order_by("pk")
    one, two = by_link(first), by_link(second)
    ask_links.withdraw_links(ask=first, withdrawn_by=planner)
    assert one.get(SHEET).status_code == 404
    assert two.get(SHEET).status_code == 200
    campaigns.close_campaign(campaign=campaign, closed_by=planner, reason="x")
    key = second.answers.first().pk
    assert "締め切りました" in text(two.post(SHEET, {f"version-{key}": "0", f"value-{key}": "1"}), 410)


def test_too_many_guesses_at_links_are_stopped(package: PolicyPackage, planner: Person) -> None:
    client = Client()
    statuses = {client.get(f"/strategy/answer/{number:043d}").status_code for number in range(301)}
    assert statuses == {404, 429}


def test_the_page_of_a_department_is_in_english_too(package: PolicyPackage, planner: Person) -> None:
    client = by_link(opened(package, planner).asks.get())
    page = text(client.get("/en" + SHEET))
    assert "Indicator 1 of 1" in page


# --- the office ---------------------------------------------------------------------------------------------------


def test_the_planner_sees_who_is_late_since_when_and_reminds(
    package: PolicyPackage, planner: Person, planner_client: Client
) -> None:
    campaign = opened(package, planner, departments=3)
    done = campaign.asks.order_by("pk").first()
    fill(done)
    send(done)
    make_due(campaign, 8)
    url = reverse("strategy:campaign", kwargs={"code": "07204", "campaign_id": campaign.pk})
    page = text(planner_client.get(url))
    assert page.count("8日おくれ") == 2
    assert "送った部署：1 / 3" in page
    remind = reverse("strategy:campaign-remind", kwargs={"code": "07204", "campaign_id": campaign.pk})
    assert "2部署に催促しました" in text(planner_client.post(remind, follow=True))


def test_preparing_leads_to_a_page_that_names_what_is_missing_before_anything_is_sent(
    package: PolicyPackage, planner_client: Client
) -> None:
    make_kpi(package, title="だれのものでもない指標")
    url = reverse("strategy:campaign-new", kwargs={"code": "07204", "strategy_id": package.strategy_id})
    given = {
        "fiscal_year": YEAR,
        "due_on": "2027-04-30",
        "reminder_days": "１、７、14日",
        "text": "お願いします",
    }
    page = text(planner_client.post(url, given, follow=True))
    assert "だれのものでもない指標" in page
    assert Campaign.objects.get().reminder_days == [1, 7, 14]
    assert Campaign.objects.get().state == Campaign.State.DRAFT


def test_the_planner_makes_a_link_that_is_shown_once(
    package: PolicyPackage, planner: Person, planner_client: Client
) -> None:
    ask = opened(package, planner).asks.get()
    url = reverse("strategy:ask-manage", kwargs={"code": "07204", "ask_id": ask.pk})
    page = text(planner_client.post(url, {"action": "make"}))
    found = re.search(r"/strategy/answer/([\w-]{40,})", page)
    assert found is not None
    assert ask_links.find(found[1]) == ask
    assert "/strategy/answer/" not in text(planner_client.get(url))


def test_a_kpi_owner_reaches_his_own_department_and_no_other(
    package: PolicyPackage,
    planner: Person,
    kpi_owner: Person,
    department: Organisation,
    signed_in: SignedIn,
) -> None:
    make_kpi(package, title="自分の指標", department=department)
    campaign = opened(package, planner)
    own = campaign.asks.get(department=department)
    other = campaign.asks.exclude(pk=own.pk).get()
    client = signed_in(kpi_owner)
    listed = text(client.get(reverse("strategy:campaigns", kwargs={"code": "07204"})))
    assert str(department) in listed
    assert "1課（架空）" not in listed
    assert "自分の指標" in text(
        client.get(reverse("strategy:ask-office", kwargs={"code": "07204", "ask_id": own.pk}))
    )
    for name in ("ask-office", "ask-paste", "ask-look"):
        url = reverse(f"strategy:{name}", kwargs={"code": "07204", "ask_id": other.pk})
        assert client.get(url).status_code == 404
    sheet = reverse("strategy:sheet", kwargs={"code": "07204", "strategy_id": package.strategy_id})
    assert client.get(sheet).status_code == 403


def test_no_query_per_department_or_kpi(
    package: PolicyPackage, planner: Person, planner_client: Client, django_assert_max_num_queries: Any
) -> None:
    campaign = opened(package, planner, departments=6, each=3)
    ask = campaign.asks.first()
    token_client = by_link(ask)
    code = {"code": "07204"}
    pages = [
        (planner_client, reverse("strategy:campaigns", kwargs=code)),
        (planner_client, reverse("strategy:campaign", kwargs={**code, "campaign_id": campaign.pk})),
        (planner_client, reverse("strategy:ask-office", kwargs={**code, "ask_id": ask.pk})),
        (planner_client, reverse("strategy:sheet", kwargs={**code, "strategy_id": package.strategy_id})),
        (planner_client, reverse("strategy:sheet-file", kwargs={**code, "strategy_id": package.strategy_id})),
        (token_client, SHEET),
        (token_client, LOOK),
    ]
    for client, url in pages:
        with django_assert_max_num_queries(20):
            assert client.get(url).status_code == 200


# --- tables -------------------------------------------------------------------------------------------------------


def upload(
    client: Client, package: PolicyPackage, data: bytes, name: str = "kpi.xlsx", layout: str = "default"
) -> Any:
    url = reverse("strategy:sheet", kwargs={"code": "07204", "strategy_id": package.strategy_id})
    return client.post(url, {"layout": layout, "file": SimpleUploadedFile(name, data)}, follow=True)


def downloaded(client: Client, package: PolicyPackage, **query: str) -> bytes:
    url = reverse("strategy:sheet-file", kwargs={"code": "07204", "strategy_id": package.strategy_id})
    return bytes(client.get(url, query).content)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "cp932"])
def test_a_downloaded_table_comes_in_again_with_no_difference(
    package: PolicyPackage, kpi: Kpi, planner_client: Client, kind: str
) -> None:
    data = downloaded(planner_client, package, format=kind)
    name = "kpi.xlsx" if kind == "xlsx" else "kpi.csv"
    assert "いまの値とちがうところはありません" in text(upload(planner_client, package, data, name))
    assert KpiActual.objects.count() == 3


def test_nothing_is_written_before_one_confirms_and_a_correction_needs_a_reason(
    package: PolicyPackage, kpi: Kpi, planner_client: Client, planner: Person
) -> None:
    book = load_workbook(io.BytesIO(downloaded(planner_client, package)))
    book["KPI"]["I4"], book["KPI"]["J4"], book["KPI"]["K4"] = 145, 150, "たくさん"
    written = io.BytesIO()
    book.save(written)
    page = text(upload(planner_client, package, written.getvalue()))
    assert "140世帯" in page
    assert "K4" in page
    assert KpiActual.objects.count() == 3
    made = ValueImport.objects.get()
    kwargs = {"code": "07204", "strategy_id": package.strategy_id, "import_id": made.pk}
    url = reverse("strategy:value-import", kwargs=kwargs)
    planner_client.post(url, {"reason": ""})
    assert KpiActual.objects.count() == 3
    assert planner_client.post(url, {"reason": "決算で確定"}).status_code == 302
    rows = KpiActual.objects.live().filter(kpi=kpi)
    corrected, new = rows.get(reported_in=2022), rows.get(reported_in=2023)
    assert (corrected.value, corrected.reason, corrected.replaces.value) == (145, "決算で確定", 140)
    assert (new.value, new.origin, new.entered_by) == (150, "imported", planner)
    planner_client.post(url, {"reason": "もう一度"})
    assert KpiActual.objects.count() == 5, "written once"


def test_a_value_that_changed_since_the_file_was_read_stops_the_whole_import(
    package: PolicyPackage, kpi: Kpi, planner_client: Client
) -> None:
    book = load_workbook(io.BytesIO(downloaded(planner_client, package)))
    book["KPI"]["H4"], book["KPI"]["I4"] = 126, 145
    written = io.BytesIO()
    book.save(written)
    upload(planner_client, package, written.getvalue())
    held = KpiActual.objects.get(kpi=kpi, reported_in=2022)
    KpiActual.objects.create(
        strategy=kpi.strategy,
        kpi=kpi,
        reported_in=2022,
        value=141,
        replaces=held,
        reason="x",
        entered_at=held.entered_at,
    )
    made = ValueImport.objects.get()
    kwargs = {"code": "07204", "strategy_id": package.strategy_id, "import_id": made.pk}
    page = text(planner_client.post(reverse("strategy:value-import", kwargs=kwargs), {"reason": "決算"}))
    assert "I4" in page
    assert "変わりました" in page
    assert KpiActual.objects.filter(value__in=(126, 145)).count() == 0


def test_a_citys_layout_is_read_from_its_sample_kept_and_used(
    package: PolicyPackage, kpi: Kpi, planner_client: Client
) -> None:
    sample = "No.,指標名,単位,R2,R3,R4,R5\r\n1-1,移住した世帯の数,世帯,,,,\r\n".encode("cp932")
    url = reverse("strategy:layout-new", kwargs={"code": "07204", "strategy_id": package.strategy_id})
    page = text(planner_client.post(url, {"file": SimpleUploadedFile("市の表.csv", sample), "sheet": ""}))
    assert "2020=D, 2021=E, 2022=F, 2023=G" in page
    given = {
        "name": "市の表",
        "heading_row": "1",
        "column_title": "ｂ",
        "column_number": "A",
        "column_unit": "C",
    }
    answer = planner_client.post(url, {**given, "years": "2020=D、2021=E 2022=F, 2023=G"})
    assert answer.status_code == 302
    layout = SheetLayout.objects.get()
    data = downloaded(planner_client, package, format="csv", layout=str(layout.pk))
    assert data.decode("utf-8-sig").splitlines()[1] == "1-1,移住した世帯の数,世帯,110,125,140,"
    again = upload(planner_client, package, data, "own.csv", str(layout.pk))
    assert "いまの値とちがうところはありません" in text(again)


def test_planners_of_another_town_reach_no_table(
    package: PolicyPackage, other_planner: Person, signed_in: SignedIn
) -> None:
    client = signed_in(other_planner)
    for name in ("sheet", "sheet-file", "layout-new"):
        url = reverse(f"strategy:{name}", kwargs={"code": "07204", "strategy_id": package.strategy_id})
        assert client.get(url).status_code == 403
        foreign = reverse(f"strategy:{name}", kwargs={"code": "07201", "strategy_id": package.strategy_id})
        assert client.get(foreign).status_code == 404


def test_a_draft_is_no_campaign_for_departments(package: PolicyPackage, planner: Person) -> None:
    campaign = prepared(package, planner)
    assert not campaign.asks.exists()
