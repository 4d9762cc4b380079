"""Tables out and in: download in a layout, read a file, see what would change, confirm; a city's own layouts."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.rate_limits import Limit, Per, limited
from sosei.core.records.attachments.messages import told
from sosei.planning.strategy.errors_campaigns import SheetError
from sosei.planning.strategy.excel.export import as_csv, as_workbook
from sosei.planning.strategy.excel.layouts import (
    Layout,
    LayoutError,
    default_layout,
    guess_layout,
    layout_of,
)
from sosei.planning.strategy.excel.state import held_by
from sosei.planning.strategy.excel.tables import read_table
from sosei.planning.strategy.forms_campaigns import FileForm, LayoutForm, ReasonForm, SampleForm
from sosei.planning.strategy.layout_words import layout_problem
from sosei.planning.strategy.models import SheetLayout, Strategy, ValueImport
from sosei.planning.strategy.numbers import fiscal_year_today, print_year, today_in
from sosei.planning.strategy.permissions import can_plan_strategy
from sosei.planning.strategy.services import value_imports
from sosei.planning.strategy.views.campaigns import crumbs_to

DEFAULT = "default"
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "cp932": "text/csv; charset=shift_jis",
}
ORDER = ("unreadable", "unknown", "changed", "new", "note", "blank", "same")


def _who(request: Any) -> str:
    return str(request.user.pk)


def _strategy(request: Any, strategy_id: int) -> Strategy:
    found: Strategy = get_object_or_404(
        Strategy.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("municipality"),
        pk=strategy_id,
    )
    if not can_plan_strategy(request.user, found):
        raise Http404
    return found


def _default(strategy: Strategy) -> Layout:
    last = min(fiscal_year_today(strategy.municipality), strategy.last_fiscal_year + 3)
    return default_layout(strategy, str(_("Soseiの形")), last)


def _layouts(request: Any, strategy: Strategy) -> dict[str, tuple[str, Layout | SheetLayout]]:
    own = SheetLayout.objects.visible_to(request.user).filter(strategy=strategy)
    default = _default(strategy)
    return {DEFAULT: (default.name, default), **{str(row.pk): (row.name, row) for row in own}}


def _layout(request: Any, strategy: Strategy, key: str) -> Layout:
    found = _layouts(request, strategy).get(key)
    if found is None:
        raise Http404
    return layout_of(found[1]) if isinstance(found[1], SheetLayout) else found[1]


def _crumbs(request: Any, strategy: Strategy, *rest: tuple[str, str]) -> Any:
    here = _("Excelで出し入れする：%(strategy)s") % {"strategy": strategy.local_short_title}
    if not rest:
        return crumbs_to(request, (here, ""))
    url = reverse("strategy:sheet", kwargs={"code": request.town.code, "strategy_id": strategy.pk})
    return crumbs_to(request, (here, url), *rest)


def _path(file: Any) -> Path:
    """Where an uploaded file lies.

    Raises:
        SheetError: it was refused while it came.
    """
    refusal = getattr(file, "refusal", None)
    if refusal is not None:
        raise SheetError(told(refusal), "file")
    return Path(file.temporary_file_path())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited("strategy.sheet", Limit(60, 60, Per.NAME), name=_who)
def sheet(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Downloads, the file to take in, files taken in before, layouts."""
    strategy = _strategy(request, strategy_id)
    layouts = _layouts(request, strategy)
    form = FileForm(request.POST or None, request.FILES or None)
    form.fields["layout"].choices = [(key, name) for key, (name, _row) in layouts.items()]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = value_imports.read_file(
                strategy=strategy,
                path=_path(given["file"]),
                name=given["file"].name,
                layout=_layout(request, strategy, given["layout"]),
                read_by=request.user,
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else "file", str(error))
        else:
            return redirect("strategy:value-import", code=code, strategy_id=strategy.pk, import_id=made.pk)
    past = (
        ValueImport.objects.visible_to(request.user)
        .filter(strategy=strategy, written_at__isnull=False)
        .defer("lines")
        .select_related("read_by")[:10]
    )
    context = {
        "crumbs": _crumbs(request, strategy),
        "strategy": strategy,
        "form": form,
        "layouts": [(key, name) for key, (name, _row) in layouts.items()],
        "own_layouts": [row for _name, row in layouts.values() if isinstance(row, SheetLayout)],
        "past": past,
    }
    return render(request, "strategy/campaigns/sheet.html", context)


@require_safe
@never_cache
def download(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """The table as a file."""
    strategy = _strategy(request, strategy_id)
    kind = request.GET.get("format", "xlsx")
    if kind not in FORMATS:
        raise Http404
    layout = _layout(request, strategy, request.GET.get("layout", DEFAULT))
    today = today_in(request.town)
    try:
        held = held_by(strategy)
        data = (
            as_workbook(strategy.title, held, layout, today) if kind == "xlsx" else as_csv(held, layout, kind)
        )
    except SheetError as error:
        messages.error(request, str(error))
        return redirect("strategy:sheet", code=code, strategy_id=strategy.pk)
    response = HttpResponse(data, content_type=FORMATS[kind])
    ending = "xlsx" if kind == "xlsx" else "csv"
    name = f"KPI_{strategy.local_short_title}_{today:%Y%m%d}.{ending}".replace("/", "-")
    response["Content-Disposition"] = (
        f"attachment; filename=\"kpi-{today:%Y%m%d}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def value_import(request: Any, code: str, strategy_id: int, import_id: int) -> HttpResponse:
    """What a file would change, line by line; written when it is confirmed."""
    strategy = _strategy(request, strategy_id)
    made = get_object_or_404(ValueImport.objects.visible_to(request.user), pk=import_id, strategy=strategy)
    counts = value_imports.counts_of(made)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = _("値を直す理由")
    form.fields["reason"].required = bool(counts["changed"])
    if not counts["changed"]:
        del form.fields["reason"]
    if request.method == "POST" and form.is_valid():
        try:
            value_imports.write_values(
                made=made, reason=form.cleaned_data.get("reason", ""), written_by=request.user
            )
        except RefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                _("取り込みました（新しい値 %(new)s件、直した値 %(changed)s件）。")
                % {"new": counts["new"], "changed": counts["changed"]},
            )
            return redirect("strategy:sheet", code=code, strategy_id=strategy.pk)
    lines = sorted(made.lines, key=lambda line: ORDER.index(line["found"]))
    context = {
        "crumbs": _crumbs(request, strategy, (made.file_name, "")),
        "strategy": strategy,
        "made": made,
        "lines": [
            (line, print_year(line["year"]) if line["year"] else "")
            for line in lines
            if line["found"] != "same"
        ],
        "counts": {key: counts[key] for key in ORDER},
        "writable": counts["new"] + counts["changed"],
        "form": form,
    }
    return render(request, "strategy/campaigns/value_import.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited("strategy.sheet", Limit(60, 60, Per.NAME), name=_who)
def layout_new(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """A city's own layout: guessed from a sample, corrected in a form, kept."""
    strategy = _strategy(request, strategy_id)
    sample, form = SampleForm(), None
    if request.method == "POST" and "heading_row" in request.POST:
        form = LayoutForm(request.POST)
        if form.is_valid():
            try:
                kept = value_imports.keep_layout(
                    strategy=strategy, layout=form.layout(), kept_by=request.user
                )
            except RefusedError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            except LayoutError as error:
                form.add_error(None, layout_problem(error))
            else:
                messages.success(request, _("表の形「%(name)s」を登録しました。") % {"name": kept})
                return redirect("strategy:sheet", code=code, strategy_id=strategy.pk)
    elif request.method == "POST":
        sample = SampleForm(request.POST, request.FILES)
        if sample.is_valid():
            try:
                form = LayoutForm(initial=LayoutForm.initial_of(_guessed(sample)))
            except RefusedError as error:
                sample.add_error(error.field if error.field in sample.fields else "file", str(error))
    context = {
        "crumbs": _crumbs(request, strategy, (_("市の表の形を登録する"), "")),
        "heading": _("市の表の形を登録する"),
        "form": form or sample,
        "guessed": form is not None,
        "submit": _("この形を登録する") if form is not None else _("見本を読む"),
        "multipart": form is None,
        "cancel_url": reverse("strategy:sheet", kwargs={"code": code, "strategy_id": strategy.pk}),
    }
    return render(request, "strategy/campaigns/layout.html", context)


def _guessed(sample: SampleForm) -> Layout:
    file = sample.cleaned_data["file"]
    table = read_table(_path(file), file.name, sheet=sample.cleaned_data["sheet"].strip())
    letters = table.rows and max((len(row.cells) for row in table.rows), default=0)
    if not letters:
        raise SheetError(_("「%(name)s」には何も書かれていません。") % {"name": file.name}, "file")
    try:
        return guess_layout(table.grid(50), name=Path(file.name).stem[:80], sheet=table.sheet)
    except LayoutError as error:
        raise SheetError(layout_problem(error), "file") from error


@require_POST
def layout_drop(request: Any, code: str, strategy_id: int, layout_id: int) -> HttpResponse:
    """Takes a layout away."""
    strategy = _strategy(request, strategy_id)
    held = get_object_or_404(SheetLayout.objects.visible_to(request.user), pk=layout_id, strategy=strategy)
    value_imports.drop_layout(layout=held, dropped_by=request.user)
    messages.success(request, _("表の形「%(name)s」を消しました。") % {"name": held.name})
    return redirect("strategy:sheet", code=code, strategy_id=strategy.pk)
