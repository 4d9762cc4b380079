"""Who comes with a settled household, by sex and age, from what its fact says: type, age of its head, persons.

Adults are spread evenly over the ages of the head's band, a couple being a man and a woman, a single person and the
children half of each sex. Persons beyond the adults are children. Where a fact does not say the head's age, adults are
taken as 20 to 39. What matches one of the engine's household types gives the same persons as that type.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.household_types import HouseholdType

Array = npt.NDArray[np.float64]
Ages = tuple[int, int]

ADULTS: Mapping[str, int] = {"single": 1, "couple": 2, "couple_with_children": 2, "one_parent": 1}
"""Type of a settled household -> adults; in any other type all are adults."""
ADULT_AGES: Mapping[str, Ages] = {
    "under_30": (20, 29),
    "30s": (30, 39),
    "40s": (40, 49),
    "50s": (50, 59),
    "60_and_over": (60, 69),
}
CHILD_AGES: Mapping[str, Ages] = {
    "under_30": (0, 4),
    "30s": (0, 4),
    "40s": (5, 14),
    "50s": (10, 19),
    "60_and_over": (15, 24),
}
UNSAID_ADULT_AGES: Ages = (20, 39)
UNSAID_CHILD_AGES: Ages = (0, 9)
PERSON_AGES: Mapping[str, Ages] = {
    "0-14": (0, 14),
    "15-29": (15, 29),
    "30-44": (30, 44),
    "45-64": (45, 64),
    "65+": (65, 79),
}
"""Age band of a settled person -> ages over which the persons are spread; the open band over fifteen years."""


def of_both_sexes(ages: Ages, groups: AgeGroups) -> Array:
    """One person, half man and half woman, spread evenly over the ages."""
    return HouseholdType("person", {}, {"male": {ages: 0.5}, "female": {ages: 0.5}}).persons(groups)


def persons_of_households(
    households: float, persons: float | None, household_type: str, head_age: str, groups: AgeGroups
) -> Array:
    """Persons of so many households of a type by sex and age group, shape (2, groups).

    Args:
        persons: how many they are together; None where the facts do not say: then adults, and one child for a
            household with children.
    """
    adults = of_both_sexes(ADULT_AGES.get(head_age, UNSAID_ADULT_AGES), groups)
    children = of_both_sexes(CHILD_AGES.get(head_age, UNSAID_CHILD_AGES), groups)
    of_each = ADULTS.get(household_type)
    if of_each is None:
        return adults * (households if persons is None else persons)
    grown = households * of_each
    if persons is None:
        young = households if household_type in ("couple_with_children", "one_parent") else 0.0
    else:
        young = max(persons - grown, 0.0)
    return adults * grown + children * young


def persons_of_age(persons: float, age: str, groups: AgeGroups) -> Array:
    """So many persons of an age band, or of 20 to 39 where the facts do not say."""
    return persons * of_both_sexes(PERSON_AGES.get(age, UNSAID_ADULT_AGES), groups)
