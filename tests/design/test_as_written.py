"""What people typed keeps its language: marked on pages in another, untouched on its own, escaped everywhere."""

from __future__ import annotations

import pytest
from django import forms
from django.template import Context, Template
from django.utils.translation import override

SHOWN = Template("{% load design %}<p{{ text|lang_attribute }}>{{ text|as_written }}</p>")
TOLD = Template(
    "{% load i18n design %}{% blocktranslate trimmed with reason=text|as_written %}理由：{{ reason }}{% endblocktranslate %}"
)


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "国の調査を待つため", '<p lang="ja"><span lang="ja">国の調査を待つため</span></p>'),
        ("ja", "国の調査を待つため", "<p>国の調査を待つため</p>"),
        ("en", "waits for a survey", "<p>waits for a survey</p>"),
        ("en", "<b>見本</b>", '<p lang="ja"><span lang="ja">&lt;b&gt;見本&lt;/b&gt;</span></p>'),
        ("ja", "<b>見本</b>", "<p>&lt;b&gt;見本&lt;/b&gt;</p>"),
        ("en", "", "<p></p>"),
    ],
)
def test_a_typed_text_is_marked_where_the_page_is_in_another_language(
    language: str, text: str, shown: str
) -> None:
    with override(language):
        assert SHOWN.render(Context({"text": text})) == shown


def test_only_the_reason_of_a_translated_sentence_is_marked() -> None:
    with override("en"):
        told = TOLD.render(Context({"text": "<見本>"}))
    assert told.endswith('<span lang="ja">&lt;見本&gt;</span>')
    assert told.count("lang=") == 1


@pytest.mark.parametrize(("language", "marked"), [("en", True), ("ja", False)])
def test_a_box_of_prose_says_its_language(language: str, marked: bool) -> None:
    class Prose(forms.Form):
        text = forms.CharField(widget=forms.Textarea)

    with override(language):
        box = str(Prose({"text": "<見本>の文"})["text"])
    assert ('lang="ja"' in box) is marked
    assert "&lt;見本&gt;の文</textarea>" in box
