"""Every Japanese message of the source has its English, and no English stands for a message that is gone."""

from __future__ import annotations

import gettext
import re

import pytest
from babel.messages.catalog import Catalog

from sosei.gateway.project.translations import compile_catalogues
from tools.catalogue import (
    SOURCE,
    CatalogueError,
    Message,
    entries,
    read_catalogue,
    used_messages,
    write_catalogue,
)

PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]")


def test_every_message_has_its_english():
    english = entries(read_catalogue())
    lacking = {
        message.text: places
        for message, places in used_messages().items()
        if not all(english.get(message, ("",)))
    }
    assert lacking == {}, "python -m tools.sync_catalogue adds the entries; fill them in"


def test_no_english_stands_for_a_message_that_is_gone():
    gone = [message.text for message in set(entries(read_catalogue())) - set(used_messages())]
    assert gone == [], "python -m tools.sync_catalogue --prune drops them"


def test_the_english_keeps_every_placeholder_of_the_japanese():
    def placeholders(text: str) -> set[str]:
        return set(PLACEHOLDER.findall(text))

    changed = []
    for message, strings in entries(read_catalogue()).items():
        known = placeholders(message.text + message.plural)
        for string in filter(None, strings):
            # "One person" may leave the number out; a message without plural may leave nothing out.
            kept = placeholders(string) <= known if message.plural else placeholders(string) == known
            if not kept:
                changed.append((message.text, string))
    assert changed == []


def test_the_english_catalogue_speaks_english():
    japanese = re.compile(r"[\u3040-\u30ff]")
    left = [
        string
        for strings in entries(read_catalogue()).values()
        for string in strings
        if japanese.search(string)
    ]
    assert left == []


def test_messages_are_found_in_every_form_the_source_may_take(tmp_path):
    pages = tmp_path / "templates"
    pages.mkdir()
    (pages / "page.html").write_text(
        "{% load i18n %}{% trans '人口' %}{% translate \"出生\" context 'vital' %}"
        "{% blocktranslate count n=n %}{{ n }}人{% plural %}{{ n }}人々{% endblocktranslate %}"
        "{% blocktranslate trimmed %}\n 一行目\n 二行目\n{% endblocktranslate %}{{ _('値') }}",
        encoding="utf-8",
    )
    (tmp_path / "words.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext_lazy\n"
        "a = _('死亡')\nb = ngettext('%(n)d件', '%(n)d件々', 2)\nc = pgettext_lazy('sex', '男')\nd = _(a)\n",
        encoding="utf-8",
    )
    assert set(used_messages(tmp_path)) == {
        Message("人口"),
        Message("出生", context="vital"),
        Message("%(n)s人", "%(n)s人々"),
        Message("一行目 二行目"),
        Message("値"),
        Message("死亡"),
        Message("%(n)d件", "%(n)d件々"),
        Message("男", context="sex"),
    }


def test_a_message_whose_text_is_computed_is_refused_with_its_place(tmp_path):
    (tmp_path / "words.py").write_text("name = 'x'\nprint(_(f'{name}人'))\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"words\.py:2"):
        used_messages(tmp_path)


def test_a_catalogue_reads_back_as_it_was_written_and_writes_the_same_bytes_again(tmp_path):
    catalogue = Catalog(locale="en", domain="django")
    catalogue.add("人口", "Population")
    catalogue.add(("%(n)s人", "%(n)s人々"), ("%(n)s person", "%(n)s persons"))
    catalogue.add("男", "male", context="sex")
    path = tmp_path / "django.po"
    write_catalogue(catalogue, path)
    first = path.read_bytes()
    read = read_catalogue(path)
    assert entries(read) == entries(catalogue)
    write_catalogue(read, path)
    assert path.read_bytes() == first


def test_compiling_makes_a_catalogue_gettext_reads_and_leaves_a_fresh_one_alone(tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    catalogue = Catalog(locale="en", domain="django")
    catalogue.add("人口", "Population")
    write_catalogue(catalogue, folder / "django.po")
    assert [path.name for path in compile_catalogues(tmp_path)] == ["django.mo"]
    assert gettext.translation("django", tmp_path, ["en"]).gettext("人口") == "Population"
    assert compile_catalogues(tmp_path) == []
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]


def test_messages_are_marked_by_names_that_the_catalogue_reads():
    other_names = re.compile(r"import (?:n?p?gettext(?:_lazy)?) as (?!_\b)\w+")
    marked_otherwise = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if other_names.search(path.read_text(encoding="utf-8"))
    ]
    assert marked_otherwise == []
