"""What follows from holding roles: properties of `Standing`, without a database."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sosei.core.people import roles
from sosei.core.people.roles import Held, Scope, Standing, split_by_second_factor

TOWNS = st.integers(1, 3)
HELD = st.builds(
    lambda role, town, org: Held(
        role,
        None if role == roles.OPERATOR else town,
        org if role in roles.OF_AN_ORGANISATION else None,
    ),
    st.sampled_from(roles.ALL),
    TOWNS,
    st.integers(1, 9),
)
STANDINGS = st.builds(Standing, st.integers(1, 99), st.lists(HELD, max_size=4).map(tuple))


@given(standing=STANDINGS, role=st.sampled_from(roles.ALL), town=TOWNS)
def test_a_role_may_be_given_only_by_an_operator_or_by_somebody_of_that_town(
    standing: Standing, role: str, town: int
) -> None:
    if standing.may_grant(role, town) and not standing.is_operator:
        assert any(h.municipality == town and h.role in roles.GRANTS for h in standing.held)


@given(standing=STANDINGS, town=TOWNS)
def test_no_one_in_a_town_appoints_its_auditor(standing: Standing, town: int) -> None:
    assert standing.may_grant(roles.AUDITOR, town) is standing.is_operator


@given(standing=STANDINGS, role=st.sampled_from(roles.ALL), town=TOWNS)
def test_who_may_give_a_role_sees_who_holds_it(standing: Standing, role: str, town: int) -> None:
    where = None if role == roles.OPERATOR else town
    if standing.may_grant(role, where):
        assert any(scope.covers(role, where) for scope in standing.member_scopes())


@given(standing=STANDINGS)
def test_a_scope_reaches_other_towns_for_operators_alone(standing: Standing) -> None:
    own = standing.towns_as(roles.ALL)
    for scope in standing.member_scopes():
        if scope.municipality is None:
            assert scope.roles == roles.STAFF
            assert standing.is_operator
        else:
            assert scope.municipality in own


@given(standing=STANDINGS)
def test_personal_data_are_seen_only_of_those_who_are_seen_at_all(standing: Standing) -> None:
    assert set(standing.personal_scopes()) <= set(standing.member_scopes())


@given(held=st.lists(HELD, max_size=6), secured=st.booleans())
def test_staff_roles_wait_for_a_second_factor_and_no_other_does(held: list[Held], secured: bool) -> None:
    counting, waiting = split_by_second_factor(held, secured=secured)
    assert sorted(map(repr, counting + waiting)) == sorted(map(repr, held))
    assert all(one.role in roles.STAFF for one in waiting)
    assert not waiting or not secured
    if not secured:
        assert not any(one.role in roles.STAFF for one in counting)


def test_nobody_holds_sees_and_gives_nothing() -> None:
    nobody = Standing()
    assert nobody.member_scopes() == nobody.personal_scopes() == ()
    assert not any(nobody.may_grant(role, 1) for role in roles.ALL)
    assert not nobody.is_operator


def test_an_operator_sees_staff_everywhere_and_no_citizen() -> None:
    (scope,) = Standing(1, (Held(roles.OPERATOR),)).member_scopes()
    assert scope == Scope(roles.STAFF)
    assert scope.covers(roles.PLANNER, 7)
    assert not scope.covers(roles.CITIZEN, 7)
    assert not Standing(1, (Held(roles.OPERATOR),)).personal_scopes()


def test_roles_are_counted_town_by_town() -> None:
    standing = Standing(1, (Held(roles.PLANNER, 1), Held(roles.EMPLOYER, 2, 5), Held(roles.CITIZEN, 2)))
    assert standing.towns_as({roles.PLANNER}) == {1}
    assert standing.towns_as(roles.CIVIL) == {2}
    assert standing.organisations_as() == {5}
    assert standing.holds(roles.PLANNER, 1)
    assert not standing.holds(roles.PLANNER, 2)
    assert standing.may_grant(roles.KPI_OWNER, 1)
    assert not standing.may_grant(roles.KPI_OWNER, 2)
