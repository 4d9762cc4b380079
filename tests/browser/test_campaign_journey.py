"""A year of a strategy in the browser: 60 KPIs, 30 departments, from the invitation to the published report.

Five departments fill in the pages as people do, one of them by pasting twelve cells. The other twenty-five go through
the same pages and forms, which their browser reads and sends without drawing them: that keeps the run short. Every
kind of page is looked at with axe once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sosei.core.people import demonstration
from tests.browser.campaign_site import DEPARTMENTS, OWNED, PASTED, Place, place
from tests.browser.journey_steps import Seen, Walker, address_name, button_of, walker_at
from tests.browser.test_every_page import BY_THE_YEAR

__all__ = ["place"]

pytestmark = pytest.mark.browser

DRAWN = 5
"""So many departments see their pages drawn."""
YEAR = 2023
PASTED_VALUES = range(131, 131 + PASTED)
CAUSE = "窓口を1つにまとめた（架空）"
COMMENT = "窓口をまとめたのは良い取り組みです。（架空）"

ANSWERS_UNDRAWN = """async ([address, name]) => {
  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), 'text/html');
  const send = async (form, more, here) => {
    const data = new URLSearchParams([...new FormData(form), ...Object.entries(more)]);
    return fetch(form.getAttribute('action') || here, { method: 'POST', body: data });
  };
  const letters = await read(await fetch('/demo/mailbox?to=' + encodeURIComponent(address)));
  const link = letters.querySelector('article').textContent.match(/\\/strategy\\/answer\\/[\\w-]+/)[0];
  const sheet = (await read(await fetch(link))).querySelector('form#answers');
  for (const box of sheet.querySelectorAll('[name^=value-]')) box.value = '170';
  const looked = await send(sheet, { action: 'look' });
  const form = (await read(looked)).querySelector('main form.form');
  form.querySelector('[name=name]').value = name;
  return (await read(await send(form, {}, looked.url))).querySelector('main').textContent;
}"""
"""A department reads its mail, fills in its sheet, looks it over and sends it, by the forms of pages not drawn."""


def _address(number: int) -> str:
    return f"d{number}@journey.example.jp"


def _link_of(walker: Walker, number: int) -> str:
    letter = walker.mail_to(_address(number), "KPIの実績を入力してください")
    found = re.search(r"/strategy/answer/[\w-]+", letter)
    assert found is not None
    return found[0]


def _signs_in(walker: Walker, login: str) -> None:
    cast = next(one for one in demonstration.CAST if one.login == login)
    walker.open("/demonstration/sign-in")
    walker.page.get_by_role("button", name=button_of(cast)).first.click()
    expect(walker.page).to_have_url(re.compile(r"/me/$"))


def _picks(walker: Walker, choice: str) -> None:
    walker.main.get_by_role("radio", name=choice, exact=True).check()


def _sends(walker: Walker, name: str) -> None:
    walker.press("保存して、送る前に確かめる")
    walker.arrives("送る前に確かめる")
    walker.fill(入力した人の名前=name)
    walker.press("すべて送る")
    walker.reads("に送りました")


def _paste(page: Page, text: str) -> None:
    """By the clipboard, as from a spreadsheet."""
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.get_by_label("はり付ける欄").click()
    page.keyboard.press("Control+V")


def test_a_year_of_60_kpis_and_30_departments_from_the_invitation_to_the_published_report(
    place: Place, browser: Browser, tmp_path: Path
) -> None:
    seen = Seen()
    somebody: Any = walker_at(browser, place.address, seen)
    with somebody() as planner:
        _signs_in(planner, "kikaku")
        campaign, links = _opens_the_campaign(planner, place)
        _the_first_pastes_twelve(somebody, links[0])
        planner.open(campaign)
        planner.reads(f"送った部署：1 / {DEPARTMENTS}")
        _the_others_answer(somebody, links)
        _closes_the_campaign(planner, campaign)
        _exports_and_imports_the_same(planner, tmp_path / "out.xlsx")

        _sees_nothing_of_the_year_yet(somebody, place)
        review = _reviewed(somebody, planner, place)
        planner.open(review)
        planner.follow("公表する", within=planner.main.get_by_role("region"), exact=True)
        planner.arrives("評価を公表する")
        planner.press("公表する", within=planner.main)
        planner.reads("評価を公表しました。")
        _a_visitor_reads_it(somebody, place)

        planner.follow("評価をやり直す")
        planner.arrives("評価をやり直す")
        planner.open(review)
        planner.follow("施策1-1-1", within=planner.main.get_by_role("table"))
        for page in (planner.page.url.replace("/evaluate/", "/changes/"), *place.rare):
            planner.open(page)
            assert address_name(planner.page.url) == address_name(page)
            expect(planner.page.get_by_role("heading", level=1)).to_be_visible()
            planner.look()
    assert sorted(BY_THE_YEAR - seen.names) == []


def _opens_the_campaign(planner: Walker, place: Place) -> tuple[str, list[str]]:
    """The address of the campaign, and the links that the first departments were sent."""
    planner.open(f"/07204/office/strategy/{place.strategy}/campaigns/new")
    planner.page.get_by_label("どの年度の実績を聞くか").select_option(str(YEAR))
    planner.page.get_by_label("年", exact=True).fill("2027")
    planner.page.get_by_label("月", exact=True).fill("4")
    planner.page.get_by_label("日", exact=True).fill("30")
    planner.press("次へ：確かめる")
    planner.reads(f"{DEPARTMENTS}部署に、KPI {OWNED}件")
    planner.look()
    planner.press("調査を始めて、リンクを送る")
    planner.reads(f"送った部署：0 / {DEPARTMENTS}")
    planner.look()
    return planner.page.url, [_link_of(planner, number) for number in range(1, DRAWN + 1)]


def _the_others_answer(somebody: Any, links: list[str]) -> None:
    with somebody(width=375, height=800) as owner:
        for number, link in enumerate(links[1:], 2):
            owner.open(link)
            owner.arrives(f"調査{number:02}課")
            for box in owner.page.get_by_label("令和5年度の値（世帯）").all():
                box.fill("170")
            _sends(owner, f"架空 {number}")
        for number in range(DRAWN + 1, DEPARTMENTS + 1):
            told = owner.page.evaluate(ANSWERS_UNDRAWN, [_address(number), f"架空 {number}"])
            assert "に送りました" in told and f"調査{number:02}課" in told


def _closes_the_campaign(planner: Walker, campaign: str) -> None:
    planner.open(campaign)
    planner.reads(f"送った部署：{DEPARTMENTS} / {DEPARTMENTS}")
    planner.reads(f"値のあるKPI：{OWNED} / {OWNED}")
    planner.look()
    planner.follow("調査を締め切る")
    planner.arrives("締め切")
    planner.press("締め切る", within=planner.main)
    planner.reads("に締め切りました")


def _exports_and_imports_the_same(planner: Walker, file: Path) -> None:
    planner.follow("Excelで出し入れする")
    planner.arrives("Excelで出し入れする")
    planner.downloads(
        lambda: planner.page.get_by_role("link", name=re.compile("^Excel")).first.click()
    ).save_as(file)
    planner.main.get_by_label("ファイル").set_input_files(file)
    planner.press("読み込んで、何が変わるかを見る")
    planner.arrives("「out.xlsx」の取り込み")
    planner.reads("いまの値とちがうところはありません。")
    # The values of 2022 and those that have just been collected.
    for text in (
        "新しい値 0件",
        "直す値 0件",
        f"同じ値 {OWNED * 2}件",
        "読めないセル 0件",
        "分からない行 0件",
    ):
        planner.reads(text)


def _sees_nothing_of_the_year_yet(somebody: Any, place: Place) -> None:
    with somebody() as visitor:
        visitor.open(f"/07204/strategy/{place.strategy}/board")
        visitor.arrives("KPIの状況（令和4年度）")
        visitor.open(f"/07204/strategy/{place.strategy}/reviews")
        visitor.reads("公表した評価は、まだありません")


def _reviewed(somebody: Any, planner: Walker, place: Place) -> str:
    """The review of the year from its opening to its closing; the address of the work on it."""
    planner.open(f"/07204/strategy/{place.strategy}/reviews")
    planner.follow("年度の評価を始める")
    planner.arrives("年度の評価を始める")
    planner.page.get_by_label("評価する年度").select_option(str(YEAR))
    planner.press("評価を始める", within=planner.main)
    planner.arrives("令和5年度の評価を進める")
    review = planner.page.url
    _the_department_evaluates(somebody, review)
    _the_planner_evaluates(planner, review)
    _ends_the_stage(planner, review)
    _the_planner_adds_to_the_departments_text(planner, review)
    _ends_the_stage(planner, review)
    _the_expert_comments(somebody, review)
    _the_planner_answers(planner, review)
    _ends_the_stage(planner, review)
    _closes_the_review(planner, review)
    return review


def _the_department_evaluates(somebody: Any, review: str) -> None:
    with somebody() as owner:
        _signs_in(owner, "kpi")
        owner.open(review)
        owner.arrives("令和5年度の評価を進める")
        owner.follow("「施策1-1-1」の評価を書く")
        owner.arrives("「施策1-1-1」の令和5年度の評価")
        # What was collected stands there already.
        expect(owner.box("成果")).to_have_value(re.compile("調査01の指標01：131世帯"))
        expect(owner.box("課題")).to_have_value(re.compile(re.escape(CAUSE)))
        _picks(owner, "おおむね進んだ")
        owner.fill(行ったこと="相談会を6回開いた。")
        owner.press("提出して次へ")
        owner.reads("「施策1-1-1」の評価を提出しました。")


def _the_planner_evaluates(planner: Walker, review: str) -> None:
    for title in ("施策1-1-2", "政策パッケージ1-2"):
        planner.open(review)
        planner.follow(title, within=planner.main.get_by_role("table"))
        planner.arrives(f"「{title}」の令和5年度の評価")
        _picks(planner, "着実に進んだ")
        planner.fill(
            行ったこと="予定どおりに行った。", 成果="移った世帯が増えた。", 企画担当の所見="続ける。"
        )
        planner.press("提出して次へ")
        planner.reads(f"「{title}」の評価を提出しました。")


def _ends_the_stage(planner: Walker, review: str) -> None:
    planner.open(review)
    planner.follow("段階を終えて次に進む")
    planner.arrives("段階を終える")
    planner.press("終えて、次に進む")
    planner.reads("次の段階に進めました。")


def _the_planner_adds_to_the_departments_text(planner: Walker, review: str) -> None:
    planner.open(review)
    planner.follow("「施策1-1-1」の所見を書く")
    planner.follow("部署に差し戻す")
    planner.arrives("「施策1-1-1」の評価を差し戻す")
    planner.follow("やめる")
    for way in ("前の段階に差し戻す", "全体のまとめを書く"):
        planner.follow(way)
        planner.arrives(way)
        planner.follow("やめる")
    planner.follow("「施策1-1-1」の所見を書く")
    planner.fill(企画担当の所見="窓口が効いている。")
    planner.press("提出して次へ")
    planner.reads("「施策1-1-1」の評価を提出しました。")


def _the_expert_comments(somebody: Any, review: str) -> None:
    with somebody() as expert:
        _signs_in(expert, "yushiki")
        expert.follow("役所の画面", within=expert.menu())
        expert.arrives("役所の画面")
        expert.follow("年度の評価", within=expert.main)
        expert.reads("令和5年度")
        expert.look()
        expert.open(review)
        expert.arrives("令和5年度の評価を進める")
        expert.follow("報告を読む")
        expert.arrives("令和5年度の評価")
        expert.reads("下書きです")
        expert.page.go_back()
        expert.follow("「施策1-1-1」を読んで意見を書く")
        expert.arrives("施策1-1-1")
        expert.reads("相談会を6回開いた。")
        expert.press("保存して次へ")
        expert.look()
        _picks(expert, "目標の達成に役立った")
        expert.fill(意見の内容=COMMENT)
        expert.press("保存して次へ")
        for left in (3, 2, 1):
            expert.reads(f"保存しました。あと{left}件です。")
            _picks(expert, "意見なし")
            expert.press("保存して次へ")
        expert.arrives("あなたの意見")
        expert.reads(COMMENT)
        expert.fill(意見といっしょに公表する名前="見本 学（架空）")
        expert.press("出し終える")
        expert.reads("意見を出し終えました。")
        expert.look()


def _the_planner_answers(planner: Walker, review: str) -> None:
    planner.open(review)
    planner.follow("外部有識者を招く・催促する")
    planner.arrives("外部有識者")
    planner.reads("出し終えた")
    planner.open(review)
    planner.follow("外部有識者の意見")
    planner.arrives("外部有識者の意見")
    planner.reads(COMMENT)
    planner.fill(企画担当の回答="窓口を2つに増やす。")
    planner.press("回答する")
    planner.reads("回答を保存しました。")


def _closes_the_review(planner: Walker, review: str) -> None:
    planner.open(review)
    planner.follow("評価を締める")
    planner.arrives("評価を締める")
    planner.press("評価を締める", within=planner.main)
    planner.reads("足りないものが1件あります。")
    planner.look()
    planner.fill(**{"「政策パッケージ1-3」の評価が出ていません。": "来年度から始めるため"})
    planner.press("評価を締める", within=planner.main)
    planner.reads("評価を締めました。")


def _a_visitor_reads_it(somebody: Any, place: Place) -> None:
    with somebody() as visitor:
        visitor.open(f"/07204/strategy/{place.strategy}/reviews")
        visitor.arrives("年度の評価")
        visitor.follow("令和5年度の評価")
        visitor.arrives("令和5年度の評価")
        pasted = visitor.page.get_by_role("table", name="「施策1-1-1」のKPI")
        assert [cell.strip() for cell in pasted.locator("td[data-label='実績値']").all_inner_texts()] == [
            f"{value}世帯" for value in PASTED_VALUES
        ]
        for text in (CAUSE, "窓口が効いている。", COMMENT, "窓口を2つに増やす。", "来年度から始めるため"):
            visitor.reads(text)
        visitor.open(f"/07204/strategy/{place.strategy}/board")
        visitor.arrives("KPIの状況（令和5年度）")
        board = visitor.page.get_by_role("table", name="KPIの一覧")
        for number, value in enumerate(PASTED_VALUES, 1):
            line = board.get_by_role("row").filter(has_text=f"調査01の指標{number:02}")
            expect(line.locator("td[data-label='新しい値']")).to_contain_text(f"{value}世帯")


def _the_first_pastes_twelve(somebody: Any, link: str) -> None:
    values = ["１３１", "1,32世帯", *(str(value) for value in PASTED_VALUES[2:])]
    with somebody(permissions=["clipboard-read", "clipboard-write"]) as owner:
        owner.open(link)
        owner.arrives("調査01課")
        owner.follow("Excelからはり付ける")
        owner.arrives("Excelからはり付ける")
        _paste(owner.page, "\r\n".join(values))
        owner.press("どう入るかを見る")
        owner.reads("2行目の「1,32世帯」")
        owner.look()
        values[1] = "132世帯"
        owner.page.get_by_label("はり付ける欄").fill("")
        _paste(owner.page, "\r\n".join(values))
        owner.press("列を変えて、もう一度見る")
        owner.press(f"{PASTED}件を取り込む")
        owner.reads(f"KPI {PASTED}件のうち{PASTED}件に値があります")
        # What is typed is kept as one goes, without a button.
        owner.page.get_by_label("要因（増えた・減ったわけ）").first.fill(CAUSE)
        owner.page.get_by_label("令和5年度の値（世帯）").first.click()
        expect(owner.page.locator("#sheet-progress")).to_contain_text("に保存しました")
        owner.page.reload()
        expect(owner.page.get_by_label("要因（増えた・減ったわけ）").first).to_have_value(CAUSE)
        owner.look()
        _sends(owner, "架空 一郎")
