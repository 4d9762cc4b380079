"""The form renderer: errors beside their fields and in a summary that leads there, said to every kind of reader."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from sosei.core.design.fields import EraDateField
from sosei.core.design.forms import ErrorLinks, Renderer, limits_of, size_text


class Ask(forms.Form):
    """Every kind of field that renders in its own way."""

    name = forms.CharField(
        label="氏名", help_text="<b>本名</b>で", widget=forms.TextInput({"autocomplete": "name"})
    )
    born = EraDateField(label="生年月日")
    way = forms.ChoiceField(label="方法", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(
        label="種類",
        choices=[("組", [("x", "X"), ("y", "Y")])],
        widget=forms.CheckboxSelectMultiple,
    )
    town = forms.ChoiceField(label="町", choices=[("", "—"), ("m", "見本")])
    paper = forms.FileField(
        label="書類", widget=forms.FileInput({"accept": ".pdf", "data-max-bytes": "5000000"})
    )
    at = forms.SplitDateTimeField(label="日時")
    agreed = forms.BooleanField(label="同意")
    secret = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(label="備考", required=False, widget=forms.Textarea)

    def clean(self) -> None:
        raise ValidationError("全体のまちがい")


class Outline(HTMLParser):
    """Ids, references, links of the summary, and inputs of a fragment."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.links: list[str] = []
        self.inputs: dict[str, dict[str, str]] = {}
        self.fieldsets: list[dict[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if "id" in held:
            self.ids.append(held["id"])
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.references += held.get(name, "").split()
        if tag == "a":
            self.links.append(held["href"])
        if tag in {"input", "select", "textarea"}:
            self.inputs[held.get("id") or held["name"]] = held
        if tag == "fieldset":
            self.fieldsets.append(held)


@pytest.fixture
def wrong() -> tuple[str, Outline]:
    with override("ja"):
        text = str(Ask({}))
    return text, Outline(text)


def test_the_renderer_of_the_settings_is_ours() -> None:
    assert isinstance(Ask().renderer, Renderer)


def test_ids_are_unique_and_every_reference_leads_somewhere(wrong: tuple[str, Outline]) -> None:
    for outline in (wrong[1], Outline(str(Ask()))):
        assert len(outline.ids) == len(set(outline.ids))
        assert set(outline.references) <= set(outline.ids)


def test_every_line_of_the_summary_leads_to_a_box_that_can_be_typed_in(wrong: tuple[str, Outline]) -> None:
    outline = wrong[1]
    targets = [link.removeprefix("#") for link in outline.links]
    assert targets == [
        "id_name",
        "id_born_year",
        "id_way_0",
        "id_kinds_0_0",
        "id_town",
        "id_paper",
        "id_at_0",
        "id_agreed",
    ]
    assert set(targets) <= set(outline.inputs)


def test_a_line_without_a_box_is_told_without_a_link(wrong: tuple[str, Outline]) -> None:
    text = wrong[0]
    assert "<li>全体のまちがい</li>" in text
    assert "直すところが10か所あります" in text  # eight boxes, the whole form, the hidden field


def test_the_summary_takes_the_focus_and_is_named_by_its_heading(wrong: tuple[str, Outline]) -> None:
    summary = re.search(r'<div class="error-summary"[^>]*>', wrong[0])
    assert summary is not None
    for part in ('tabindex="-1"', "autofocus", "data-error-summary", 'aria-labelledby="errors"'):
        assert part in summary[0]
    assert wrong[0].index(summary[0]) < wrong[0].index("<fieldset")


def test_a_form_without_errors_has_no_summary_and_nothing_invalid() -> None:
    for form in (Ask(), Ask(initial={"name": "x"})):
        text = str(form)
        assert "error-summary" not in text
        assert "aria-invalid" not in text
        assert "_error" not in text


def test_each_wrong_box_names_its_help_and_its_error(wrong: tuple[str, Outline]) -> None:
    inputs = wrong[1].inputs
    assert inputs["id_name"]["aria-describedby"] == "id_name_helptext id_name_error"
    assert inputs["id_name"]["aria-invalid"] == "true"
    assert inputs["id_town"]["aria-describedby"] == "id_town_error"
    assert "aria-describedby" not in inputs["id_note"]
    assert "aria-invalid" not in inputs["id_note"]


def test_a_group_of_boxes_is_a_fieldset_that_names_its_error(wrong: tuple[str, Outline]) -> None:
    described = [held.get("aria-describedby") for held in wrong[1].fieldsets]
    assert described == ["id_born_helptext id_born_error", "id_way_error", "id_kinds_error", "id_at_error"]


def test_what_is_empty_is_told_as_what_to_do(wrong: tuple[str, Outline]) -> None:
    def told(name: str) -> str:
        found = re.search(rf'id="id_{name}_error"><li>([^<]*)</li>', wrong[0])
        assert found is not None, name
        return found[1]

    assert told("name") == told("born") == "入力してください。"
    assert told("way") == told("town") == "選んでください。"
    assert told("paper") == "ファイルを選んでください。"
    assert told("agreed") == "チェックを入れてください。"


def test_a_message_of_the_forms_own_is_kept_for_an_empty_field() -> None:
    class Own(forms.Form):
        name = forms.CharField(error_messages={"required": "屋号を教えてください。"})

    assert [link.text for link in ErrorLinks(Own({}))] == ["Name：屋号を教えてください。"]


def test_attributes_of_a_box_are_left_as_they_are(wrong: tuple[str, Outline]) -> None:
    assert wrong[1].inputs["id_name"]["autocomplete"] == "name"
    assert "required" in wrong[1].inputs["id_name"]


def test_what_was_typed_comes_back_as_text_and_never_as_markup() -> None:
    text = str(Ask({"name": "<script>", "born_year": "<b>", "note": "</textarea>"}))
    assert "<script>" not in text
    assert "<b>&quot;" not in text and 'value="&lt;b&gt;"' in text
    assert text.count("</textarea>") == 1


def test_two_forms_of_one_page_keep_their_summaries_apart() -> None:
    one, other = str(Ask({}, prefix="one")), str(Ask({}, prefix="other"))
    assert set(Outline(one).ids) & set(Outline(other).ids) == set()
    assert Outline(other).links[0] == "#id_other-name"


def test_a_single_field_is_rendered_alone_with_its_error() -> None:
    text = Ask({})["name"].as_field_group()
    assert 'id="id_name_error"' in text
    assert "error-summary" not in text


def test_a_choice_that_was_made_is_marked_and_disabled_fields_say_so() -> None:
    form = Ask(initial={"way": "b", "agreed": True})
    for field in form.fields.values():
        field.disabled = True
    inputs = Outline(str(form)).inputs
    assert "checked" in inputs["id_way_1"] and "checked" not in inputs["id_way_0"]
    assert all("disabled" in held for name, held in inputs.items())


def test_a_file_box_tells_kinds_and_size(wrong: tuple[str, Outline]) -> None:
    assert "PDF、5MBまで" in wrong[0]
    assert limits_of({}) == ""
    with override("ja"):
        assert limits_of({"accept": "image/*,.jpg, application/pdf"}) == "画像、JPEG、PDF"


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1KB"), (800_000, "800KB"), (1_000_000, "1MB"), (2_500_000, "2.5MB"), (10_000_000, "10MB")],
)
def test_sizes_are_written_as_people_read_them(size: int, text: str) -> None:
    assert size_text(size) == text


def test_a_stored_file_is_shown_and_can_be_taken_off() -> None:
    class Stored(str):
        url = "/files/1"

    class Keep(forms.Form):
        paper = forms.FileField(required=False)

    text = str(Keep(initial={"paper": Stored("紙.pdf")}))
    assert '<a href="/files/1">紙.pdf</a>' in text
    assert 'type="checkbox" name="paper-clear"' in text


def test_a_formset_renders_its_management_form_and_each_form() -> None:
    class One(forms.Form):
        name = forms.CharField()

    text = str(forms.formset_factory(One, extra=2)())
    assert "form-TOTAL_FORMS" in text
    assert text.count('class="formset-row"') == 2


def test_the_whole_form_posts_with_its_token_and_takes_files() -> None:
    template = Template('{% include "design/form.html" with submit="出す" action="/x" cancel_url="/y" %}')
    from django.middleware.csrf import get_token

    request = RequestFactory().get("/")
    context = Context({"form": Ask(), "csrf_token": get_token(request)})
    text = template.render(context)
    for part in (
        'method="post"',
        'action="/x"',
        'enctype="multipart/form-data"',
        "csrfmiddlewaretoken",
        'href="/y"',
    ):
        assert part in text
    assert "enctype" not in template.render(Context({"form": forms.Form()}))


def test_rendering_a_long_form_costs_no_query_and_is_quick(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        str(Ask({}))
