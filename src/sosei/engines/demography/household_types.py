"""Household types that planners ask about: who comes with one household, by sex and age.

Types after the future simulation that Shimane prefecture offers its communities (couples in their 20s, couples in
their 30s with a child, couples in their 60s). A couple is one man and one woman spread evenly over the ten years; the
child is half a boy and half a girl.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sosei.engines.demography.dimensions import SEXES, AgeGroups


@dataclass(frozen=True)
class HouseholdType:
    """Persons of one household: sex → (first age, last age) → persons, even within the ages."""

    name: str
    title: Mapping[str, str]
    members: Mapping[str, Mapping[tuple[int, int], float]]

    def persons(self, groups: AgeGroups) -> npt.NDArray[np.float64]:
        """Persons by sex and age group, shape (2, groups)."""
        out = np.zeros((2, groups.starts.size))
        for row, sex in enumerate(SEXES):
            for (first, last), number in self.members.get(sex, {}).items():
                for age in range(first, last + 1):
                    out[row, min(age // groups.width, groups.starts.size - 1)] += number / (last - first + 1)
        return out


HOUSEHOLD_TYPES: dict[str, HouseholdType] = {
    t.name: t
    for t in (
        HouseholdType(
            "couple_20s",
            {"ja": "20代の夫婦", "en": "couple in their 20s"},
            {"male": {(20, 29): 1.0}, "female": {(20, 29): 1.0}},
        ),
        HouseholdType(
            "family_30s",
            {"ja": "30代の夫婦と子ども1人（0～4歳）", "en": "couple in their 30s with one child aged 0-4"},
            {"male": {(30, 39): 1.0, (0, 4): 0.5}, "female": {(30, 39): 1.0, (0, 4): 0.5}},
        ),
        HouseholdType(
            "couple_60s",
            {"ja": "60代の夫婦", "en": "couple in their 60s"},
            {"male": {(60, 69): 1.0}, "female": {(60, 69): 1.0}},
        ),
    )
}
