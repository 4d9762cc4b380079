"""Ten journeys of people through the demonstration in a real browser, told in the words of the screen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sosei.core.people import demonstration, roles
from tests.browser.journey_steps import (
    Journey,
    Seen,
    Walker,
    button_of,
    code_of_app,
    walker_at,
    wrong_code,
)

pytestmark = pytest.mark.browser

PASSWORD = "kaze-no-toorimichi-7"
TOWN, OTHER_TOWN = "07204", "07201"


@pytest.fixture(scope="session")
def seen() -> Seen:
    """What all journeys of this run passed."""
    return Seen()


@pytest.fixture
def somebody(browser: Browser, site: str, seen: Seen) -> Journey:
    """`with somebody() as walker:` gives a person with a browser of their own."""
    return walker_at(browser, site.replace("127.0.0.1", "localhost"), seen)


def email_of(role: str, code: str = TOWN) -> str:
    """Under which an invented person signs in."""
    cast = next(one for one in demonstration.CAST if one.role == role and one.language == "ja")
    return demonstration.email_of(cast, code)


def signs_up(walker: Walker, contact: str) -> None:
    """As everybody does: contact, password, two agreements, the code from the mailbox."""
    walker.open("/account/signup/")
    walker.arrives("アカウントを作る")
    fills_in_sign_up(walker, contact)
    walker.arrives("コードを入力する")
    walker.fill(届いたコード=walker.code_sent_to(contact))
    walker.press("確かめる")
    walker.arrives("マイページ")


def fills_in_sign_up(walker: Walker, contact: str) -> None:
    """The form, as a whole."""
    walker.fill(メールアドレスか携帯電話の番号=contact, パスワード=PASSWORD)
    walker.choose("「あなたの情報の使いかた」に同意します")
    walker.choose("「利用のきまり」に同意します")
    walker.press("アカウントを作る")


def signs_in(walker: Walker, contact: str, password: str = demonstration.PASSWORD) -> None:
    """With the password; whoever has a second factor is asked for it next."""
    walker.open("/account/login/")
    walker.arrives("ログイン")
    walker.fill(メールアドレスか携帯電話の番号=contact, パスワード=password)
    walker.press("ログイン", within=walker.main, exact=True)


def proves_it_once_more(walker: Walker, password: str) -> None:
    """Before something that matters, everybody is asked for the password again."""
    walker.arrives("もう一度、本人か確かめます")
    walker.fill(パスワード=password)
    walker.press("確かめる")


def becomes(walker: Walker, role: str, code: str = TOWN) -> None:
    """One of the demonstration's people, by one click on its list."""
    cast = next(one for one in demonstration.CAST if one.role == role and one.language == "ja")
    towns = {code: name for code, name, _english in demonstration.TOWNS}
    walker.open("/demonstration/sign-in")
    walker.arrives("実演の人")
    of_town = walker.main.locator(f"xpath=.//h3[.='{towns[code]}']/following-sibling::ul[1]")
    of_town.get_by_role("button", name=button_of(cast)).click()
    walker.arrives("マイページ")


# --- 1 sign up ------------------------------------------------------------------------------------------------------


def test_somebody_signs_up_by_mail_and_joins_her_town(somebody: Journey) -> None:
    with somebody() as hanako:
        hanako.open("/")
        hanako.follow("ログイン")
        hanako.arrives("ログイン")
        hanako.follow("アカウントを作る")
        hanako.arrives("アカウントを作る")
        hanako.press("アカウントを作る")
        hanako.reads("直すところが4か所あります")
        hanako.look()
        fills_in_sign_up(hanako, "hanako@example.jp")
        hanako.arrives("コードを入力する")
        hanako.reads("hanako@example.jp")
        code = hanako.code_sent_to("hanako@example.jp")
        hanako.fill(届いたコード=wrong_code(code))
        hanako.press("確かめる")
        hanako.reads("直すところが1か所あります")
        hanako.fill(届いたコード=code)
        hanako.press("確かめる")
        hanako.arrives("マイページ")
        hanako.reads("hanako@example.jp")
        hanako.main.get_by_label("町に入る").select_option(label="いわき市")
        hanako.press("入る")
        hanako.reads("住民・利用者")
        hanako.signs_out()
        signs_in(hanako, "hanako@example.jp", PASSWORD)
        hanako.arrives("マイページ")


def test_somebody_without_mail_signs_up_by_telephone(somebody: Journey) -> None:
    with somebody(width=375) as taro:
        taro.open("/account/signup/")
        taro.arrives("アカウントを作る")
        fills_in_sign_up(taro, "０９０－１２３４－５６７８")
        taro.arrives("コードを入力する")
        taro.reads("090-1234-5678にSMSを送りました")
        taro.fill(届いたコード=taro.code_sent_to("9012345678"))
        taro.press("確かめる")
        taro.arrives("マイページ")
        taro.reads("090-1234-5678")


def test_somebody_who_forgot_the_password_chooses_another(somebody: Journey) -> None:
    citizen = email_of(roles.CITIZEN, OTHER_TOWN)
    with somebody(width=375) as walker:
        walker.open("/account/login/")
        walker.follow("パスワードを忘れたとき")
        walker.arrives("パスワードを忘れたとき")
        walker.fill(メールアドレスか携帯電話の番号=citizen)
        walker.press("コードを送る")
        walker.arrives("コードを入力する")
        walker.fill(届いたコード=walker.code_sent_to(citizen))
        walker.press("確かめる")
        walker.arrives("新しいパスワードを決める")
        walker.fill(新しいパスワード=PASSWORD)
        walker.press("このパスワードにする")
        walker.arrives("パスワードを新しくしました")
        signs_in(walker, citizen, PASSWORD)
        walker.arrives("マイページ")


# --- 2 invite -------------------------------------------------------------------------------------------------------


def test_a_planner_invites_a_colleague_who_is_at_work_in_the_office_soon_after(somebody: Journey) -> None:
    colleague = "tanaka@city.example.jp"
    with somebody() as planner, somebody() as tanaka:
        becomes(planner, roles.PLANNER)
        planner.follow("役所の画面", within=planner.header)
        planner.arrives("いわき市の役所の画面")
        planner.follow("役割を持つ人", within=planner.main)
        planner.arrives("いわき市で役割を持つ人")
        planner.follow("招待する")
        planner.arrives("招待")
        planner.choose("事業担当")
        planner.fill(メールアドレス=colleague)
        planner.main.get_by_label(re.compile("理由")).fill("移住の相談を受ける人がふえたため")
        planner.press("招待のメールを送る")
        planner.reads(colleague)

        letter = tanaka.mail_to(colleague, "招待")
        link = re.search(r"http\S+/account/invitation/\S+", letter)
        assert link
        tanaka.open(link.group())
        tanaka.arrives("招待が届いています")
        tanaka.reads("事業担当")
        tanaka.follow("アカウントを作る", within=tanaka.main)
        tanaka.arrives("アカウントを作る")
        expect(tanaka.box("メールアドレスか携帯電話の番号")).to_have_value(colleague)
        fills_in_sign_up(tanaka, colleague)
        tanaka.arrives("招待が届いています")
        tanaka.press("招待を受ける")
        tanaka.arrives("もう一つの確認")
        sets_up_the_app(tanaka)
        tanaka.follow("役所の画面", within=tanaka.main)
        tanaka.arrives("いわき市の役所の画面")
        tanaka.reads("あなたの役割：事業担当")

        planner.open(f"/{TOWN}/office/members")
        planner.misses("返事を待つ招待")
        planner.reads(colleague)


def sets_up_the_app(walker: Walker) -> str:
    """Registers an authenticator app, keeps the recovery codes; returns the app's secret."""
    walker.follow("認証アプリを登録する")
    proves_it_once_more(walker, PASSWORD)
    walker.arrives("認証アプリを登録する")
    walker.page.get_by_text("読み取れないとき").click()
    secret = walker.main.locator("details code").inner_text().replace(" ", "")
    walker.fill(認証アプリの数字=code_of_app(secret))
    walker.press("登録する")
    walker.arrives("予備のコード")
    walker.follow("保管しました")
    walker.arrives("もう一つの確認（2段階認証）")
    return secret


# --- 3 second factor ------------------------------------------------------------------------------------------------


def test_staff_sign_in_with_the_app_with_a_code_on_paper_and_with_a_passkey(somebody: Journey) -> None:
    planner = email_of(roles.PLANNER, OTHER_TOWN)
    with somebody() as walker:
        signs_in(walker, planner)
        walker.arrives("もう一つの確認")
        right = code_of_app(demonstration.TOTP_SECRET)
        walker.fill(認証アプリの数字=wrong_code(right))
        walker.press("確かめる")
        walker.reads("直すところが1か所あります")
        walker.open(f"/{OTHER_TOWN}/office/")
        walker.arrives("もう一つの確認")
        walker.fill(認証アプリの数字=right)
        walker.press("確かめる")
        walker.arrives("福島市の役所の画面")

        walker.open("/account/2fa/")
        walker.follow("コードを作る")
        proves_it_once_more(walker, demonstration.PASSWORD)
        walker.arrives("予備のコードを作")
        walker.press("作り直す")
        walker.reads("安全なところに置いてください")
        paper = walker.main.locator("li code").first.inner_text()
        walker.signs_out()
        signs_in(walker, planner)
        walker.arrives("もう一つの確認")
        walker.fill(認証アプリの数字=paper)
        walker.press("確かめる")
        walker.arrives("福島市の役所の画面")
        walker.signs_out()
        signs_in(walker, planner)
        walker.arrives("もう一つの確認")
        walker.fill(認証アプリの数字=paper)
        walker.press("確かめる")
        walker.reads("直すところが1か所あります")
        walker.fill(認証アプリの数字=code_of_app(demonstration.TOTP_SECRET, ahead=1))
        walker.press("確かめる")
        walker.arrives("福島市の役所の画面")

        has_a_device(walker.page)
        walker.open("/account/2fa/")
        walker.follow("パスキーを登録する")
        proves_it_once_more(walker, demonstration.PASSWORD)
        walker.arrives("パスキーを登録する")
        walker.fill(名前="窓口のパソコン")
        walker.press("パスキーを登録する")
        walker.page.wait_for_url(lambda url: "/passkeys/add/" not in url)
        walker.open("/account/2fa/passkeys/")
        walker.arrives("登録したパスキー")
        walker.reads("窓口のパソコン")
        walker.signs_out()
        walker.open("/account/login/")
        walker.press("パスキーでログイン")
        walker.arrives("福島市の役所の画面")

        walker.open("/account/2fa/passkeys/")
        walker.follow("名前を変える")
        walker.arrives("もう一度、本人か確かめます")
        walker.follow("パスキー", within=walker.main)
        walker.arrives("もう一度、本人か確かめます")
        walker.press("パスキーで確かめる")
        walker.arrives("パスキーの名前を変える")
        walker.fill(名前="課のパソコン")
        walker.press("保存する")
        walker.arrives("登録したパスキー")
        walker.reads("課のパソコン")
        walker.follow("消す", within=walker.main)
        walker.arrives("パスキーを消す")
        walker.press("パスキーを消す")
        walker.reads("パスキーはまだありません")


def has_a_device(page: Page) -> None:
    """A device that knows its owner's fingerprint, made by the browser's own tools for testing."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_role_of_staff_rests_when_the_second_factor_is_taken_away(somebody: Journey) -> None:
    with somebody() as member:
        signs_in(member, email_of(roles.MAYORS_OFFICE, OTHER_TOWN))
        member.arrives("もう一つの確認")
        member.fill(認証アプリの数字=code_of_app(demonstration.TOTP_SECRET))
        member.press("確かめる")
        member.arrives("福島市の役所の画面")
        member.open("/account/2fa/")
        member.follow("認証アプリの登録を消す")
        proves_it_once_more(member, demonstration.PASSWORD)
        member.arrives("認証アプリの登録を消す")
        member.press("登録を消す")
        member.reads("認証アプリ")
        member.open(f"/{OTHER_TOWN}/office/")
        member.arrives("もう一つの確認（2段階認証）")
        member.reads("役所の画面を使う前に、もう一つの確認（2段階認証）を設定してください。")


# --- 4 proxy --------------------------------------------------------------------------------------------------------


def test_staff_register_a_caller_and_change_the_address_in_the_callers_name(somebody: Journey) -> None:
    with somebody() as staff:
        becomes(staff, roles.PROGRAMME_STAFF)
        staff.open(f"/{TOWN}/office/people")
        staff.arrives("人")
        staff.follow("新しく登録する")
        staff.arrives("電話や窓口の人を登録する")
        staff.fill(
            **{
                "姓（みょうじ）": "電話",
                "名（なまえ）": "太郎",
                "姓の読みかた": "でんわ",
                "名の読みかた": "たろう",
                "電話番号": "0246-00-0011",
                "登録する理由": "電話で、住まいの相談を受けた",
            }
        )
        staff.choose("あなたの情報の使いかた")
        staff.choose("利用のきまり")
        staff.press("登録する")
        staff.arrives("電話 太郎")
        staff.reads("デンワ タロウ")
        page_of_caller = staff.page.url

        staff.follow("本人に代わって操作する")
        staff.arrives("電話 太郎さんに代わって操作する")
        staff.fill(理由="電話で、住所の変更を頼まれた")
        staff.press("始める")
        staff.arrives("電話 太郎さんのマイページ")
        acting = staff.page.get_by_role("region", name="代わりの操作")
        expect(acting).to_contain_text("電話 太郎さんに代わって操作中")
        staff.main.get_by_role("link", name=re.compile("^入れる.*住所")).click()
        staff.arrives("住所")
        staff.fill(郵便番号="９７０８０２６")
        staff.press("郵便番号から住所を入れる")
        staff.reads("住所を入れました。")
        expect(staff.box("市区町村")).to_have_value("いわき市")
        staff.fill(番地="梅本21")
        staff.press("保存する")
        staff.arrives("電話 太郎さんのマイページ")
        staff.reads("いわき市平梅本21")
        staff.open("/account/")
        staff.arrives("代わりの操作ではできません")
        staff.open("/me/looks")
        staff.arrives("見た人の記録")
        staff.reads("住所を変えた")
        staff.reads("あなたに代わって（電話）")
        staff.press("代わりの操作を終える", within=acting)
        staff.reads("代わる操作を終えました")
        expect(acting).to_have_count(0)

        assert staff.page.url == page_of_caller
        staff.reads("見本 業子")
        staff.reads("住所を変えた")
        staff.reads("電話で、住所の変更を頼まれた")
        staff.open(f"/{TOWN}/office/entries")
        staff.arrives("いわき市の記録")
        staff.reads("電話 太郎の住所が変わりました")
        staff.reads("（電話 太郎さんの代わり）")


# --- 5 consent ------------------------------------------------------------------------------------------------------


def test_somebody_agrees_takes_it_back_and_is_asked_again_about_a_new_version(somebody: Journey) -> None:
    title = "見守りの連絡"
    with somebody() as planner, somebody(width=375) as citizen:
        becomes(planner, roles.PLANNER, OTHER_TOWN)
        publishes(planner, title, "年に1回、電話で様子をうかがいます。")
        becomes(citizen, roles.CITIZEN, OTHER_TOWN)
        citizen.reads("まだ決めていない同意があります")
        citizen.open("/me/consents")
        citizen.arrives("同意")
        asked = citizen.page.get_by_role("region", name=title)
        expect(asked).to_contain_text("まだ決めていません")
        citizen.follow("読んで決める", within=asked)
        citizen.arrives(title)
        citizen.reads("年に1回、電話で様子をうかがいます。")
        citizen.press("同意する", exact=True)
        citizen.arrives("同意")
        expect(asked).to_contain_text("同意しています")

        citizen.follow("同意を取り消す", within=asked)
        citizen.arrives(title)
        citizen.press("同意を取り消す")
        citizen.arrives("同意")
        expect(asked).to_contain_text("取り消しました")

        citizen.follow("読んで決める", within=asked)
        citizen.press("同意する", exact=True)
        publishes(planner, title, "年に2回、電話で様子をうかがいます。")
        citizen.open("/me/consents")
        expect(asked).to_contain_text("新しくなりました")
        expect(asked).to_contain_text("第2版")


def publishes(planner: Walker, title: str, body: str) -> None:
    """A text of the town, or its next version."""
    planner.open(f"/{OTHER_TOWN}/office/consents")
    planner.arrives("同意の文")
    planner.fill(
        **{
            "名前（英小文字）": "mimamori",
            "題": title,
            "題（英語）": "Calls to look after you",
            "使う目的": "元気かどうかを確かめるために、電話番号を使います。",
            "使う目的（英語）": "Your number is used to ask how you are.",
            "本文": body,
            "本文（英語）": "We call you.",
            "新しい版にする理由": "回数が変わったため",
        }
    )
    planner.press("公表する")
    planner.reads("を公表しました")


def test_who_takes_back_what_is_needed_is_asked_again_before_going_on(somebody: Journey) -> None:
    with somebody() as citizen:
        becomes(citizen, roles.CITIZEN, OTHER_TOWN)
        citizen.open("/me/consents")
        terms = citizen.page.get_by_role("region", name="利用のきまり")
        citizen.follow("同意を取り消す", within=terms)
        citizen.press("同意を取り消す")
        citizen.open("/me/profile")
        citizen.arrives("続ける前に、読んでください")
        citizen.press("同意して続ける")
        citizen.reads("続けるには、すべての文を読んで、チェックを入れてください。")
        citizen.choose("「利用のきまり」に同意します")
        citizen.press("同意して続ける")
        citizen.arrives("名前と言葉")


# --- 6 export -------------------------------------------------------------------------------------------------------


def test_somebody_reads_and_takes_away_everything_that_is_kept(somebody: Journey) -> None:
    with somebody() as citizen:
        becomes(citizen, roles.CITIZEN)
        citizen.main.get_by_role("link", name=re.compile("^あなたの情報 ")).click()
        citizen.arrives("あなたの情報")
        citizen.reads(email_of(roles.CITIZEN))
        citizen.reads("ミホン")
        file = citizen.downloads(lambda: citizen.press("ファイルで受け取る（JSON）"))
        assert re.fullmatch(r"sosei-my-data-\d{4}-\d\d-\d\d\.json", file.suggested_filename)
        held = json.loads(Path(file.path()).read_text(encoding="utf-8"))
        text = json.dumps(held, ensure_ascii=False)
        assert email_of(roles.CITIZEN) in text
        assert "いわき市" in text or TOWN in text
        assert demonstration.TOTP_SECRET not in text
        assert not re.search(r"pbkdf2|argon2|scrypt|bcrypt", text)
        assert email_of(roles.CITIZEN, OTHER_TOWN) not in text
        citizen.look()


# --- 7 erase --------------------------------------------------------------------------------------------------------


def test_somebody_has_everything_erased_and_cannot_sign_in_again(somebody: Journey) -> None:
    with somebody() as leaver:
        signs_up(leaver, "leaver@example.jp")
        leaver.follow("あなたの情報を消す", within=leaver.main)
        proves_it_once_more(leaver, PASSWORD)
        leaver.arrives("あなたの情報を消す")
        leaver.press("消えるものと残るものを見る")
        leaver.arrives("あなたの情報を消す")
        leaver.reads("消えるもの")
        leaver.reads("残るもの")
        leaver.reads("理由")
        word = leaver.main.get_by_role("textbox")
        word.fill("消して")
        leaver.press("あなたの情報を消す")
        leaver.reads("「消して」ではありません")
        word.fill("消去")
        leaver.press("あなたの情報を消す")
        leaver.arrives("あなたの情報を消しました")
        expect(leaver.header.get_by_role("link", name="ログイン")).to_be_visible()
        signs_in(leaver, "leaver@example.jp", PASSWORD)
        leaver.arrives("ログイン")
        leaver.reads("直すところが1か所あります")


# --- 8 language -----------------------------------------------------------------------------------------------------


def test_switching_the_language_keeps_the_page_and_mail_comes_in_it(somebody: Journey) -> None:
    with somebody() as visitor:
        visitor.open(f"/{TOWN}/vision")
        visitor.follow("English", within=visitor.header)
        expect(visitor.page).to_have_url(re.compile(rf"/en/{TOWN}/vision"))
        expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
        visitor.follow("日本語", within=visitor.header)
        expect(visitor.page).to_have_url(re.compile(rf"//[^/]+/{TOWN}/vision"))

    with somebody(locale="en-GB") as maria:
        maria.open("/demonstration/sign-in")
        maria.main.get_by_role("button", name=re.compile("英語を使う住民")).first.click()
        maria.arrives("Maria")
        expect(maria.page).to_have_url(re.compile(r"/en/me/$"))

    with somebody(locale="en-GB") as maria:
        maria.open("/en/account/signup/")
        maria.arrives("Create an account")
        maria.main.get_by_role("textbox").nth(0).fill("maria.new@example.com")
        maria.main.locator("input[type=password]").fill(PASSWORD)
        expect(maria.main.get_by_role("checkbox").first).to_be_visible()
        for box in maria.main.get_by_role("checkbox").all():
            box.check()
        maria.press("Create an account")
        letter = maria.mail_to("maria.new@example.com")
        assert not re.search(r"[\u3040-\u30fa]", letter.replace("メール", "")), letter
        code = maria.code_sent_to("maria.new@example.com")
        maria.main.get_by_role("textbox").fill(code)
        maria.main.locator("form button[type=submit]").first.click()
        expect(maria.page).to_have_url(re.compile("/en/me/"))
        maria.look()


# --- 9 print --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "path", "of_table"),
    [
        (roles.PLANNER, f"/{TOWN}/office/members", "役割"),
        (roles.PROGRAMME_STAFF, f"/{TOWN}/office/people", "読みかた"),
        ("", f"/{TOWN}/vision", ""),
    ],
)
def test_on_paper_stands_what_is_read_and_nothing_that_is_pressed(
    somebody: Journey, role: str, path: str, of_table: str
) -> None:
    # The width of a sheet of A4 at the browser's 96 dots to the inch, without its margins.
    with somebody(width=718, height=1000) as reader:
        if role:
            becomes(reader, role)
        reader.open(path)
        reader.page.emulate_media(media="print")
        on_paper(reader, of_table)
        if path.endswith("people"):
            reader.page.emulate_media(media="screen")
            reader.main.locator("tbody a").first.click()
            reader.page.wait_for_url(re.compile(r"/office/people/[0-9a-f-]{36}"))
            reader.page.emulate_media(media="print")
            on_paper(reader, "")


def on_paper(reader: Walker, of_table: str) -> None:
    """No navigation, no buttons, nothing cut, and a PDF that comes out."""
    page = reader.page
    for gone in ("navigation", "button"):
        left = [one.inner_text() for one in page.get_by_role(gone).all() if one.is_visible()]
        assert left == [], (gone, left)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    cut = page.evaluate(
        """[...document.querySelectorAll('main *')].filter((one) => {
          const style = getComputedStyle(one);
          const hides = /auto|scroll|hidden|clip/.test(style.overflowX + style.overflowY);
          const hidden = style.clipPath !== 'none' || style.position === 'absolute';
          return hides && !hidden && one.checkVisibility()
            && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
            && one.clientWidth > 1;
        }).map((one) => one.outerHTML.slice(0, 150))"""
    )
    assert cut == []
    if of_table:
        expect(page.get_by_role("columnheader", name=of_table, exact=True)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF-")
    assert len(paper) > 10_000


# --- 10 phone width -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [375, 320])
def test_everything_is_done_on_a_phone_without_scrolling_sideways(somebody: Journey, width: int) -> None:
    with somebody(width=width, height=700) as walker:
        walker.open("/")
        is_for_thumbs(walker)
        walker.follow("ログイン")
        walker.follow("アカウントを作る")
        walker.arrives("アカウントを作る")
        is_for_thumbs(walker)
        fills_in_sign_up(walker, f"phone{width}@example.jp")
        walker.arrives("コードを入力する")
        is_for_thumbs(walker)
        walker.fill(届いたコード=walker.code_sent_to(f"phone{width}@example.jp"))
        walker.press("確かめる")
        walker.arrives("マイページ")
        is_for_thumbs(walker)
        walker.main.get_by_role("link", name=re.compile("^入れる.*住所")).click()
        walker.arrives("住所")
        walker.fill(郵便番号="970-8026")
        walker.press("郵便番号から住所を入れる")
        walker.reads("住所を入れました。")
        is_for_thumbs(walker)
        walker.fill(番地="梅本21")
        walker.press("保存する")
        walker.reads("いわき市平梅本21")
        walker.signs_out()

        becomes(walker, roles.PROGRAMME_STAFF)
        walker.menu().get_by_role("link", name="役所の画面").click()
        walker.arrives("いわき市の役所の画面")
        is_for_thumbs(walker)
        walker.open(f"/{TOWN}/office/people")
        walker.arrives("人")
        is_for_thumbs(walker)
        cards = walker.main.locator("tbody tr")
        expect(cards.first).to_be_visible()
        assert cards.first.evaluate("(row) => getComputedStyle(row).display") == "grid"


def is_for_thumbs(walker: Walker) -> None:
    """Nothing sideways; buttons at least 44 px high, other targets at least 24 px or apart from one another."""
    assert walker.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), walker.page.url
    small = walker.page.evaluate(
        """[...document.querySelectorAll('button, .button, select, summary, input:not([type=hidden])')]
          .filter((one) => one.checkVisibility() && !one.closest('.visually-hidden'))
          .map((one) => one.matches('[type=checkbox], [type=radio]') ? one.closest('label') ?? one : one)
          .map((one) => ({ html: one.outerHTML.slice(0, 120), box: one.getBoundingClientRect() }))
          .filter(({ box }) => box.height > 0 && box.height < 43.5)
          .map(({ html, box }) => `${box.height}: ${html}`)"""
    )
    assert small == [], walker.page.url


# --- what the crawl cannot reach --------------------------------------------------------------------------------------


def test_the_journeys_passed_the_pages_that_no_link_leads_to(
    seen: Seen, request: pytest.FixtureRequest
) -> None:
    from tests.browser.test_every_page import BY_JOURNEYS

    journeys = [one for one in request.session.items if one.path == request.path]
    if len(journeys) < 16 or request.session.testsfailed:
        pytest.skip("says something only after all journeys")
    assert sorted(BY_JOURNEYS - seen.names) == []
