"""A what-if: the few levers of the page's panel, read from a link, validated, and projected in milliseconds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from sosei.engines.demography.household_types import HOUSEHOLD_TYPES as TYPES
from sosei.engines.demography.overrides import HouseholdArrivals, MigrationRecovery, Override, TfrPath
from sosei.engines.demography.project import Projection
from sosei.engines.demography.scenario import Scenario
from sosei.planning.population import vision_tables
from sosei.planning.population.inputs import ProjectionInputs
from sosei.planning.population.models import Area
from sosei.planning.population.vision import vision_inputs
from sosei.planning.population.vision_records import Row

HOUSEHOLD_TYPES = tuple(TYPES)
NAME = "what-if"
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?$")
"""1,000 is a thousand; 1,5 is not fifteen."""


class WhatIfError(ValueError):
    """A link or form holds values that cannot be used; `problems` names each field's."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in problems.items()))
        self.problems = problems


@dataclass(frozen=True)
class WhatIf:
    """The panel's state; `to_query()` and `from_query()` are inverse, so that a link brings it back.

    Attributes:
        tfr: total fertility rate reached by `tfr_by` in a straight line from today's, then held; None: the base's.
        tfr_by: the year by which fertility and migration change in full.
        recovery: per cent of each net loss of migrants recovered by `tfr_by`.
        households: households of `household_type` who come each year, from the newest census on.
    """

    tfr: float | None = None
    tfr_by: int = 2040
    recovery: int = 0
    households: int = 0
    household_type: str = "family_30s"

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> WhatIf:
        """The state a link or form carries; a missing key means the default.

        Raises:
            WhatIfError: with one sentence for each field that cannot be used.
        """
        problems: dict[str, str] = {}

        def number(key: str, low: float, high: float, make: Callable[[str], Any], default: Any) -> Any:
            text = unicodedata.normalize("NFKC", str(query.get(key) or "")).strip()
            if not text:
                return default
            try:
                value = make(text.replace(",", "") if THOUSANDS.match(text) else text)
            except ValueError:
                value = None
            if value is None or not low <= value <= high:
                if make is int:
                    sentence = _(
                        "「%(text)s」は使えません。%(low)s から %(high)s までの整数を入れてください。"
                    )
                else:
                    sentence = _("「%(text)s」は使えません。%(low)s から %(high)s までの数を入れてください。")
                problems[key] = sentence % {"text": text[:40], "low": f"{low:g}", "high": f"{high:g}"}
                return default
            return value

        tfr = number("tfr", 0.5, 3.0, float, None)
        tfr_by = number("tfr_by", 2020, 2060, int, cls.tfr_by)
        recovery = number("recovery", 0, 100, int, cls.recovery)
        households = number("households", 0, 2000, int, cls.households)
        kind = str(query.get("household_type") or cls.household_type)
        if kind not in TYPES:
            problems["household_type"] = _(
                "「%(text)s」という世帯の種類はありません。一覧から選んでください。"
            ) % {"text": kind[:40]}
        if problems:
            raise WhatIfError(problems)
        return cls(tfr, tfr_by, recovery, households, kind)

    def to_query(self) -> str:
        """The link's query, without what is at its default."""
        default = WhatIf()
        held = {
            "tfr": f"{self.tfr:g}" if self.tfr is not None else None,
            "tfr_by": self.tfr_by if self.tfr_by != default.tfr_by else None,
            "recovery": self.recovery or None,
            "households": self.households or None,
            "household_type": self.household_type if self.household_type != default.household_type else None,
        }
        return urlencode({k: v for k, v in held.items() if v is not None})

    def scenario(self, inputs: ProjectionInputs) -> Scenario:
        """The state as a scenario on the base.

        Raises:
            WhatIfError: the year is not the end of a five-year step of this projection.
        """
        years = [int(y) for y in inputs.rates["year"].values]
        if self.tfr_by not in years:
            raise WhatIfError(
                {
                    "tfr_by": _("%(year)s年は選べません。%(years)s から選んでください。")
                    % {"year": self.tfr_by, "years": ", ".join(str(y) for y in years)}
                }
            )
        overrides: list[Override] = []
        if self.tfr is not None:
            overrides.append(TfrPath({self.tfr_by: self.tfr}))
        if self.recovery:
            overrides.append(MigrationRecovery(self.recovery / 100, self.tfr_by))
        if self.households:
            start = max([inputs.base_year, *(y for y in inputs.censuses.by_year if y in years[:-1])])
            overrides.append(HouseholdArrivals(self.household_type, self.households, from_year=start))
        return Scenario(NAME, {"ja": "もしも", "en": "What if"}, base="baseline", overrides=tuple(overrides))


def run_what_if(area: Area, what_if: WhatIf) -> dict[str, list[Row]]:
    """The tables of the page for scenario "what-if" only.

    Raises:
        WhatIfError: the year does not fit the projection.
        DemographyError: the combination leaves fewer than zero people somewhere.
    """
    inputs = vision_inputs(area)
    return what_if_tables(inputs.project(what_if.scenario(inputs)))


def what_if_tables(projection: Projection) -> dict[str, list[Row]]:
    """The tables a what-if redraws."""
    return {
        "scenario_totals": vision_tables.scenario_totals(NAME, projection),
        "scenario_ages": vision_tables.scenario_ages(NAME, projection),
        "support_ratio": vision_tables.support_ratios(NAME, projection, {}),
        "pyramid": vision_tables.pyramid(NAME, projection.everyone),
        "women_20_39": vision_tables.women(NAME, projection),
        "components": vision_tables.components(NAME, projection),
    }
