"""Furigana: readings above difficult words, where the reader wants them and nowhere else."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import strip_tags
from django.utils.translation import override

from sosei.core.design.reading_words import STEMS, WORDS
from sosei.core.design.readings import annotate, unread, with_reading
from sosei.core.design.templatetags.furigana import COOKIE


def shown(text: str) -> str:
    """HTML with each reading in square brackets behind its word."""
    marked = re.sub(r"<rp>（</rp><rt>(.*?)</rt><rp>）</rp>", r"[\1]", text)
    return strip_tags(marked)


def render(source: str, *, on: bool, language: str = "ja", typed: str = "") -> str:
    request = RequestFactory().get("/me/work")
    if on:
        request.COOKIES[COOKIE] = "on"
    with override(language):
        return Template("{% load furigana %}" + source).render(Context({"request": request, "typed": typed}))


@pytest.mark.parametrize(
    ("word", "reading", "made"),
    [
        ("労働", "ろうどう", "労働[ろうどう]"),
        ("申し込み", "もうしこみ", "申[もう]し込[こ]み"),
        ("働ける日", "はたらけるひ", "働[はたら]ける日[ひ]"),
        ("お金", "おかね", "お金[かね]"),
        ("1週間", "1しゅうかん", "1週間[しゅうかん]"),
        ("かな", "かな", "かな"),
    ],
)
def test_a_reading_stands_above_the_part_that_is_not_kana(word: str, reading: str, made: str) -> None:
    assert shown(with_reading(word, reading)) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("労働条件通知書です", "労働条件通知書[ろうどうじょうけんつうちしょ]です"),
        ("働いた日", "働[はたら]いた日[ひ]"),
        ("8月1日の仕事", "8月1日の仕事[しごと]"),
        ("3人の仕事", "3人の仕事[しごと]"),
        ("（日）", "（日）"),
        ("雨の日", "雨[あめ]の日[ひ]"),
        ("書いた人", "書[か]いた人[ひと]"),
        ("契約書の書きかた", "契約[けいやく]書の書[か]きかた"),
    ],
)
def test_the_longest_word_counts_and_numbers_are_left_alone(text: str, made: str) -> None:
    assert shown(annotate(text)) == made


def test_attributes_controls_and_what_has_a_reading_already_stay_as_they_are() -> None:
    html = (
        '<a href="/x" title="仕事">仕事</a><option>仕事</option><textarea>仕事</textarea>'
        "<ruby>仕事<rt>しごと</rt></ruby><script>仕事</script>"
    )
    made = annotate(html)
    assert made.count("<ruby>") == 2
    assert 'title="仕事"' in made
    assert "<option>仕事</option>" in made and "<textarea>仕事</textarea>" in made


def test_what_somebody_typed_stays_escaped() -> None:
    made = render("{% furigana %}{{ typed }}{% endfurigana %}", on=True, typed="<b>仕事</b>")
    assert made.startswith("&lt;b&gt;<ruby>仕事")


def test_readings_come_with_the_cookie_alone() -> None:
    source = "{% furigana %}仕事{% endfurigana %} {% ruby '上手' 'じょうず' %}"
    assert render(source, on=False) == "仕事 上手"
    assert shown(render(source, on=True)) == "仕事[しごと] 上手[じょうず]"


def test_an_english_page_has_no_readings() -> None:
    assert "<ruby>" not in render(
        "{% furigana %}仕事{% endfurigana %}{% ruby '仕事' 'しごと' %}", on=True, language="en"
    )


def test_every_reading_of_the_list_is_kana_and_above_something() -> None:
    for word, reading in {**WORDS, **STEMS}.items():
        assert re.fullmatch(r"[ぁ-んー0-9]+", reading), word
        assert "<ruby>" in with_reading(word, reading), word


def test_kanji_without_a_reading_are_named_for_whoever_writes_pages() -> None:
    assert unread("仕事と鸚鵡が") == ["鸚鵡が"]
