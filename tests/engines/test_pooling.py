"""Pooling toward peers: between own and peer rate, as strong as the data say, and never silent."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.pooling import pool_toward_peers

AREAS = 12


def by_area(values: object) -> xr.DataArray:
    block = np.asarray(values, dtype=float)
    return xr.DataArray(block, dims=("area",), coords={"area": [f"a{i:02d}" for i in range(len(block))]})


ONE_CLASS = by_area(np.zeros(AREAS))
people = arrays(float, AREAS, elements=st.floats(1, 1e5))
rates = arrays(float, AREAS, elements=st.floats(-0.5, 0.5))


@settings(max_examples=40)
@given(people, rates)
def test_the_estimate_lies_between_the_areas_own_rate_and_its_peers(denominators, own):
    found = pool_toward_peers(by_area(own * denominators), by_area(denominators), ONE_CLASS)
    low = np.minimum(own, found["peer_rate"]) - 1e-9
    high = np.maximum(own, found["peer_rate"]) + 1e-9
    assert ((low <= found["rate"]) & (found["rate"] <= high)).all()
    assert ((found["pooled"] >= 0) & (found["pooled"] <= 1)).all()


@settings(max_examples=40)
@given(people, rates, st.integers(0, AREAS - 1))
def test_an_area_without_anybody_gets_its_peers_rate_and_says_so(denominators, own, empty):
    denominators[empty] = 0
    found = pool_toward_peers(by_area(own * denominators), by_area(denominators), ONE_CLASS)
    assert found["pooled"][empty] == 1
    np.testing.assert_allclose(
        found["rate"][empty], (own * denominators).sum() / denominators.sum(), atol=1e-12
    )


@settings(max_examples=40)
@given(people, rates)
def test_an_area_of_very_many_people_keeps_its_own_rate(denominators, own):
    denominators[0] = 1e15
    found = pool_toward_peers(by_area(own * denominators), by_area(denominators), ONE_CLASS)
    assume(float(found["between_variance"]) > 1e-6)
    np.testing.assert_allclose(found["rate"][0], own[0], atol=1e-6)
    assert found["pooled"][0] < 1e-6


@settings(max_examples=40)
@given(people, rates, st.permutations(range(AREAS)))
def test_the_order_of_the_areas_does_not_matter(denominators, own, order):
    events, at_risk = by_area(own * denominators), by_area(denominators)
    peers = by_area(np.arange(AREAS) % 2)
    straight = pool_toward_peers(events, at_risk, peers)
    turned = pool_toward_peers(events[order], at_risk[order], peers[order])
    np.testing.assert_allclose(turned["rate"], straight["rate"][order], rtol=1e-5, atol=1e-6)


@settings(max_examples=40)
@given(people, rates)
def test_fewer_people_are_pooled_more(denominators, own):
    found = pool_toward_peers(by_area(own * denominators), by_area(denominators), ONE_CLASS)
    by_size = found["pooled"].values[np.argsort(denominators)]
    assert (np.diff(by_size) <= 1e-12).all()


def test_the_strength_is_the_one_that_made_the_data():
    """2,000 areas drawn with τ = 0.05 and v = 0.8: both are found again within a tenth."""
    random = np.random.default_rng(7)
    people = np.exp(random.uniform(2, 9, 2000))
    own = 0.1 + random.normal(0, 0.05, 2000) + random.normal(0, np.sqrt(0.8 / people))
    found = pool_toward_peers(by_area(own * people), by_area(people), by_area(np.zeros(2000)))
    np.testing.assert_allclose(np.sqrt(found["between_variance"]), 0.05, rtol=0.1)
    np.testing.assert_allclose(found["unit_variance"], 0.8, rtol=0.1)


def test_areas_that_differ_by_chance_alone_are_pooled_almost_whole():
    random = np.random.default_rng(3)
    people = np.exp(random.uniform(2, 7, 1500))
    own = 0.1 + random.normal(0, np.sqrt(0.5 / people))
    found = pool_toward_peers(by_area(own * people), by_area(people), by_area(np.zeros(1500)))
    assert float(found["pooled"].median()) > 0.9


def test_every_cell_has_a_strength_of_its_own():
    random = np.random.default_rng(5)
    people = np.exp(random.uniform(2, 9, 500))[:, None] * np.ones(2)
    own = random.normal(0, [0.2, 0.001], (500, 2)) + random.normal(0, np.sqrt(0.5 / people))
    coords = {"area": np.arange(500), "age": [20, 60]}
    at_risk = xr.DataArray(people, dims=("area", "age"), coords=coords)
    peers = xr.DataArray(np.zeros(500), dims=("area",), coords={"area": coords["area"]})
    found = pool_toward_peers(at_risk * own, at_risk, peers)
    assert float(found["pooled"].sel(age=20).mean()) < float(found["pooled"].sel(age=60).mean())


@pytest.mark.parametrize(
    ("denominators", "peers", "told"),
    [
        ([*np.ones(10), 0, 0], [*np.zeros(10), 1, 1], "peer class 1"),
        ([1, 1, *np.zeros(10)], np.zeros(12), "three areas"),
        ([-1, *np.ones(11)], np.zeros(12), "zero or more"),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_its_remedy(denominators, peers, told):
    with pytest.raises(DemographyError, match=told) as caught:
        pool_toward_peers(by_area(np.zeros(12)), by_area(denominators), by_area(peers))
    assert "対処" in caught.value.text("ja")
