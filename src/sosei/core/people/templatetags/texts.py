"""Published texts as they are typed in a box: paragraphs, `## ` headings and `- ` lists, and nothing else."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def prose(text: str, level: int = 2) -> SafeString:
    """The text as HTML, its headings of that level; anything that looks like markup is shown as it was typed."""
    return format_html_join("\n", "{}", ((part,) for part in _parts(text.replace("\r\n", "\n"), level)))


def _parts(text: str, level: int) -> list[SafeString]:
    made: list[SafeString] = []
    items: list[str] = []
    for line in filter(str.strip, text.split("\n")):
        if line.startswith("- "):
            items.append(line[2:])
            continue
        made += _list(items)
        items = []
        tag = f"h{level}" if line.startswith("## ") else "p"
        made.append(format_html(f"<{tag}>{{}}</{tag}>", line.removeprefix("## ")))
    return made + _list(items)


def _list(items: list[str]) -> list[SafeString]:
    if not items:
        return []
    return [format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in items)))]
