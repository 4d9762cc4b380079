"""Template tags every page uses: the language switch and the mark of the current place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils.translation import get_language, override

register = template.Library()


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
    current = get_language() or settings.LANGUAGE_CODE
    links = []
    for code, name in settings.LANGUAGES:
        links.append(LanguageLink(code, name, _address(request, code), code == current))
    return links


def _address(request: Any, code: str) -> str:
    if request is not None:
        try:
            resolve(request.path_info)
        except Resolver404:
            pass
        else:
            return translate_url(request.get_full_path(), code)
    with override(code):
        return reverse("portal:home")
