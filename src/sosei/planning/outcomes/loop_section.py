"""The loop's section on the page of a population vision: what programmes did and what is missing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from sosei.core.people.models import Municipality
from sosei.engines.demography.errors import DemographyError
from sosei.planning.outcomes import loop_figure
from sosei.planning.outcomes.loop_state import Loop, loop_of
from sosei.planning.population.figures import KeyFigure
from sosei.planning.population.sections import ExtraSection
from sosei.planning.population.vision_records import Vision
from sosei.planning.population.wording import number, signed

SLUG = "programmes-section"


def section(request: HttpRequest, vision: Vision) -> ExtraSection | None:
    """What programmes did and what is missing; nothing for a town without facts, but a hint for its own people."""
    town = Municipality.objects.filter(code=vision.area.code).first()
    if town is None:
        return None
    title = _("事業は人口をどれだけ変えたか")
    lead = _(
        "町の事業を通して移り住んだ世帯を、見通しに足しました。事業だけの手がらではないので「寄与」と呼びます。"
    )
    context: dict[str, Any] = {"town": town}
    try:
        loop = loop_of(town, vision, getattr(request, "user", None))
    except DemographyError:
        # The facts and settings together leave nobody somewhere: the loop's own page tells it, with the remedy.
        context["problem"] = _(
            "事業の実績を入れた見通しを計算できませんでした。理由は、つながりの全体のページにあります。"
        )
        return ExtraSection(SLUG, title, lead, "outcomes/loop/vision_section.html", context)
    if not loop.contribution.changes_anything and not loop.may_see_small:
        return None
    context |= {"loop": loop}
    entries: tuple[tuple[str, str], ...] = ()
    if loop.moves_projection:
        drawn = loop_figure.draw(loop)
        context |= {"drawn": drawn, "figures": key_figures(loop), "method": loop_figure.method_of(loop)}
        entries = ((loop_figure.SLUG, drawn.title),)
    return ExtraSection(SLUG, title, lead, "outcomes/loop/vision_section.html", context, entries)


def key_figures(loop: Loop) -> list[KeyFigure]:
    """Households that came, their contribution, and what is missing a year."""
    last = loop.last
    shown = [
        KeyFigure(
            _("事業で移り住んだ世帯"),
            _("%(count)s世帯") % {"count": number(loop.households_after)},
            _("%(year)s年の国勢調査のあと") % {"year": loop.vision.base_year},
            "observed",
        ),
        KeyFigure(
            _("%(year)s年の人口への寄与") % {"year": last.year},
            _("%(count)s人") % {"count": number(last.added)},
            _("多くても%(count)s人") % {"count": signed(last.added_at_most)},
            "what-if",
        ),
    ]
    if loop.missing is not None and loop.wanted is not None:
        shown.append(
            KeyFigure(
                _("まだ足りない世帯（毎年）"),
                _("%(count)s世帯") % {"count": number(loop.missing.households_a_year)},
                _("%(year)s年の「%(title)s」まで")
                % {"year": loop.missing.target.year, "title": loop.wanted.title},
                "prospect-2",
            )
        )
    return shown
