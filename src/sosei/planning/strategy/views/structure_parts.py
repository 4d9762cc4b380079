"""Adding, changing, ordering and taking away parts of a strategy, and putting them back; the same for every kind."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.people.errors import RefusedError
from sosei.core.records.models import Entry
from sosei.planning.strategy.forms_structure import ReasonForm
from sosei.planning.strategy.models import (
    FormationStep,
    KpiTarget,
    Lineage,
    Measure,
    MeasureBudget,
    PromotionTag,
    Strategy,
)
from sosei.planning.strategy.part_kinds import BY_MODEL, BY_SLUG, PartKind
from sosei.planning.strategy.services.structure import parts, removal
from sosei.planning.strategy.views.structure_common import draft_of, work_crumbs
from sosei.planning.strategy.views.structure_edit import to_outline


def _way_back(part: Any) -> str:
    """Where one came from: parts of a measure and measures are changed from the measure's page, others elsewhere."""
    strategy: Strategy = part.strategy
    code = strategy.municipality.code
    kwargs = {"code": code, "strategy_id": strategy.pk}
    if isinstance(part, FormationStep):
        return reverse("strategy:formation", kwargs=kwargs)
    if isinstance(part, Lineage):
        return reverse("strategy:lineage", kwargs=kwargs)
    measure = getattr(part, "measure_id", None) or (part.pk if isinstance(part, Measure) else None)
    if measure is not None:
        return reverse("strategy:measure", kwargs={"code": code, "measure_id": measure})
    return to_outline(strategy)


def _part(request: Any, kind: PartKind, part_id: int) -> Any:
    rows = kind.model.objects.visible_to(request.user).filter(strategy__municipality=request.town)
    held = get_object_or_404(rows.select_related("strategy__municipality"), pk=part_id)
    held.strategy = draft_of(request, held.strategy_id)
    return held


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str, strategy_id: int, kind: str) -> HttpResponse:
    """Adds a part; `?under=` names the row above."""
    strategy = draft_of(request, strategy_id)
    chosen = BY_SLUG[kind]
    above = _above(request, strategy, chosen)
    form = chosen.form(request.POST or None, strategy=strategy, above=above)
    back = _way_back(above) if isinstance(above, Measure) else to_outline(strategy)
    if chosen.slug in ("steps", "lineage"):
        back = _way_back(chosen.model(strategy=strategy))
    if request.method == "POST" and form.is_valid():
        try:
            made = form.add(request.user)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                _("%(kind)s「%(title)s」を加えました。") % {"kind": chosen.label, "title": _shown(made)},
            )
            return redirect(f"{back}#{chosen.slug}-{made.pk}")
    return _page(request, strategy, form, str(chosen.adding), _("加える"), back)


def _above(request: Any, strategy: Strategy, kind: PartKind) -> Any:
    if kind.above is None:
        return None
    under = request.GET.get("under", "")
    if not under.isdecimal():
        raise Http404
    return get_object_or_404(
        kind.above.objects.select_related("strategy__municipality"), strategy=strategy, pk=int(under)
    )


def _page(
    request: Any,
    strategy: Strategy,
    form: Any,
    heading: str,
    submit: str,
    back: str,
    **more: Any,
) -> HttpResponse:
    context = {
        "crumbs": work_crumbs(request, strategy, (heading, "")),
        "heading": heading,
        "form": form,
        "submit": submit,
        "cancel_url": back,
        **more,
    }
    return render(request, "strategy/structure/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, kind: str, part_id: int) -> HttpResponse:
    """Changes a part."""
    chosen = BY_SLUG[kind]
    held = _part(request, chosen, part_id)
    form = chosen.form(request.POST or None, strategy=held.strategy, part=held)
    back = _way_back(held)
    heading = _("%(kind)s「%(title)s」を変える") % {"kind": chosen.label, "title": _shown(held)}
    if request.method == "POST" and form.is_valid():
        try:
            form.change(request.user)
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("保存しました。"))
            return redirect(f"{back}#{chosen.slug}-{held.pk}")
    stays = held.strategy.published_at is not None and isinstance(held, removal.FROM_DRAFTS_ONLY)
    address = reverse("strategy:part-remove", kwargs={"code": code, "kind": kind, "part_id": held.pk})
    more = {"remove_url": "" if stays else address}
    return _page(request, held.strategy, form, heading, _("保存する"), back, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Any, code: str, kind: str, part_id: int) -> HttpResponse:
    """Names everything that goes with a part, and takes it away."""
    chosen = BY_SLUG[kind]
    held = _part(request, chosen, part_id)
    strategy, title, back = held.strategy, _shown(held), _way_back(held)
    if strategy.published_at is not None and isinstance(held, removal.FROM_DRAFTS_ONLY):
        messages.warning(request, removal.stays_text(held))
        return redirect(back)
    form = ReasonForm(request.POST or None, required=strategy.published_at is not None)
    if request.method == "POST" and form.is_valid():
        try:
            entry = removal.remove_part(
                part=held, removed_by=request.user, reason=form.cleaned_data["reason"]
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                _(
                    "「%(title)s」を消しました。この画面の下の「消したもの」から元に戻せます（記録 %(entry)s）。"
                )
                % {"title": title, "entry": entry.pk},
            )
            return redirect(f"{to_outline(strategy)}#removed")
    heading = _("%(kind)s「%(title)s」を消す") % {"kind": chosen.label, "title": title}
    going = removal.what_goes(held)
    named = [(_label(model), _names(model, rows)) for model, rows in going.rows.items() if rows != [held]]
    context = {
        "crumbs": work_crumbs(request, strategy, (heading, "")),
        "heading": heading,
        "title": title,
        "going": named,
        "may_put_back": True,
        "form": form,
        "submit": _("消す"),
        "cancel_url": back,
    }
    return render(request, "strategy/structure/remove.html", context)


def _shown(part: Any) -> str:
    """What a part is called on the screen, in the reader's language."""
    title = getattr(part, "local_title", "") or getattr(part, "title", "") or str(part)
    return f"{getattr(part, 'number', None) or ''} {title}".strip()


def _names(model: Any, rows: list[Any]) -> list[str]:
    """What goes, by name; rows that have none are counted."""
    if model in (KpiTarget, PromotionTag, Lineage, MeasureBudget):
        return [_("%(count)s件") % {"count": len(rows)}]
    return [_shown(row) for row in rows]


def _label(model: Any) -> str:
    return str(BY_MODEL[model].label if model in BY_MODEL else model._meta.verbose_name)


@require_POST
def move(request: Any, code: str, kind: str, part_id: int) -> HttpResponse:
    """One place up or down."""
    held = _part(request, BY_SLUG[kind], part_id)
    if type(held) not in parts.SIBLINGS:
        raise Http404
    parts.move_part(part=held, up=request.POST.get("way") == "up", moved_by=request.user)
    back = _way_back(held) if isinstance(held, FormationStep) else to_outline(held.strategy)
    return redirect(f"{back}#{kind}-{held.pk}")


@require_POST
def put_back(request: Any, code: str, strategy_id: int, entry_id: int) -> HttpResponse:
    """Puts back what was taken away."""
    strategy = draft_of(request, strategy_id)
    entry = get_object_or_404(Entry.objects.visible_to(request.user).about(strategy), pk=entry_id)
    try:
        title = removal.put_back_part(
            strategy=strategy, entry=entry, put_back_by=request.user, reason=request.POST.get("reason", "")
        )
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("「%(title)s」を元に戻しました。") % {"title": title})
    return redirect(to_outline(strategy))
