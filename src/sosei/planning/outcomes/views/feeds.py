"""Which KPIs are counted from facts, how, and what a rule would give before it is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import office_crumbs, show_refusal
from sosei.planning.outcomes import feeding, kinds, permissions
from sosei.planning.outcomes.forms import FeedForm, ReasonForm, initial_of, year_label
from sosei.planning.outcomes.models import Feed
from sosei.planning.outcomes.rules import fiscal_year
from sosei.planning.outcomes.services import feeds as services
from sosei.planning.outcomes.services.recording import today_in
from sosei.planning.outcomes.services.totals import read_sums
from sosei.planning.outcomes.words_facts import from_facts, too_few
from sosei.planning.strategy.models import Kpi, Strategy


@require_safe
def feeds(request: Any, code: str) -> HttpResponse:
    """The KPIs of one of the town's strategies, each with its feed and what it gives this year."""
    strategies = list(Strategy.objects.visible_to(request.user).of(request.town))
    asked = request.GET.get("strategy", "")
    chosen = next((one for one in strategies if str(one.pk) == asked), strategies[0] if strategies else None)
    kpis = (
        Kpi.objects.visible_to(request.user)
        .filter(strategy=chosen, ended_on__isnull=True)
        .order_by("position", "pk")
        if chosen is not None
        else Kpi.objects.none()
    )
    active = {
        feed.kpi_id: feed
        for feed in Feed.objects.visible_to(request.user).of(request.town).active().filter(kpi__in=kpis)
    }
    held = read_sums(active.values())
    year = fiscal_year(today_in(request.town))
    rows = []
    for kpi in kpis:
        feed = active.get(kpi.pk)
        latest = _latest(feed, held[feed.pk].values(feed.rule, year)) if feed is not None else None
        rows.append((kpi, feed, kinds.kind_title(feed.kind) if feed else "", latest))
    context = {
        "crumbs": office_crumbs(request, (_("KPIの自動計算"), "")),
        "town": request.town,
        "strategies": strategies,
        "chosen": chosen,
        "rows": rows,
        "may_define": permissions.can_define_feed(request.user, Feed(municipality=request.town)),
    }
    return render(request, "outcomes/feeds.html", context)


def _latest(feed: Feed, values: dict[int, feeding.Value]) -> tuple[str, feeding.Value, str] | None:
    if not values:
        return None
    year = max(values)
    return (
        _year_text(feed.period, year),
        values[year],
        from_facts(kinds.kind_named(feed.kind), values[year].facts),
    )


def _year_text(period: str, year: int) -> str:
    return _("%(year)s年") % {"year": year} if period == feeding.Period.CALENDAR else year_label(year)


def _kpi(request: Any, kpi_id: int) -> Kpi:
    seen = Kpi.objects.visible_to(request.user).filter(strategy__municipality=request.town)
    found: Kpi = get_object_or_404(seen.select_related("strategy__municipality"), pk=kpi_id)
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feed(request: Any, code: str, kpi_id: int) -> HttpResponse:
    """How one KPI is counted: first the kind of fact, then the rule, with what it would give."""
    kpi = _kpi(request, kpi_id)
    earlier = list(Feed.objects.visible_to(request.user).filter(kpi=kpi).select_related("made_by"))
    now = next((one for one in earlier if one.ended_at is None), None)
    name = request.GET.get("kind") or (now.kind if now is not None else "")
    listed = reverse("outcomes:feeds", kwargs={"code": code})
    context = {
        "crumbs": office_crumbs(request, (_("KPIの自動計算"), listed), (kpi.local_title, "")),
        "kpi": kpi,
        "now": now,
        "earlier": [(one, kinds.kind_title(one.kind)) for one in earlier],
        "kinds": kinds.all_kinds(),
        "cancel_url": f"{listed}?strategy={kpi.strategy_id}",
    }
    if not kinds.is_declared(name):
        return render(request, "outcomes/feed_kind.html", context)
    kind = kinds.kind_named(name)
    previewing = request.POST.get("step") == "preview"
    initial = initial_of(now) if now is not None and now.kind == kind.name else None
    form = FeedForm(kind, request.town, request.POST or None, initial, previewing=previewing)
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if not previewing:
                _define(request, kpi, form)
                return redirect(context["cancel_url"])
            preview = services.preview_feed(kpi=kpi, rule=form.rule())
        except RefusedError as error:
            show_refusal(form, error)
    shown = None if preview is None else _preview_rows(form, kind, preview)
    context |= {"kind": kind, "form": form, "preview": shown}
    return render(request, "outcomes/feed.html", context, status=422 if form.errors else 200)


def _define(request: Any, kpi: Kpi, form: FeedForm) -> None:
    services.define_feed(
        kpi=kpi,
        rule=form.rule(),
        measure=form.cleaned_data["measure"],
        reason=form.cleaned_data["reason"],
        made_by=request.user,
    )
    messages.success(
        request,
        _("KPI「%(kpi)s」を実績から計算します。これまでの実績も数えました。") % {"kpi": kpi.local_title},
    )


def _preview_rows(
    form: FeedForm, kind: kinds.Kind, preview: dict[int, feeding.Value]
) -> list[tuple[str, feeding.Value, str, bool]]:
    """Year, value, from how many facts, and whether these are too few for the public; the newest first."""
    period = form.cleaned_data["period"]
    return [
        (
            _year_text(period, year),
            value,
            from_facts(kind, value.facts),
            too_few(kind, form.rule(), value.facts),
        )
        for year, value in sorted(preview.items(), reverse=True)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Any, code: str, kpi_id: int) -> HttpResponse:
    """No longer counts a KPI from facts."""
    kpi = _kpi(request, kpi_id)
    held = (
        Feed.objects.visible_to(request.user)
        .active()
        .filter(kpi=kpi)
        .select_related("kpi", "municipality")
        .first()
    )
    if held is None:
        raise Http404(_("このKPIは、いまは実績から計算していません。"))
    listed = reverse("outcomes:feeds", kwargs={"code": code})
    page = reverse("outcomes:feed", kwargs={"code": code, "kpi_id": kpi.pk})
    form = ReasonForm(request.POST or None, _("記録に残ります。例：定義を変え、担当が数えることにしたため"))
    if request.method == "POST" and form.is_valid():
        try:
            services.end_feed(feed=held, reason=form.cleaned_data["reason"], ended_by=request.user)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(
                request, _("実績からの計算をやめました。担当が入れた値は、そのまま残っています。")
            )
            return redirect(f"{listed}?strategy={kpi.strategy_id}")
    context = {
        "crumbs": office_crumbs(
            request, (_("KPIの自動計算"), listed), (kpi.local_title, page), (_("やめる"), "")
        ),
        "kpi": kpi,
        "form": form,
        "cancel_url": page,
    }
    return render(request, "outcomes/feed_end.html", context, status=422 if form.errors else 200)
