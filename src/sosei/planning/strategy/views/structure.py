"""The pages of a strategy for everybody: the whole of it, its packages, measures, models, lineage and formation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.people import roles
from sosei.core.people.standing import standing_of
from sosei.planning.strategy import formation_log, measure_sections
from sosei.planning.strategy.charts import svg
from sosei.planning.strategy.charts.lineage import draw_lineage
from sosei.planning.strategy.charts.tree import draw_tree
from sosei.planning.strategy.departments import attach_department_names
from sosei.planning.strategy.grant_rules import grant_breaches
from sosei.planning.strategy.judging import JudgedStrategy, judge_strategy
from sosei.planning.strategy.models import (
    FormationStep,
    Kpi,
    Lineage,
    Measure,
    PolicyPackage,
    PromotionModel,
    PromotionTag,
    Strategy,
)
from sosei.planning.strategy.models.common import in_language
from sosei.planning.strategy.numbers import print_year, today_in
from sosei.planning.strategy.permissions import can_plan_strategy
from sosei.planning.strategy.structure_tree import Branch, KpiLeaf, build_tree
from sosei.planning.strategy.timeline import timeline_of
from sosei.planning.strategy.views.structure_common import (
    crumbs_to,
    current_of,
    part_of_town,
    strategies_of,
    ways,
)

MIME_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@require_safe
def current(request: Any, code: str) -> HttpResponse:
    """The strategy in force; what to do where there is none."""
    strategies = strategies_of(request)
    chosen = current_of(strategies, request.town)
    if chosen is None:
        context = {
            "town": request.town,
            "may_write": standing_of(request.user).holds(roles.PLANNER, request.town.pk),
            "crumbs": [(_("総合戦略"), "")],
        }
        return render(request, "strategy/structure/none.html", context)
    return _whole(request, chosen, strategies)


@require_safe
def strategy(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """One strategy, of any term."""
    strategies = strategies_of(request)
    return _whole(request, _chosen(strategies, strategy_id), strategies)


def _chosen(strategies: list[Strategy], key: int) -> Strategy:
    found = next((one for one in strategies if one.pk == key), None)
    if found is None:
        raise Http404
    return found


def _whole(request: Any, chosen: Strategy, strategies: list[Strategy]) -> HttpResponse:
    tree = build_tree(chosen, user=request.user, today=today_in(chosen.municipality))
    context = {
        **_shared(request, chosen, "strategy"),
        "strategies": strategies,
        "tree": tree,
        "concept": in_language(chosen, "concept"),
        "legal_basis": in_language(chosen, "legal_basis"),
        "source": in_language(chosen, "source"),
        "crumbs": crumbs_to(chosen),
    }
    return render(request, "strategy/structure/strategy.html", context)


def _shared(request: Any, chosen: Strategy, here: str) -> dict[str, Any]:
    return {
        "town": chosen.municipality,
        "strategy": chosen,
        "ways": ways(chosen, here),
        "may_write": can_plan_strategy(request.user, chosen),
        "term": _("%(first)sから%(last)sまで")
        % {"first": print_year(chosen.first_fiscal_year), "last": print_year(chosen.last_fiscal_year)},
    }


@require_safe
def picture(request: Any, code: str, strategy_id: int, kind: str) -> HttpResponse:
    """The whole strategy on one slide, as a file."""
    chosen = _chosen(strategies_of(request), strategy_id)
    tree = build_tree(chosen, user=request.user, today=today_in(chosen.municipality))
    return _picture(draw_tree(tree), kind, f"strategy-{code}-{chosen.term}")


def _picture(drawing: str, kind: str, name: str) -> HttpResponse:
    if kind not in MIME_TYPES:
        raise Http404(kind)
    content = svg.png_bytes(drawing) if kind == "png" else svg.for_file(drawing).encode("utf-8")
    response = HttpResponse(content, content_type=MIME_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{slugify(name)}.{kind}"'
    return response


def _judged(chosen: Strategy, request: Any, kpis: Any) -> JudgedStrategy:
    seen = kpis.visible_to(request.user).filter(strategy=chosen, ended_on__isnull=True)
    return judge_strategy(
        chosen, user=request.user, today=today_in(chosen.municipality), kpis=seen.order_by("position", "pk")
    )


def _leaves(judged: JudgedStrategy) -> list[KpiLeaf]:
    return [KpiLeaf(one, one.latest) for one in judged.kpis.values()]


@require_safe
def package(request: Any, code: str, package_id: int) -> HttpResponse:
    """A package with its measures, KPIs and promotion models, and whence it came."""
    held = part_of_town(request, PolicyPackage.objects.select_related("goal"), package_id)
    chosen = held.strategy
    measures = list(Measure.objects.visible_to(request.user).filter(package=held))
    attach_department_names(measures)
    keys = [measure.pk for measure in measures]
    leaves = _leaves(
        _judged(chosen, request, Kpi.objects.filter(package=held) | Kpi.objects.filter(measure__in=keys))
    )
    tags = PromotionTag.objects.visible_to(request.user).select_related("model").order_by("model__number")
    tags = list(tags.filter(package=held) | tags.filter(measure__in=keys))
    branches = [
        Branch(
            measure,
            [leaf for leaf in leaves if leaf.kpi.measure_id == measure.pk],
            [tag.model for tag in tags if tag.measure_id == measure.pk],
        )
        for measure in measures
    ]
    lineage = Lineage.objects.visible_to(request.user).filter(strategy=chosen, later=held)
    context = {
        **_shared(request, chosen, ""),
        "package": held,
        "leaves": [leaf for leaf in leaves if leaf.kpi.package_id == held.pk],
        "measures": [branch for branch in branches if branch.part.ended_on is None],
        "ended": [branch for branch in branches if branch.part.ended_on is not None],
        "models": [tag.model for tag in tags if tag.package_id == held.pk],
        "lineage": [
            link
            for link in lineage.select_related("earlier__strategy")
            if link.earlier_id is None or link.earlier is not None
        ],
        "crumbs": crumbs_to(chosen, (held.local_title, "")),
    }
    return render(request, "strategy/structure/package.html", context)


@require_safe
def measure(request: Any, code: str, measure_id: int) -> HttpResponse:
    """A measure: who, with whom, with which money, how it is meant to work, what is done when, and its KPIs."""
    held = part_of_town(request, Measure.objects.select_related("package__goal"), measure_id)
    chosen = held.strategy
    attach_department_names([held])
    leaves = _leaves(_judged(chosen, request, Kpi.objects.filter(measure=held)))
    budgets = list(
        held.budgets.visible_to(request.user).select_related("grant").order_by("fiscal_year", "pk")
    )
    tags = held.promotion_tags.visible_to(request.user).select_related("model").order_by("model__number")
    above = crumbs_to(chosen, (held.package.local_title, _address("package", code, held.package)))
    context = {
        **_shared(request, chosen, ""),
        "measure": held,
        "package": held.package,
        "partners": held.partners.visible_to(request.user),
        "budgets": [(budget, print_year(budget.fiscal_year)) for budget in budgets],
        "has_grant": any(budget.grant_id for budget in budgets),
        "has_spent": any(budget.spent_yen is not None for budget in budgets),
        "breaches": grant_breaches(budgets, len(leaves)),
        "logic": _logic(held),
        "timeline": timeline_of(list(held.actions.visible_to(request.user)), chosen),
        "leaves": leaves,
        "models": [tag.model for tag in tags],
        "sections": measure_sections.sections_of(held, request.user),
        "crumbs": [*above, (held.local_title, "")],
    }
    return render(request, "strategy/structure/measure.html", context)


def _address(name: str, code: str, part: Any) -> str:
    return reverse(f"strategy:{name}", kwargs={"code": code, f"{name}_id": part.pk})


def _logic(held: Measure) -> list[tuple[str, str, bool]]:
    """Label, words, and whether it is the end of the chain, from input to the component of population change."""
    chain = [
        (_("投入"), in_language(held, "input")),
        (_("活動"), in_language(held, "activity")),
        (_("産出"), in_language(held, "output")),
        (_("成果"), in_language(held, "outcome")),
        (_("人口への効き目"), held.get_component_display() if held.component else ""),
    ]
    if not any(words for _label, words in chain):
        return []
    return [(label, words, i == len(chain) - 1) for i, (label, words) in enumerate(chain)]


@require_safe
def promotion_model(request: Any, code: str, model_id: int) -> HttpResponse:
    """A priority promotion model with the packages and measures that stand under it."""
    held = part_of_town(request, PromotionModel.objects, model_id)
    chosen = held.strategy
    tags = list(
        PromotionTag.objects.visible_to(request.user)
        .filter(model=held)
        .select_related("package__goal", "measure__package__goal")
    )
    packages = sorted(
        (tag.package for tag in tags if tag.package is not None),
        key=lambda one: (one.goal.number, one.position),
    )
    measures = sorted(
        (tag.measure for tag in tags if tag.measure is not None),
        key=lambda one: (one.package.goal.number, one.package.position, one.position),
    )
    found = Kpi.objects.filter(package__in=packages) | Kpi.objects.filter(measure__in=measures)
    leaves = _leaves(_judged(chosen, request, found | Kpi.objects.filter(measure__package__in=packages)))
    of_package = {one.pk: [leaf for leaf in leaves if leaf.kpi.package_id == one.pk] for one in packages}
    others = PromotionModel.objects.visible_to(request.user).filter(strategy=chosen).exclude(pk=held.pk)
    context = {
        **_shared(request, chosen, ""),
        "model": held,
        "packages": [Branch(one, of_package[one.pk]) for one in packages],
        "measures": [
            Branch(one, [leaf for leaf in leaves if leaf.kpi.measure_id == one.pk]) for one in measures
        ],
        "others": others,
        "crumbs": crumbs_to(chosen, (held.local_title, "")),
    }
    return render(request, "strategy/structure/promotion_model.html", context)


def _lineage(request: Any, chosen: Strategy) -> dict[str, Any]:
    earlier = Strategy.objects.visible_to(request.user).filter(pk=chosen.previous_id).first()
    links = Lineage.objects.visible_to(request.user).filter(strategy=chosen)
    links = links.select_related("earlier__goal", "later__goal").order_by(
        "earlier__goal__number", "earlier__position", "later__goal__number", "later__position", "pk"
    )
    packages = PolicyPackage.objects.visible_to(request.user).select_related("goal")
    return {
        "earlier": earlier,
        "links": list(links),
        "earlier_packages": list(packages.filter(strategy=earlier)) if earlier else [],
        "later_packages": list(packages.filter(strategy=chosen)),
    }


def _draw(chosen: Strategy, found: dict[str, Any], *, narrow: bool = False) -> str:
    headings = (found["earlier"].local_short_title, chosen.local_short_title)
    return draw_lineage(
        found["earlier_packages"], found["later_packages"], found["links"], headings=headings, narrow=narrow
    )


@require_safe
def lineage(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """What became of the packages of the term before."""
    strategies = strategies_of(request)
    chosen = _chosen(strategies, strategy_id)
    found = _lineage(request, chosen)
    drawn = bool(found["earlier"] and found["links"])
    linked = {link.later_id for link in found["links"]} | {link.earlier_id for link in found["links"]}
    loose = [one for one in [*found["earlier_packages"], *found["later_packages"]] if one.pk not in linked]
    kinds = {str(kind.label): 0 for kind in Lineage.Kind}
    for link in found["links"]:
        kinds[str(link.get_kind_display())] += 1
    context = {
        **_shared(request, chosen, "lineage"),
        **found,
        "wide": _draw(chosen, found) if drawn else "",
        "narrow": _draw(chosen, found, narrow=True) if drawn else "",
        "kinds": [(label, count) for label, count in kinds.items() if count],
        "loose": loose,
        "crumbs": crumbs_to(chosen, (_("前の期からの流れ"), "")),
    }
    return render(request, "strategy/structure/lineage.html", context)


@require_safe
def lineage_file(request: Any, code: str, strategy_id: int, kind: str) -> HttpResponse:
    """The drawing of the lineage as a file."""
    chosen = _chosen(strategies_of(request), strategy_id)
    found = _lineage(request, chosen)
    if not found["earlier"] or not found["links"]:
        raise Http404
    return _picture(_draw(chosen, found), kind, f"lineage-{code}-{chosen.term}")


@require_safe
def formation(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """How the plan was made: the steps, and what was really done in Sosei."""
    chosen = _chosen(strategies_of(request), strategy_id)
    steps = list(FormationStep.objects.visible_to(request.user).filter(strategy=chosen))
    context = {
        **_shared(request, chosen, "formation"),
        "steps": steps,
        "logged": formation_log.logged(chosen, request.user),
        "crumbs": crumbs_to(chosen, (_("策定の経過"), "")),
    }
    return render(request, "strategy/structure/formation.html", context)
