"""The map without tiles: pixels and places, labels that do not cover each other, places typed and pasted."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.design.map_fields import read_place
from sosei.core.design.maps import (
    Frame,
    MapPoint,
    distance_text,
    draw_map,
    frame_of,
    label_width,
    metres_between,
    read_frame,
)

NEAR = st.tuples(st.floats(36.9, 37.2), st.floats(140.7, 141.0))


@given(NEAR, st.floats(0, 320), st.floats(0, 280), st.floats(2, 200))
def test_a_pixel_and_its_place_are_each_other_s(
    middle: tuple[float, float], x: float, y: float, scale: float
) -> None:
    frame = Frame(*middle, scale, 320, 280)
    back = frame.xy(*frame.place(x, y))
    assert back == pytest.approx((x, y), abs=0.2)


@given(st.lists(NEAR, min_size=1, max_size=25))
def test_every_point_lies_on_the_map_and_no_label_covers_another_or_a_mark(
    places: list[tuple[float, float]],
) -> None:
    drawn = draw_map([MapPoint(*place, label=f"南の畑{n}") for n, place in enumerate(places)])
    boxes = []
    for mark in drawn.marks:
        assert 0 <= mark.x <= drawn.width and 0 <= mark.y <= drawn.height
        if mark.label_x is not None and mark.label_y is not None:
            width = label_width(mark.point.label)
            left = mark.label_x - {"start": 0, "middle": width / 2, "end": width}[mark.anchor]
            boxes.append((left, mark.label_y - 12, left + width, mark.label_y + 2))
    for n, one in enumerate(boxes):
        assert one[0] >= 0 and one[2] <= drawn.width
        for other in boxes[n + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart


def test_every_point_stands_in_the_list_with_its_number_and_its_link_can_be_reached() -> None:
    crowd = [MapPoint(37.05, 140.89 + n / 1e5, f"畑{n}", url=f"/place/{n}") for n in range(9)]
    drawn = draw_map(crowd)
    assert sum(mark.label_x is None for mark in drawn.marks) > 0
    page = render_to_string("design/map.html", {"drawing": drawn, "label": "地図"})
    assert page.count('href="/place/3"') == 2 and 'aria-label="4 畑3"' in page
    assert page.count("<li>") == 9


def test_rings_and_the_bar_tell_true_distances() -> None:
    drawn = draw_map([MapPoint(37.05, 140.89, "a"), MapPoint(37.09, 140.89, "b")], centre=(37.05, 140.89))
    ring = drawn.rings[0]
    metres = ring.radius * drawn.frame.metres_a_pixel
    assert ring.text == distance_text(round(metres, -2))
    assert metres_between((37.05, 140.89), (37.09, 140.89)) == pytest.approx(4448, abs=1)


def test_one_place_alone_and_none_at_all_have_a_map() -> None:
    assert frame_of([(37.05, 140.89)]).metres_a_pixel == 5
    assert draw_map([]).frame.holds(35.68, 139.77)
    assert read_frame(str(frame_of([(37.05, 140.89)]))) is not None
    assert read_frame("37.05,140.89,1e9") is None
    assert read_frame("<script>") is None


@pytest.mark.parametrize(
    "text",
    [
        "37.05, 140.89",
        "37.05 140.89",
        "３７．０５，１４０．８９",
        "140.89,37.05",
        "(37.0500, 140.8900)",
        "北緯37.05 東経140.89",
    ],
)
def test_a_place_is_read_as_it_is_copied(text: str) -> None:
    assert tuple(read_place(text)) == (37.05, 140.89)


@pytest.mark.parametrize("text", ["いわき駅", "37.05", "51.5, -0.12", "37.05, 140.89, 3", "0, 0"])
def test_what_is_no_place_in_japan_is_named(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_place(text)
    assert text in refused.value.messages[0]
