"""Form fields of the design: a date in three boxes whose year may be written in an era."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.era_dates import (
    PART_LABELS,
    PARTS,
    ROMAN,
    BoxError,
    Boxes,
    Part,
    boxes_of,
    era_year_text,
    hint,
    read_boxes,
)
from sosei.engines.conventions.eras import ERAS, year_to_era

AUTOCOMPLETE = {"bday": {part: f"bday-{part}" for part in PARTS}}
"""Three boxes of a date of birth carry the browser's own names for their parts."""


ERA_HELP = gettext_lazy("例：1980 または 昭和55")


class EraDateWidget(forms.Widget):
    """Year, month and day; names and ids end in `_year`, `_month`, `_day`.

    `attrs` go to every box; `autocomplete="bday"` becomes each part's own.
    """

    template_name = "design/widgets/era_date.html"
    use_fieldset = True
    input_type = "text"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed; a whole date under the bare name is taken as it is, as tests and links give it."""
        if name in data:
            return data[name]
        return Boxes(*(str(data.get(f"{name}_{part}") or "") for part in PARTS))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Neither the bare name nor any box is there."""
        return name not in data and not any(f"{name}_{part}" in data for part in PARTS)

    def id_for_label(self, id_: str) -> str:
        """The first box."""
        return f"{id_}_year" if id_ else ""

    def faulty_id(self, id_: str, value: Any) -> str:
        """The id of the first box that cannot be read; the year's where it is the whole date that is wrong."""
        return f"{id_}_{_faulty(value) or 'year'}"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The widget's context: boxes, the hint under them, and the eras for the script that keeps it up to date."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        widget = context["widget"]
        boxes = as_boxes(value)
        whole: dict[str, Any] = widget["attrs"]
        hint_id = f"{whole['id']}_hint" if whole.get("id") else ""
        widget["boxes"] = [
            {
                "part": part,
                "label": PART_LABELS[part],
                "name": f"{name}_{part}",
                "value": text,
                "attrs": _box_attrs(part, whole, value, hint_id),
            }
            for part, text in zip(PARTS, boxes, strict=True)
        ]
        widget["hint"] = hint(boxes)
        widget["hint_id"] = hint_id
        widget["eras"] = eras_as_json()
        return context


def eras_as_json() -> str:
    """The eras as the page's script reads them: the name shown, every way to write it, and the first day."""
    return json.dumps(
        [
            {
                "shown": _(era.name),
                "names": [
                    era.name,
                    era.letter,
                    *(roman for roman, name in ROMAN.items() if name == era.name),
                ],
                "first": era.first_day,
            }
            for era in ERAS
        ]
    )


def _box_attrs(part: Part, whole: Mapping[str, Any], value: Any, hint_id: str) -> dict[str, Any]:
    attrs = {name: held for name, held in whole.items() if held is not False and held is not None}
    if "id" in attrs:
        attrs["id"] = f"{attrs['id']}_{part}"
    if attrs.get("aria-invalid") and _faulty(value) not in (None, part):
        del attrs["aria-invalid"]
    if attrs.get("autocomplete") in AUTOCOMPLETE:
        attrs["autocomplete"] = AUTOCOMPLETE[attrs["autocomplete"]][part]
    if part == "year":
        if hint_id:
            attrs["aria-describedby"] = " ".join(filter(None, [attrs.get("aria-describedby"), hint_id]))
    else:
        attrs.setdefault("inputmode", "numeric")
    return attrs


def as_boxes(value: Any) -> Boxes:
    """What the three boxes show for a value: typed texts, a date, or nothing."""
    if isinstance(value, Boxes):
        return value
    if isinstance(value, datetime | date):
        return boxes_of(value)
    if isinstance(value, str) and value:
        try:
            return boxes_of(date.fromisoformat(value))
        except ValueError:
            return Boxes(value)
    return Boxes()


def _faulty(value: Any) -> Part | None:
    boxes = as_boxes(value)
    if boxes.is_empty:
        return None
    try:
        read_boxes(boxes)
    except BoxError as error:
        return error.part
    return None


class EraDateField(forms.Field):
    """A date in three boxes: 2026, 令和8, R8 or full-width ２０２６ in the first; errors name the box.

    A help text says how to fill it in unless one is given; `min_value` and `max_value` are the first and last date
    allowed.
    """

    widget = EraDateWidget

    def __init__(
        self, *, min_value: date | None = None, max_value: date | None = None, **kwargs: Any
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        kwargs.setdefault("help_text", ERA_HELP)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """The date; None when nothing was typed.

        Raises:
            ValidationError: a box that cannot be read, or a date outside the bounds.
        """
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        boxes = as_boxes(value)
        if boxes.is_empty:
            return None
        try:
            return read_boxes(boxes)
        except BoxError as error:
            raise ValidationError(error.message, code=error.code) from error

    def validate(self, value: date | None) -> None:
        """Bounds besides what every field checks."""
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            raise ValidationError(
                _("%(day)s以後の日付を入力してください。") % {"day": written(self.min_value)},
                code="min_value",
            )
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(
                _("%(day)sまでの日付を入力してください。") % {"day": written(self.max_value)},
                code="max_value",
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the date is another one; 令和8 and 2026 are the same."""
        if self.disabled:
            return False
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


def written(day: date) -> str:
    """A date with its era: 2026年（令和8年）4月1日."""
    era = era_year_text(*year_to_era(day.year, day.month, day.day))
    return _("%(year)s年（%(era)s）%(month)s月%(day)s日") % {
        "year": day.year,
        "era": era,
        "month": day.month,
        "day": day.day,
    }
