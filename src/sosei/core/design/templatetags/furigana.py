"""Furigana: readings above difficult words on pages that workers read, when the reader has switched them on.

How to use it on a page for citizens:
- `{% extends "jobs/me/page.html" %}`, and everything in its block `work` gets readings by `design/reading_words.py`;
  or link `design/furigana.css`, include `design/furigana_switch.html` with `switch_url`, and put what is to be read
  between `{% furigana %}` and `{% endfurigana %}`.
- A word of several readings, or one the list does not know: `{% ruby "上手" "じょうず" %}`.
- A word missing for good: add it to `WORDS` there; `readings.unread(text)` names the kanji without a reading.
- On pages in other languages both do nothing but show the text (`ruby` its translation, so the word is a msgid).
- Names, titles and whatever somebody typed are annotated as well where they hold known words; put
  `{% endfurigana %}` before what must stay as typed.
- The choice is a cookie, set by `{% url "jobs:furigana" %}` (POST furigana=on|off, next=path); nothing else knows it.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import get_language, gettext

from sosei.core.design.readings import annotate, with_reading

register = template.Library()

COOKIE = "sosei_furigana"
ON = "on"


def _is_japanese() -> bool:
    return (get_language() or settings.LANGUAGE_CODE).startswith("ja")


def is_on(context: Any) -> bool:
    """Whether the reader wants readings, and the page is in Japanese."""
    request = context.get("request")
    return request is not None and _is_japanese() and request.COOKIES.get(COOKIE) == ON


@register.simple_tag(takes_context=True)
def furigana_state(context: Any) -> str:
    """Whether readings are "on" or "off"; "" on a page in another language."""
    if not _is_japanese():
        return ""
    return ON if is_on(context) else "off"


@register.simple_tag(takes_context=True)
def ruby(context: Any, word: str, reading: str) -> str:
    """A word with its reading; plain where readings are off, translated where the page is in another language."""
    if not _is_japanese():
        return gettext(word)
    return with_reading(word, reading) if is_on(context) else word


class FuriganaNode(template.Node):
    """The text between the tags."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Any) -> str:
        """The text, with readings if they are wanted."""
        html = self.nodelist.render(context)
        return annotate(html) if is_on(context) else html


@register.tag
def furigana(parser: Any, token: Any) -> FuriganaNode:
    """`{% furigana %}…{% endfurigana %}`."""
    nodelist = parser.parse(("endfurigana",))
    parser.delete_first_token()
    return FuriganaNode(nodelist)
