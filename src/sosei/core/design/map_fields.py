"""A form field for a place: typed or pasted as "37.05, 140.89", or chosen by a click on a map, with or without scripts."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.maps import (
    EASTERNMOST,
    NORTHERNMOST,
    SOUTHERNMOST,
    WESTERNMOST,
    Frame,
    MapPoint,
    draw_map,
    frame_of,
    read_frame,
)
from sosei.engines.conventions.folding import fold_width

WIDTH, HEIGHT = 320, 280
"""Of the map that is clicked: never scaled, because a browser tells the pixel of the picture as it is shown."""
_NUMBER = re.compile(r"[-+]?\d{1,3}(?:\.\d+)?")


class Place(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude:.6f}, {self.longitude:.6f}"


def read_place(text: str) -> Place:
    """The place that a text of two numbers names, in whichever order they were copied.

    Raises:
        ValidationError: not two numbers, or a place outside Japan.
    """
    numbers = [float(number) for number in _NUMBER.findall(fold_width(text))]
    if len(numbers) != 2:
        raise ValidationError(
            _(
                "「%(text)s」は場所として読めません。緯度と経度を「37.05, 140.89」のように書くか、地図を押してください。"
            )
            % {"text": text.strip()},
            code="unreadable",
        )
    for latitude, longitude in (numbers, numbers[::-1]):
        if SOUTHERNMOST <= latitude <= NORTHERNMOST and WESTERNMOST <= longitude <= EASTERNMOST:
            return Place(round(latitude, 6), round(longitude, 6))
    raise ValidationError(
        _(
            "「%(text)s」は日本の外です。緯度は20から46、経度は122から154です。数字が正しいか確かめてください。"
        )
        % {"text": text.strip()},
        code="outside",
    )


def is_picking(data: Mapping[str, Any], name: str) -> bool:
    """Whether a form was sent by a click on the map or its buttons: it is shown again and nothing is saved."""
    return f"{name}_map.x" in data or f"{name}_zoom" in data


class PlaceWidget(forms.TextInput):
    """A text box, the map, and buttons to come nearer and go farther; `known` are points shown to find one's way."""

    template_name = "design/widgets/place.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "inputmode": "text", **(attrs or {})})
        self.known: Sequence[MapPoint] = ()
        self._frame: Frame | None = None

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed; after a click on the map the place clicked."""
        frame = read_frame(str(data.get(f"{name}_frame", "")), width=WIDTH, height=HEIGHT)
        typed = data.get(name)
        zoom = {"in": 2.0, "out": 0.5}.get(str(data.get(f"{name}_zoom", "")))
        self._frame = frame.zoomed(zoom) if frame and zoom else frame
        if frame is None or f"{name}_map.x" not in data:
            return typed
        try:
            x, y = int(data[f"{name}_map.x"]), int(data[f"{name}_map.y"])
        except (KeyError, ValueError):
            return typed
        clicked = Place(*frame.place(x, y))
        self._frame = frame.around(*clicked)
        return str(clicked)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The widget's context with the picture."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        here = _place_or_none(value)
        frame = self._frame or _first_frame(here, self.known)
        points = [*self.known]
        if here is not None:
            points.append(MapPoint(*here, label="", kind="here"))
        drawing = draw_map(points, frame=frame, centre=here)
        picture = render_to_string("design/map_picture.svg", {"drawing": drawing})
        encoded = b64encode(picture.encode()).decode()
        context["widget"].update(
            frame=str(frame), picture=encoded, width=WIDTH, height=HEIGHT, known=self.known
        )
        return context


def _first_frame(here: Place | None, known: Sequence[MapPoint]) -> Frame:
    places = [(point.latitude, point.longitude) for point in known]
    if here is None:
        return frame_of(places, width=WIDTH, height=HEIGHT)
    near = frame_of([here], width=WIDTH, height=HEIGHT).zoomed(0.2)
    around = [place for place in places if near.holds(*place)]
    return frame_of([here, *around], width=WIDTH, height=HEIGHT).around(*here) if around else near


def _place_or_none(value: Any) -> Place | None:
    if isinstance(value, Place):
        return value
    if not value:
        return None
    try:
        return read_place(str(value))
    except ValidationError:
        return None


class PlaceField(forms.Field):
    """A place in Japan; its value is a `Place`."""

    widget = PlaceWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "地図を押すか、緯度と経度を書きます（例：37.05, 140.89）。地図アプリの数字を貼り付けられます。"
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Place | None:
        """The place; None when nothing was typed.

        Raises:
            ValidationError: as `read_place`.
        """
        if isinstance(value, Place):
            return value
        return read_place(str(value)) if value and str(value).strip() else None
