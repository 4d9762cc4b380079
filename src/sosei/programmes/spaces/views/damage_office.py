"""The town's pages of damage: all reports, those to be decided first, and the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.members import office_crumbs
from sosei.core.records.models import Entry
from sosei.programmes.spaces.damage_shown import shown, tag_of
from sosei.programmes.spaces.forms_damage import DecisionForm
from sosei.programmes.spaces.models import DamageReport
from sosei.programmes.spaces.permissions import decides_impartially, serves_spaces
from sosei.programmes.spaces.rules_care import DECIDE_TERM
from sosei.programmes.spaces.services import damage
from sosei.programmes.spaces.views.damage import give_up, giving_up
from sosei.programmes.spaces.views.reviews import done
from sosei.programmes.spaces.words_care import LOOK_DAMAGE

States = DamageReport.State
FILTERS: dict[str, dict[str, Any]] = {
    "waiting": {"state": States.DISPUTED},
    "open": {"state": States.OPEN},
    "all": {},
}


def _rows(request: Any) -> Any:
    seen = DamageReport.objects.visible_to(request.user).filter(municipality=request.town)
    return seen.select_related("booking__order", "booking__space", "host", "municipality")


def _looked(request: Any, rows: Any) -> None:
    persons = {row.person_id for row in rows if row.person_id}
    record_looks(staff=request.user, persons=persons, what=LOOK_DAMAGE, municipality=request.town)


def _due(report: DamageReport) -> Any:
    since = report.answered_at or report.answer_until
    return since + DECIDE_TERM if since else None


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """Reports of the town, those that wait longest first."""
    show = request.GET.get("show", "waiting")
    show = show if show in FILTERS else "waiting"
    rows = _rows(request).filter(**FILTERS[show])
    ordered = rows.order_by("told_at", "pk") if show != "all" else rows.order_by(F("told_at").desc(), "-pk")
    page = paginate(request, ordered, per_page=25)
    _looked(request, page)
    context = {
        "page": page,
        "rows": [(one, tag_of(one), _due(one) if one.state == States.DISPUTED else None) for one in page],
        "now": timezone.now(),
        "town": request.town,
        "show": show,
        "shows": [
            ("waiting", _("市が決めるもの")),
            ("open", _("返事を待っているもの")),
            ("all", _("すべて")),
        ],
        "crumbs": office_crumbs(request, (_("こわれた・よごれたの報告"), "")),
    }
    return render(request, "spaces/damage/office.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Any, code: str, report_id: int) -> HttpResponse:
    """One report: both sides' words and pictures, and the decision."""
    rows = _rows(request).select_related("booking__space__municipality", "booking__space__host", "settled_by")
    report: DamageReport = get_object_or_404(rows, pk=report_id)
    _looked(request, [report])
    may = decides_impartially(request.user, report)
    if request.method == "POST" and request.POST.get("do") == "give_up":
        try:
            give_up(request, report)
        except RefusedError as error:
            messages.error(request, str(error))
        return redirect("spaces:damage-decide", code=code, report_id=report.pk)
    if request.method == "POST" and not may:
        raise Http404
    form = DecisionForm(request.POST or None, initial={"yen": report.yen_claimed})
    if request.method == "POST" and done(
        form, lambda: damage.decide(report=report, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("決めました。両方に、理由といっしょに知らせました。"))
        return redirect("spaces:damage-decide", code=code, report_id=report.pk)
    history = Entry.objects.visible_to(request.user).about(report).select_related("actor")
    context = {
        "report": report,
        "order": report.booking.order,
        "row": shown(report),
        "due": _due(report),
        "may": may and report.state == States.DISPUTED,
        "impartial": may,
        "form": form,
        **(giving_up(report) if serves_spaces(request.user, report) else {}),
        "history": list(history.order_by("at", "pk")),
        "crumbs": office_crumbs(
            request,
            (_("こわれた・よごれたの報告"), reverse("spaces:damage-office", kwargs={"code": code})),
            (report.booking.order.number, ""),
        ),
    }
    return render(request, "spaces/damage/decide.html", context, status=422 if form.errors else 200)
