"""The look as files: contrast computed from the stylesheet, no inline code in any template, every component on the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.messages import ERROR, SUCCESS
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

import sosei
from sosei.core.design import contrast
from sosei.core.design.templatetags.design import language_links

SOURCE = Path(sosei.__file__).parent
DESIGN = SOURCE / "core" / "design"
STYLESHEETS = sorted(DESIGN.glob("static/design/*.css"))
FRAME = {"base.html", "components.html"}
"""Templates of whole pages, which are no components."""


def component_templates() -> list[str]:
    folder = DESIGN / "templates"
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.html"))]
    return [name for name in names if Path(name).name not in FRAME]


@pytest.mark.parametrize("mode", contrast.MODES)
def test_every_pair_of_colours_can_be_seen_well_enough(mode: str) -> None:
    weak = [f"{p.fore} on {p.ground}: {p.ratio:.2f} < {p.least}" for p in contrast.pairs(mode) if not p.holds]
    assert weak == []


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast.ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast.ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast.ratio("#ffffff", "#767676") == contrast.ratio("#767676", "#ffffff")


def rules(css: str) -> list[tuple[str, dict[str, str]]]:
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return [
        (selector.strip(), dict(re.findall(r"([a-z-]+):\s*([^;]+);", body)))
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", bare)
    ]


@pytest.mark.parametrize("mode", contrast.MODES)
def test_every_rule_that_sets_both_colours_can_be_read(mode: str) -> None:
    values = contrast.tokens(mode)
    checked, weak = 0, []
    for sheet in STYLESHEETS:
        for selector, held in rules(sheet.read_text(encoding="utf-8")):
            names = [
                re.fullmatch(r"var\(--([a-z-]+)\)", held.get(key, "")) for key in ("color", "background")
            ]
            if not all(names) or "disabled" in selector.partition("::")[0]:
                continue
            fore, ground = (values[found[1]] for found in names if found)
            checked += 1
            if contrast.ratio(fore, ground) < contrast.WORDS:
                weak.append((selector, fore, ground))
    assert checked >= 15
    assert weak == []


def test_dark_names_every_colour_that_light_has_but_those_that_never_change() -> None:
    light, _at, dark = contrast.TOKENS.read_text(encoding="utf-8").partition("@media screen")
    pattern = r"--([a-z0-9-]+): #[0-9a-f]{6};"
    assert set(re.findall(pattern, light)) - set(re.findall(pattern, dark)) == {"alert", "on-alert"}


def test_every_token_a_stylesheet_uses_is_there() -> None:
    sheets = [*STYLESHEETS, *SOURCE.glob("*/*/static/*/*.css")]
    texts = [sheet.read_text(encoding="utf-8") for sheet in sheets]
    defined = {name for text in texts for name in re.findall(r"(--[a-z0-9-]+):", text)}
    used = {name for text in texts for name in re.findall(r"var\((--[a-z0-9-]+)", text)}
    assert used - defined == set()


def test_type_follows_the_readers_own_size() -> None:
    for sheet in STYLESHEETS:
        for selector, held in rules(sheet.read_text(encoding="utf-8")):
            size = held.get("font-size", "")
            assert "px" not in size or selector == "html", (selector, size)


class Inline(HTMLParser):
    """What a strict policy forbids in a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", text, flags=re.S))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        handlers = {name for name in names if re.fullmatch(r"on[a-z]+", name)}
        if tag == "style" or (tag == "script" and "src" not in names) or "style" in names or handlers:
            self.found.append(f"<{tag} {sorted(names)}>")
        for name, value in attrs:
            if name in {"href", "src", "action"} and re.match(r"(https?:)?//|javascript:", value or ""):
                self.found.append(f"<{tag} {name}={value}>")


FROM_ELSEWHERE = {"card.html": ["<script src=https://js.stripe.com/v3/>"]}
"""The one page with a script of another host: Stripe gives its card field from its own address alone."""


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("templates/**/*.html")), ids=lambda p: str(p.relative_to(SOURCE))
)
def test_no_template_holds_inline_code_or_reaches_another_host(path: Path) -> None:
    assert Inline(path.read_text(encoding="utf-8")).found == FROM_ELSEWHERE.get(path.name, [])


def test_inline_code_would_be_found() -> None:
    bad = '<p style="a"></p><b onclick="x"></b><script>1</script><style></style><img src="//x"><a href="javascript:1">'
    assert len(Inline(bad).found) == 6


def test_no_script_or_stylesheet_of_ours_reaches_another_host_or_evaluates_text() -> None:
    for path in [*SOURCE.rglob("static/**/*.js"), *SOURCE.rglob("static/**/*.css")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"https?://(?!www\.w3\.org)|\beval\(|new Function\(|setAttribute\(.style", text
        ), path


@pytest.fixture(params=["ja", "en"])
def page(request: pytest.FixtureRequest, client: Client, db: None) -> str:
    return client.get("/design" if request.param == "ja" else "/en/design").content.decode()


def test_every_component_has_its_place_on_the_page(client: Client, db: None) -> None:
    response = client.get(reverse("design:components"))
    assert response.status_code == 200
    shown = {template.name for template in response.templates}
    assert set(component_templates()) - shown - {"design/forms/formset.html"} == set()


def test_each_part_of_the_page_says_when_to_use_it(client: Client, db: None) -> None:
    response = client.get(reverse("design:components"))
    parts = response.context["sections"]
    assert len({part.slug for part in parts}) == len(parts) >= 20
    assert all(part.when.endswith("。") for part in parts)


def test_ids_of_the_page_are_unique_and_headings_descend_without_a_gap(page: str) -> None:
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    for name in ("for", "aria-labelledby", "aria-describedby", "popovertarget", "data-dialog"):
        for value in re.findall(rf'\s{name}="([^"]*)"', page):
            assert set(value.split()) <= set(ids), (name, value)
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_the_form_of_the_page_is_checked_and_forgotten(client: Client, db: None) -> None:
    address = reverse("design:components")
    wrong = client.post(
        address, {"try-name": "", "try-born_year": "8", "try-born_month": "4", "try-born_day": "1"}
    )
    text = wrong.content.decode()
    assert text.index("data-error-summary") < text.index('name="try-name"')
    assert 'href="#id_try-born_year"' in text
    right = client.post(address, {"try-name": "見本", "try-ways": "mail"})
    assert right.context["passed"] is True
    assert "data-error-summary" not in right.content.decode()


def test_the_page_is_not_changed_by_other_methods(client: Client, db: None) -> None:
    assert client.put(reverse("design:components")).status_code == 405


def test_messages_stand_on_top_as_banners() -> None:
    messages = [Message(SUCCESS, "保存しました。"), Message(ERROR, "<b>送れません。")]
    text = render_to_string("design/base.html", {"messages": messages})
    main = text[text.index("<main") :]
    assert 'class="banner success"' in main and 'class="banner error"' in main
    assert "保存しました。" in main and "&lt;b&gt;送れません。" in main


@pytest.mark.parametrize("kind", ["success", "warning", "error"])
def test_the_kind_of_a_banner_is_told_in_words_too(kind: str) -> None:
    text = render_to_string("design/banner.html", {"kind": kind, "text": "<b>x</b>"})
    assert "visually-hidden" in text
    assert "&lt;b&gt;x" in text


ACCOUNT = SimpleNamespace(
    signed_in=True,
    name="見本 太郎",
    links=[SimpleNamespace(label="手続き", url="/p", current=True)],
    unread=2,
    inbox_url="/inbox",
    sign_in_url="/in",
    sign_out_url="/out",
    acting_for=None,
)


def test_the_header_shows_the_account_and_nothing_of_it_where_there_is_none() -> None:
    assert "site-menu" not in render_to_string("design/base.html")
    text = render_to_string("design/base.html", {"account": ACCOUNT}, RequestFactory().get("/no/such"))
    assert '<a href="/p" aria-current="page">手続き</a>' in text
    assert re.search(
        r'<form method="post" action="/out"><input type="hidden" name="csrfmiddlewaretoken"', text
    )
    assert 'popovertarget="site-menu"' in text
    away = SimpleNamespace(**{**vars(ACCOUNT), "signed_in": False})
    signed_out = render_to_string("design/base.html", {"account": away})
    assert 'href="/in"' in signed_out and "site-menu" not in signed_out


def test_acting_for_somebody_is_told_before_everything_else() -> None:
    acting = SimpleNamespace(name="見本 花子", until=None, stop_url="/stop")
    account = SimpleNamespace(**{**vars(ACCOUNT), "acting_for": acting})
    text = render_to_string("design/base.html", {"account": account}, RequestFactory().get("/no/such"))
    assert text.index("見本 花子") < text.index("<header")
    assert 'action="/stop"' in text


def test_crumbs_lead_back_and_name_the_place() -> None:
    text = render_to_string("design/base.html", {"crumbs": [("ホーム", "/"), ("市", ""), ("ここ", "/here")]})
    assert '<a href="/">ホーム</a>' in text
    assert "<span>市</span>" in text
    assert '<span aria-current="page">ここ</span>' in text


def test_the_other_language_is_the_same_page_with_the_same_query(client: Client, db: None) -> None:
    assert 'href="/en/design?page=3"' in client.get("/design?page=3").content.decode()
    assert 'href="/design?page=3"' in client.get("/en/design?page=3").content.decode()


def test_languages_of_an_address_that_is_not_there_lead_home() -> None:
    links = language_links({"request": RequestFactory().get("/no/such/page")})
    assert [link.url for link in links] == ["/", "/en/"]
    assert [link.url for link in language_links({})] == ["/", "/en/"]


def test_a_date_range_of_steps_names_the_current_one() -> None:
    steps = [
        SimpleNamespace(label=f"{i}", state=state) for i, state in enumerate(("done", "current", "todo"))
    ]
    text = render_to_string("design/steps.html", {"steps": steps})
    assert text.count('aria-current="step"') == 1
