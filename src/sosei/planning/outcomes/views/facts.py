"""The public sums, and for the town's own people the facts one by one."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, Max, Min, OuterRef, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import roles
from sosei.core.people.models import Municipality
from sosei.core.people.standing import standing_of
from sosei.core.people.views.subject import office_crumbs
from sosei.core.records.models import Entry
from sosei.core.records.names import attach_people
from sosei.core.records.services import write_entry
from sosei.core.records.verbs import PERSONS
from sosei.planning.outcomes import feeding, permissions
from sosei.planning.outcomes.csv_file import facts_as_csv
from sosei.planning.outcomes.forms import FactSearch, year_label
from sosei.planning.outcomes.kinds import is_declared, kind_named, kind_title
from sosei.planning.outcomes.models import Fact, Feed
from sosei.planning.outcomes.querysets import FactQuerySet
from sosei.planning.outcomes.services.public import public_sums

FILE_ROWS = 50_000
PER_PAGE = 50


@require_safe
def public(request: Any, code: str) -> HttpResponse:
    """Sums by kind, measure and year, with small cells hidden; for everybody."""
    town = town_of(request)
    tables = public_sums(town)
    context = {
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("%(town)sの実績") % {"town": town}, "")],
        "town": town,
        "tables": tables,
        "hides": any(table.hides for table in tables),
        "works_here": town.pk in standing_of(request.user).towns_as(roles.TOWN_STAFF),
        "loop_url": url_or_empty("outcomes:loop", town),
        "strategy_url": url_or_empty("strategy:current", town),
    }
    return render(request, "outcomes/public.html", context)


def town_of(request: Any) -> Municipality:
    """The town of the address.

    Raises:
        Http404: it does not use this installation.
    """
    if not request.town:
        raise Http404(_("この市区町村は Sosei を使っていません。"))
    town: Municipality = request.town
    return town


def url_or_empty(name: str, town: Municipality) -> str:
    """The address of a page of another room; empty where that room is not there."""
    try:
        return reverse(name, kwargs={"code": town.code})
    except NoReverseMatch:
        return ""


class Listing:
    """The facts that an address asks for: by search, by file, or those behind a KPI's year."""

    def __init__(self, request: Any) -> None:
        self.request, self.town = request, request.town
        mine = Fact.objects.visible_to(request.user).of(self.town)
        span = mine.aggregate(first=Min("fiscal_year"), last=Max("fiscal_year"))
        self.any = span["first"] is not None
        years = list(range(span["last"], span["first"] - 1, -1)) if self.any else []
        self.feed, self.feed_year = self._feed(), self._number("year")
        self.batch = self._number("batch")
        self.search = FactSearch(request.GET, years)
        found = mine if self.feed is None else mine & Fact.objects.fed_to(self.feed, self.feed_year)
        if self.batch is not None:
            found = found.filter(batch=self.batch)
        self.found: FactQuerySet = self.search.narrow(found)

    def _number(self, name: str) -> int | None:
        text = self.request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def _feed(self) -> Feed | None:
        kpi = self._number("kpi")
        if kpi is None:
            return None
        seen = Feed.objects.visible_to(self.request.user).of(self.town).active()
        found: Feed | None = seen.filter(kpi=kpi).select_related("kpi__strategy").first()
        if found is None:
            raise Http404(_("このKPIは、いまは実績から計算していません。"))
        return found

    @property
    def rows(self) -> FactQuerySet:
        """With what a row shows."""
        withdrawn = Exists(Fact.objects.filter(reverses=OuterRef("pk")))
        return self.found.annotate(withdrawn=withdrawn).select_related("measure").order_by("-on", "-pk")

    @property
    def year_text(self) -> str:
        """Which year of the KPI is listed."""
        if self.feed is None or self.feed_year is None:
            return ""
        if self.feed.period == feeding.Period.CALENDAR:
            return _("%(year)s年") % {"year": self.feed_year}
        return year_label(self.feed_year)

    def sums(self) -> list[dict[str, Any]]:
        """Count and amount of what is listed, by kind."""
        rows = (
            self.found.order_by()
            .values("kind")
            .annotate(units=Sum("count"), amounts=Sum("amount"))
            .order_by("kind")
        )
        return [{**row, **_words_of(row["kind"])} for row in rows]


def _words_of(name: str) -> dict[str, Any]:
    kind = kind_named(name) if is_declared(name) else None
    units = {"unit": kind.unit, "amount_unit": kind.amount_unit} if kind is not None else {}
    return {"title": kind_title(name), **units}


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """The facts of the town one by one."""
    listing = Listing(request)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "crumbs": office_crumbs(request, (_("事業の実績"), "")),
        "town": request.town,
        "listing": listing,
        "page": paginate(request, listing.rows, per_page=PER_PAGE),
        "sums": listing.sums(),
        "search": listing.search,
        "hidden": [(name, request.GET[name]) for name in ("kpi", "year", "batch") if request.GET.get(name)],
        "narrowed": any(request.GET.get(name) for name in (*listing.search.fields, "kpi", "batch")),
        "file_url": f"{reverse('outcomes:file', kwargs={'code': code})}?{query.urlencode()}",
        "may_enter": permissions.can_enter_fact(request.user, Fact(municipality=request.town)),
    }
    return render(request, "outcomes/list.html", context)


@never_cache
@require_safe
def file(request: Any, code: str) -> HttpResponse:
    """The same as CSV."""
    rows = list(Listing(request).rows[: FILE_ROWS + 1])
    if len(rows) > FILE_ROWS:
        return render(
            request, "outcomes/too_many.html", {"limit": f"{FILE_ROWS:,}", "town": request.town}, status=400
        )
    write_entry(
        actor=request.user,
        verb="outcomes.facts_exported",
        municipality=request.town,
        data={"rows": len(rows)},
    )
    name = f"facts-{request.town.code}-{timezone.now():%Y%m%d}.csv"
    return HttpResponse(
        facts_as_csv(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def fact_or_404(request: Any, fact_id: int) -> Fact:
    """A fact of the town that the asker sees."""
    seen = Fact.objects.visible_to(request.user).of(request.town)
    withdrawn = Exists(Fact.objects.filter(reverses=OuterRef("pk")))
    found: Fact = get_object_or_404(
        seen.annotate(withdrawn=withdrawn).select_related(
            "municipality", "measure__strategy", "batch", "entered_by"
        ),
        pk=fact_id,
        reverses__isnull=True,
    )
    return found


@never_cache
@require_safe
def fact(request: Any, code: str, fact_id: int) -> HttpResponse:
    """One fact: what it says, where it comes from, which KPIs it feeds, what was done with it."""
    held = fact_or_404(request, fact_id)
    entries = list(Entry.objects.visible_to(request.user).about(held).newest_first()[:20])
    attach_people(entries, *PERSONS)
    listed_url = reverse("outcomes:list", kwargs={"code": code})
    context = {
        "crumbs": office_crumbs(request, (_("事業の実績"), listed_url), (held.kind_title, "")),
        "fact": held,
        "kind": held.kind_title,
        "words": _words_of(held.kind),
        "feeds": _fed_by(request, held),
        "entries": entries,
        "may_withdraw": not held.withdrawn and permissions.can_withdraw_fact(request.user, held),  # type: ignore[attr-defined]
    }
    return render(request, "outcomes/fact.html", context)


def _fed_by(request: Any, held: Fact) -> list[tuple[Feed, int]]:
    """The active feeds to which it counts, with the year."""
    given = feeding.Given(
        held.kind,
        held.on,
        held.fiscal_year,
        held.count,
        held.amount,
        held.attributes,
        held.place,
        held.measure_id,
        1,
    )
    feeds = (
        Feed.objects.visible_to(request.user)
        .of(request.town)
        .active()
        .filter(kind=held.kind)
        .select_related("kpi")
        .order_by(F("kpi__position"), "pk")
    )
    gives = [(feed, feeding.contribution(feed.rule, given)) for feed in feeds]
    return [(feed, one.year) for feed, one in gives if one is not None]
