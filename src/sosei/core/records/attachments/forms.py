"""The form field for files, ready for any form: several at once, each examined before the form is valid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from sosei.core.design.forms import size_text
from sosei.core.records.attachments import rules
from sosei.core.records.attachments.config import limits
from sosei.core.records.attachments.messages import told
from sosei.core.records.attachments.receiving import Prepared, prepare
from sosei.core.records.attachments.rules import RefusedFileError
from sosei.core.records.attachments.types import RECEIVED, FileType


def _several_now() -> str:
    limit = limits()
    return _(
        "一度に %(count)s 個まで、1日に合わせて %(size)s まで送れます。送れないものが1つでもあると、どれも送りません。"
    ) % {
        "count": limit.files_per_form,
        "size": size_text(limit.bytes_per_day),
    }


_several = lazy(_several_now, str)


class AttachmentInput(forms.FileInput):
    """A file input that may take several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Every file under the name."""
        return (
            list(files.getlist(name)) if hasattr(files, "getlist") else [files[name]] if name in files else []
        )


class OneAttachmentInput(AttachmentInput):
    """A file input that takes one file."""

    allow_multiple_selected = False


class AttachmentField(forms.Field):
    """Files to be attached. `cleaned_data` holds `Prepared` files, to be given to `services.receive_files`.

    Types, size and number stand in the help text. An error has the `rules.Reason` as its code; a form whose field
    has the code `no_space` should be answered with status 507.
    """

    widget = AttachmentInput

    def __init__(
        self, *, allowed: Sequence[FileType] = RECEIVED, multiple: bool = True, **options: Any
    ) -> None:
        self.allowed = tuple(allowed)
        self.multiple = multiple
        options.setdefault("help_text", _several() if multiple else "")
        options.setdefault("widget", AttachmentInput if multiple else OneAttachmentInput)
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """What the browser checks before anything is sent."""
        return {
            "accept": ",".join(ending for each in self.allowed for ending in each.extensions),
            "data-max-bytes": str(limits().largest_file),
        }

    def clean(self, value: Any) -> list[Prepared]:
        """Examines every file, and tells all that is wrong with all of them.

        Raises:
            ValidationError: none where some are required, too many, or any that is refused.
        """
        if not value:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        refusal = rules.check_count(len(value), limits().files_per_form if self.multiple else 1)
        if refusal:
            raise ValidationError(told(refusal), code=refusal.reason)
        prepared: list[Prepared] = []
        errors: list[ValidationError] = []
        for file in value:
            try:
                prepared.append(prepare(file, allowed=self.allowed))
            except RefusedFileError as error:
                errors.append(ValidationError(told(error.refusal), code=error.refusal.reason))
        if errors:
            raise ValidationError(errors)
        return prepared
