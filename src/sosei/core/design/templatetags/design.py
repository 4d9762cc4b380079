"""Template tags every page uses: the language switch, times of the place, and what a form's templates ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django import template
from django.conf import settings
from django.templatetags.tz import do_timezone
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, override

from sosei.core.design import forms

register = template.Library()

JAPANESE = re.compile(r"[\u3040-\u30fa\u4e00-\u9fff]")


@dataclass(frozen=True)
class LanguageLink:
    """A language the page can be read in, and the address of the same page in it."""

    code: str
    name: str
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def language_links(context: Any) -> list[LanguageLink]:
    """The same page, with the same query, in every language; the home page where there is no such page."""
    request = context.get("request")
    match = _match(request)
    current = get_language() or settings.LANGUAGE_CODE
    return [
        LanguageLink(code, name, _address(request, match, code, code == current), code == current)
        for code, name in settings.LANGUAGES
    ]


def _match(request: Any) -> Any:
    if request is None:
        return None
    if request.resolver_match is not None:
        return request.resolver_match
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _address(request: Any, match: Any, code: str, is_current: bool) -> str:
    if match is not None and is_current:
        return str(request.get_full_path())
    with override(code):
        if match is None:
            return reverse("portal:home")
        try:
            path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:
            # An address without a name has no other language.
            return str(request.get_full_path())
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


@register.filter
def screen_time(value: datetime) -> Any:
    """A moment in the place's own time zone, ready for `|date`."""
    return do_timezone(value, settings.SCREEN_TIME_ZONE)


@register.simple_tag
def error_links(form: Any) -> forms.ErrorLinks:
    """The lines of a form's summary of errors."""
    return forms.ErrorLinks(form)


@register.simple_tag
def field_errors(field: django_forms.BoundField) -> list[str]:
    """The errors of a field in words."""
    return forms.field_errors(field)


@register.simple_tag
def file_limits(attrs: dict[str, Any]) -> str:
    """Which files a file input takes."""
    return forms.limits_of(attrs)


@register.filter
def lang_attribute(text: object) -> str:
    """` lang="ja"` for an element that holds a Japanese text on a page in another language, else nothing."""
    japanese_page = (get_language() or settings.LANGUAGE_CODE).startswith("ja")
    if japanese_page or text is None or not JAPANESE.search(str(text)):
        return ""
    return format_html(' lang="{}"', "ja")


@register.filter
def as_written(text: Any) -> str:
    """What somebody typed, marked with its own language where the page is in another, so that it is read aloud well."""
    attribute = lang_attribute(text)
    # Escaped already, or by the template afterwards: a text without a mark is handed on as it came.
    return format_html("<span{}>{}</span>", attribute, text) if attribute else text
