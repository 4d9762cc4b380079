"""The what-if panel's state: a link brings it back, and a value that cannot be used says so beside its field."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.planning.population.models import Area
from sosei.planning.population.vision import build_vision
from sosei.planning.population.what_if import HOUSEHOLD_TYPES, WhatIf, WhatIfError, run_what_if

states = st.builds(
    WhatIf,
    tfr=st.none() | st.integers(50, 300).map(lambda v: v / 100),
    tfr_by=st.sampled_from(range(2020, 2061, 5)),
    recovery=st.integers(0, 100),
    households=st.integers(0, 2000),
    household_type=st.sampled_from(HOUSEHOLD_TYPES),
)


@given(state=states)
def test_a_link_brings_the_same_state_back(state: WhatIf) -> None:
    assert WhatIf.from_query(dict(parse_qsl(state.to_query()))) == state


def test_full_width_digits_and_separators_are_read() -> None:
    assert WhatIf.from_query({"tfr": "１．８", "households": "1,000"}) == WhatIf(tfr=1.8, households=1000)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tfr", "9"),
        ("tfr", "nan"),
        ("tfr", "many"),
        ("tfr_by", "1999"),
        ("recovery", "101"),
        ("households", "-1"),
        ("households", "1.5"),
        ("recovery", "50.5"),
        ("tfr", "1,5"),
        ("household_type", "castle"),
    ],
)
def test_a_value_out_of_range_is_named_beside_its_field(field: str, value: str) -> None:
    with pytest.raises(WhatIfError) as caught:
        WhatIf.from_query({field: value})
    assert list(caught.value.problems) == [field]
    assert value in caught.value.problems[field]


def test_all_fields_are_reported_together() -> None:
    with pytest.raises(WhatIfError) as caught:
        WhatIf.from_query({"tfr": "x", "recovery": "x"})
    assert set(caught.value.problems) == {"tfr", "recovery"}


def test_an_untouched_panel_is_the_baseline(iwaki: Area) -> None:
    baseline = [
        r["total"] for r in build_vision(iwaki).tables["scenario_totals"] if r["scenario"] == "baseline"
    ]
    assert [r["total"] for r in run_what_if(iwaki, WhatIf())["scenario_totals"]] == baseline


def test_each_lever_raises_the_population(iwaki: Area) -> None:
    def in_2060(state: WhatIf) -> float:
        return run_what_if(iwaki, state)["scenario_totals"][-1]["total"]

    base = in_2060(WhatIf())
    for state in (WhatIf(tfr=2.0), WhatIf(recovery=50), WhatIf(households=20)):
        assert in_2060(state) > base


def test_households_come_from_the_newest_census_on(iwaki: Area) -> None:
    plain = run_what_if(iwaki, WhatIf())["scenario_totals"]
    more = run_what_if(iwaki, WhatIf(households=10, household_type="couple_60s"))["scenario_totals"]
    gained = {a["year"]: b["total"] - a["total"] for a, b in zip(plain, more, strict=True)}
    assert gained[2025] == pytest.approx(0)
    assert gained[2030] == pytest.approx(10 * 5 * 2)


def test_a_year_outside_the_projection_lists_the_years_that_fit(fukushima: Area) -> None:
    with pytest.raises(WhatIfError) as caught:
        run_what_if(fukushima, WhatIf(tfr=2.0, tfr_by=2020))
    assert "2025" in caught.value.problems["tfr_by"]
