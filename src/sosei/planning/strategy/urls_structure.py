"""Addresses of the strategy's structure: its pages for everybody, and the planner's."""

from __future__ import annotations

from django.urls import path, register_converter

from sosei.planning.strategy.part_kinds import BY_SLUG
from sosei.planning.strategy.views import structure as pages
from sosei.planning.strategy.views import structure_edit as edit
from sosei.planning.strategy.views import structure_parts as parts


class PartConverter:
    """The word of a kind of part in an address."""

    regex = "|".join(BY_SLUG)

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    to_url = to_python


register_converter(PartConverter, "part_kind")

_OFFICE = "<str:code>/office/strategy"
_PART = f"{_OFFICE}/parts/<part_kind:kind>/<int:part_id>"
urlpatterns = [
    path("<str:code>/strategy", pages.current, name="current"),
    path("<str:code>/strategy/<int:strategy_id>", pages.strategy, name="strategy"),
    path("<str:code>/strategy/<int:strategy_id>/picture.<str:kind>", pages.picture, name="structure-file"),
    path("<str:code>/strategy/packages/<int:package_id>", pages.package, name="package"),
    path("<str:code>/strategy/measures/<int:measure_id>", pages.measure, name="measure"),
    path("<str:code>/strategy/models/<int:model_id>", pages.promotion_model, name="promotion-model"),
    path("<str:code>/strategy/<int:strategy_id>/lineage", pages.lineage, name="lineage"),
    path("<str:code>/strategy/<int:strategy_id>/lineage.<str:kind>", pages.lineage_file, name="lineage-file"),
    path("<str:code>/strategy/<int:strategy_id>/formation", pages.formation, name="formation"),
    path(f"{_OFFICE}/", edit.strategies, name="strategies-office"),
    path(f"{_OFFICE}/new", edit.new, name="strategy-new"),
    path(f"{_OFFICE}/<int:strategy_id>", edit.structure, name="structure-edit"),
    path(f"{_OFFICE}/<int:strategy_id>/change", edit.change, name="strategy-change"),
    path(f"{_OFFICE}/<int:strategy_id>/publish", edit.publish, name="strategy-publish"),
    path(f"{_OFFICE}/<int:strategy_id>/drop", edit.drop, name="strategy-drop"),
    path(f"{_OFFICE}/<int:strategy_id>/lineage-complete", edit.lineage_complete, name="lineage-complete"),
    path(f"{_OFFICE}/<int:strategy_id>/<part_kind:kind>/new", parts.new, name="part-new"),
    path(f"{_OFFICE}/<int:strategy_id>/put-back/<int:entry_id>", parts.put_back, name="part-put-back"),
    path(_PART, parts.change, name="part-change"),
    path(f"{_PART}/remove", parts.remove, name="part-remove"),
    path(f"{_PART}/move", parts.move, name="part-move"),
    path(f"{_OFFICE}/measures/<int:measure_id>/end", edit.measure_end, name="measure-end"),
    path(f"{_OFFICE}/measures/<int:measure_id>/resume", edit.measure_resume, name="measure-resume"),
]
