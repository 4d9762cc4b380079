"""Taking in a table of another system: file, columns and preview, confirmation. Until then nothing is kept here.

Between the steps the table travels in the form, signed: no list of another system, which may name people, is stored.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import office_crumbs, show_refusal
from sosei.core.records.attachments.types import XLSX
from sosei.core.records.csv_file import BOM
from sosei.planning.outcomes import kinds
from sosei.planning.outcomes.forms import ImportForm, MappingForm, measures_of
from sosei.planning.outcomes.importing import mapping
from sosei.planning.outcomes.importing.table import Table, read_table
from sosei.planning.outcomes.models import FactImport
from sosei.planning.outcomes.services import importing as services
from sosei.planning.population.importing.text import sha256_of

SALT = "sosei.planning.outcomes.import"
KEPT_SECONDS = 3600
LINES_SHOWN = 100
LARGEST_FORM = 2_000_000


@dataclass(frozen=True)
class Carried:
    """What travels in the form from step to step."""

    kind: str
    system: str
    measure: int | None
    file_name: str
    sha256: str
    columns: list[str]
    rows: list[list[str]]
    lines: list[int]
    encoding: str

    @property
    def table(self) -> Table:
        """As it was read."""
        return Table(self.columns, self.rows, self.lines, self.encoding)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def importing(request: Any, code: str) -> HttpResponse:
    """The page of all steps."""
    if request.method != "POST":
        return _first(request, ImportForm(request.town))
    if "table" not in request.POST:
        return _received(request)
    try:
        carried = Carried(**signing.loads(request.POST["table"], salt=SALT, max_age=KEPT_SECONDS))
    except (signing.BadSignature, TypeError):
        messages.error(request, _("時間がたったため、表を読めません。もう一度ファイルを選んでください。"))
        return redirect("outcomes:import", code=code)
    return _mapped(request, carried)


def _first(request: Any, form: ImportForm) -> HttpResponse:
    recent = FactImport.objects.visible_to(request.user).of(request.town).select_related("imported_by")
    context = {
        "crumbs": _crumbs(request),
        "form": form,
        "cancel_url": reverse("outcomes:list", kwargs={"code": request.town.code}),
        "recent": [(row, kinds.kind_title(row.kind)) for row in recent[:10]],
        "kinds": kinds.all_kinds(),
    }
    return render(request, "outcomes/import.html", context, status=422 if form.errors else 200)


def _crumbs(request: Any) -> Any:
    listed = reverse("outcomes:list", kwargs={"code": request.town.code})
    return office_crumbs(request, (_("事業の実績"), listed), (_("ファイルから取り込む"), ""))


def _received(request: Any) -> HttpResponse:
    form = ImportForm(request.town, request.POST, request.FILES)
    if not form.is_valid():
        return _first(request, form)
    given = form.cleaned_data
    prepared = given["file"][0]
    try:
        system = services.system_name(given["system"])
        table = read_table(prepared.draft.path, name=prepared.name, is_excel=prepared.file_type is XLSX)
    except RefusedError as error:
        show_refusal(form, error)
        return _first(request, form)
    carried = Carried(
        given["kind"],
        system,
        given["measure"].pk if given["measure"] is not None else None,
        prepared.name,
        sha256_of(prepared.draft.path),
        list(table.columns),
        [list(row) for row in table.rows],
        list(table.lines),
        table.encoding,
    )
    return _mapped(request, carried, first=True)


def _mapped(request: Any, carried: Carried, *, first: bool = False) -> HttpResponse:
    kind = kinds.kind_named(carried.kind)
    targets = mapping.targets(kind)
    guessed = mapping.guess(carried.table, kind)
    form = MappingForm(carried.table, targets, _as_posted(guessed) if first else request.POST)
    measure = measures_of(request.town).filter(pk=carried.measure).first()
    preview = None
    if form.is_valid():
        preview = services.preview_import(
            municipality=request.town,
            kind=kind.name,
            system=carried.system,
            table=carried.table,
            columns=form.columns(),
            measure=measure,
        )
        if request.POST.get("step") == "confirm" and not preview.faulty:
            return _confirmed(request, carried, form, measure)
    signed = signing.dumps(asdict(carried), salt=SALT, compress=True)
    if len(signed) > LARGEST_FORM:
        messages.error(request, _("表が大きすぎます。半分ずつ、分けて取り込んでください。"))
        return redirect("outcomes:import", code=request.town.code)
    context = {
        "crumbs": _crumbs(request),
        "kind": kind,
        "carried": carried,
        "measure": measure,
        "form": form,
        "signed": signed,
        "preview": preview,
        "faulty": _faulty(preview),
        "shown": _readable(kind, preview),
        "limit": LINES_SHOWN,
        "cancel_url": reverse("outcomes:import", kwargs={"code": request.town.code}),
    }
    bad = preview is None or bool(preview.faulty)
    return render(request, "outcomes/import_preview.html", context, status=422 if bad and not first else 200)


def _as_posted(guessed: dict[str, int]) -> dict[str, str]:
    return {f"column-{name}": str(index) for name, index in guessed.items()}


def _faulty(preview: Any) -> list[Any]:
    """(line, problem) of what must be mended, as many lines as a page bears."""
    lines = preview.faulty[:LINES_SHOWN] if preview is not None else []
    return [(line.number, problem) for line in lines for problem in line.problems]


def _readable(kind: kinds.Kind, preview: Any) -> list[Any]:
    """The lines that would be taken in, with their attributes in words."""
    lines = [line for line in preview.lines if line.fact is not None] if preview is not None else []
    return [(line, kind.described(line.fact.attributes)) for line in lines[:LINES_SHOWN]]


def _confirmed(request: Any, carried: Carried, form: MappingForm, measure: Any) -> HttpResponse:
    try:
        batch = services.import_facts(
            municipality=request.town,
            kind=carried.kind,
            system=carried.system,
            table=carried.table,
            columns=form.columns(),
            file_name=carried.file_name,
            sha256=carried.sha256,
            imported_by=request.user,
            measure=measure,
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("outcomes:import", code=request.town.code)
    listed = reverse("outcomes:list", kwargs={"code": request.town.code})
    if batch is None:
        messages.info(request, _("どの行も前と同じでした。何も変わっていません。"))
        return redirect(listed)
    messages.success(
        request,
        _("%(recorded)s件を記録しました。前と同じ行は%(unchanged)s件です。")
        % {"recorded": batch.recorded, "unchanged": batch.unchanged},
    )
    return redirect(f"{listed}?batch={batch.pk}")


@require_safe
def template(request: Any, code: str) -> HttpResponse:
    """An empty table of a kind, with the headings that are understood."""
    name = request.GET.get("kind", "")
    kind = kinds.kind_named(name) if kinds.is_declared(name) else kinds.all_kinds()[0]
    headings = ",".join(f'"{target.title}"' for target in mapping.targets(kind))
    return HttpResponse(
        f"{BOM}{headings}\r\n".encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind.name}.csv"'},
    )
