"""Registers the loop's section on the page of a population vision when Django starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

from sosei.planning.population.sections import ExtraSection, register

if TYPE_CHECKING:
    from sosei.planning.population.vision_records import Vision


def section(request: HttpRequest, vision: Vision) -> ExtraSection | None:
    """See `loop_section`."""
    # Here: it loads altair, xarray and pandas, which most commands never need.
    from sosei.planning.outcomes import loop_section

    return loop_section.section(request, vision)


register("outcomes", section)
