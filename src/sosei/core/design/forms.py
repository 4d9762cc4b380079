"""How forms look: the renderer that Django asks for every form, field and widget, and the words of their errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext as _

TEMPLATES = {
    "django/forms/div.html": "design/forms/form.html",
    "django/forms/p.html": "design/forms/form.html",
    "django/forms/widgets/textarea.html": "design/widgets/textarea.html",
    "django/forms/widgets/radio.html": "design/widgets/choices.html",
    "django/forms/widgets/checkbox_select.html": "design/widgets/choices.html",
    "django/forms/widgets/file.html": "design/file_upload.html",
    "django/forms/widgets/clearable_file_input.html": "design/file_upload.html",
}
"""Templates of Django and those of ours that stand in for them."""


class Renderer(DjangoTemplates):
    """`FORM_RENDERER`: `{{ form }}` is a summary of errors, then every field with its error beside it."""

    form_template_name = "design/forms/form.html"
    formset_template_name = "design/forms/formset.html"
    field_template_name = "design/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        """The template of that name, or ours in its place."""
        return super().get_template(TEMPLATES.get(template_name, template_name))


@dataclass(frozen=True)
class ErrorLink:
    """A line of the summary: what is wrong, and the id of the box in which to mend it; "" where there is none."""

    text: str
    target: str


class ErrorLinks(list[ErrorLink]):
    """The lines of one form's summary, and the id of its heading."""

    def __init__(self, form: Any) -> None:
        self.id = f"{form.prefix}-errors" if form.prefix else "errors"
        super().__init__(_lines(form))


def _lines(form: Any) -> Iterator[ErrorLink]:
    for text in form.errors.get(NON_FIELD_ERRORS, ()):
        yield ErrorLink(text, "")
    for field in form:
        for text in field_errors(field):
            if field.is_hidden:
                yield ErrorLink(text, "")
            else:
                line = _("%(label)s：%(error)s") % {"label": field.label, "error": text}
                yield ErrorLink(line, error_target(field))


def field_errors(field: forms.BoundField) -> list[str]:
    """The errors of a field; for one left empty what to do, instead of that it "is required"."""
    errors = field.errors
    if not errors:
        return []
    return [_told(field, error) for error in errors.as_data()]


def _told(field: forms.BoundField, error: ValidationError) -> str:
    message = str(next(iter(error)))
    if error.code == "required" and message == str(forms.Field.default_error_messages["required"]):
        return _required(field.field.widget)
    return message


def _required(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return _("チェックを入れてください。")
    if isinstance(widget, forms.FileInput):
        return _("ファイルを選んでください。")
    if isinstance(widget, forms.Select | forms.RadioSelect):
        return _("選んでください。")
    return _("入力してください。")


def error_target(field: forms.BoundField) -> str:
    """The id of the box that a summary's line leads to: the first that is wrong; "" for a field without ids."""
    widget = field.field.widget
    whole = widget.attrs.get("id") or field.auto_id
    if not whole:
        return ""
    faulty = getattr(widget, "faulty_id", None)
    if faulty is not None:
        return str(faulty(whole, field.value()))
    target = widget.id_for_label(whole)
    if target:
        return str(target)
    if isinstance(widget, forms.MultiWidget):
        return f"{whole}_0"
    # Choices: an option's own id, which in groups is not `…_0`.
    return next((option.id_for_label for option in field.subwidgets if option.id_for_label), whole)


def limits_of(attrs: dict[str, Any]) -> str:
    """Which files a file input takes, in words: "PDF、JPEG、10MBまで"; "" when it does not say."""
    kinds = dict.fromkeys(filter(None, map(_kind, str(attrs.get("accept", "")).split(","))))
    parts = list(kinds)
    if attrs.get("data-max-bytes"):
        parts.append(_("%(size)sまで") % {"size": size_text(int(attrs["data-max-bytes"]))})
    return _("、").join(parts)


def _kind(pattern: str) -> str:
    named = pattern.strip().lower().removeprefix(".")
    words = {"image/*": _("画像"), "jpg": "JPEG"}
    return words.get(named) or named.rpartition("/")[2].upper()


def size_text(size: int) -> str:
    """A file's size as people read it: 800KB, 10MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}KB"
    return f"{size / 1_000_000:.1f}".removesuffix(".0") + "MB"
