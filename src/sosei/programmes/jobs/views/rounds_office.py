"""The town's pages of rounds: opened and changed, drawn, looked through, computed again, published."""

from __future__ import annotations

import csv
from typing import Any

import rules
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.core.records.csv_file import BOM, guarded
from sosei.programmes.jobs import tasks_rounds
from sosei.programmes.jobs.forms_rounds import AgainForm, RoundForm
from sosei.programmes.jobs.models import Application, Posting, Round, RoundOutcome, RoundRun
from sosei.programmes.jobs.services import rounds as services
from sosei.programmes.jobs.services import rounds_publish, rounds_run
from sosei.programmes.jobs.services.rounds_wishes import is_taking
from sosei.programmes.jobs.views.rounds import figures_of
from sosei.programmes.jobs.views.rounds_pages import phase, round_of, shown
from sosei.programmes.jobs.views.rounds_pages import public_postings as postings_of
from sosei.programmes.jobs.views.workers.common import done
from sosei.programmes.jobs.words_rounds import LOOK, wish_sentence


def _crumbs(request: Any, *rest: tuple[str, str]) -> Any:
    here = reverse("jobs:office-rounds", kwargs={"code": request.town.code}) if rest else ""
    return office_crumbs(request, (_("まとめて割り当てる回"), here), *rest)


def _to(held: Round) -> HttpResponse:
    return redirect("jobs:office-round", code=held.municipality.code, round_id=held.pk)


def _way(held: Round) -> str:
    return reverse("jobs:office-round", kwargs={"code": held.municipality.code, "round_id": held.pk})


@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """All rounds of the town, the latest first."""
    waiting = Q(postings__applications__state="applied")
    rows = (
        Round.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .annotate(
            jobs=Count("postings", distinct=True),
            people=Count("postings__applications__person", filter=waiting, distinct=True),
        )
        .order_by("-closes_at", "-pk")
    )
    page = paginate(request, rows, per_page=25)
    context = {
        "page": page,
        "rows": [(one, *phase(one)) for one in page],
        "serves": rules.has_perm("jobs.add_round", request.user, Round(municipality=request.town)),
        "crumbs": _crumbs(request),
    }
    return render(request, "jobs/rounds/office_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str) -> HttpResponse:
    """Opens a round."""
    form = RoundForm(request.POST or None, town=request.town)
    made: list[Round] = []
    if request.method == "POST" and done(
        form,
        lambda: made.append(
            services.open_round(municipality=request.town, plan=form.plan(), actor=request.user)
        ),
    ):
        messages.success(request, _("回を作りました。雇用主は、求人の「決めかた」でこの回を選べます。"))
        return _to(made[0])
    context = {"form": form, "round": None, "crumbs": _crumbs(request, (_("新しい回"), ""))}
    return render(request, "jobs/rounds/office_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Any, code: str, round_id: int) -> HttpResponse:
    """Changes a round."""
    held = round_of(request, round_id)
    form = RoundForm(request.POST or None, town=request.town, held=held)
    if request.method == "POST" and done(
        form, lambda: services.change_round(round=held, plan=form.plan(), actor=request.user)
    ):
        messages.success(request, _("保存しました。"))
        return _to(held)
    context = {
        "form": form,
        "round": held,
        "begun": held.opens_at <= timezone.now(),
        "crumbs": _crumbs(request, (str(held), _way(held)), (_("変える"), "")),
    }
    return render(request, "jobs/rounds/office_form.html", context)


@never_cache
@require_safe
def one(request: Any, code: str, round_id: int) -> HttpResponse:
    """How the round stands, and the step that comes next."""
    held = round_of(request, round_id)
    runs = list(
        RoundRun.objects.visible_to(request.user)
        .filter(round=held)
        .select_related("made_by")
        .order_by("-number")
    )
    rows = [shown(posting) for posting in postings_of(request, held)]
    _count_wishes(request, held, rows)
    kind, word = phase(held)
    wishes = Application.objects.visible_to(request.user).filter(posting__round=held)
    context = {
        "round": held,
        "kind": kind,
        "word": word,
        "rows": rows,
        "drafts": Posting.objects.visible_to(request.user)
        .filter(round=held, published_at__isnull=True)
        .count(),
        "people": wishes.exclude(state__in=("withdrawn", "lapsed")).values("person").distinct().count(),
        "runs": runs,
        "run": runs[0] if runs else None,
        "figures": figures_of(runs[0], {row["posting"].pk: row["posting"] for row in rows}) if runs else None,
        "withdrawn": rounds_run.withdrawn_since(runs[0]) if runs and held.state == Round.State.DRAWN else 0,
        "taking": is_taking(held),
        "closed": held.state == Round.State.OPEN and held.closes_at <= timezone.now(),
        "again_form": AgainForm(),
        "serves": rules.has_perm("jobs.change_round", request.user, held),
        "crumbs": _crumbs(request, (str(held), "")),
    }
    return render(request, "jobs/rounds/office_one.html", context)


def _count_wishes(request: Any, held: Round, rows: list[dict[str, Any]]) -> None:
    counted = (
        Application.objects.visible_to(request.user)
        .filter(posting__round=held)
        .exclude(state__in=("withdrawn", "lapsed"))
        .values("posting")
        .annotate(all=Count("pk"), first=Count("pk", filter=Q(rank=1)))
        .order_by("posting")
    )
    found = {each["posting"]: each for each in counted}
    for row in rows:
        each = found.get(row["posting"].pk, {})
        row["wishes"], row["firsts"] = each.get("all", 0), each.get("first", 0)


@require_POST
def draw(request: Any, code: str, round_id: int) -> HttpResponse:
    """Draws, or computes again with a reason; a large round is left to the worker."""
    held = round_of(request, round_id)
    reason = ""
    if held.state == Round.State.DRAWN:
        form = AgainForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("計算し直す理由を書いてください。理由は記録に残ります。"))
            return _to(held)
        reason = form.cleaned_data["reason"]
    try:
        rounds_run.must_serve(held, request.user)
        with tenancy.unguarded():
            large = rounds_run.is_large(held)
            if large:
                rounds_run.must_be_drawable(held, rounds_run.last_run(held), reason)
                tasks_rounds.leave_draw(held, request.user, reason)
        if large:
            messages.info(
                request, _("申し込みが多いので、裏で計算しています。終わると、このページに出ます。")
            )
            return _to(held)
        run = rounds_run.draw(round=held, actor=request.user, reason=reason)
    except RefusedError as error:
        messages.error(request, str(error))
        return _to(held)
    messages.success(request, _("計算しました。結果を確かめてから発表してください。"))
    return redirect("jobs:office-round-run", code=code, round_id=held.pk, number=run.number)


@require_POST
def publish(request: Any, code: str, round_id: int) -> HttpResponse:
    """Makes the contracts and tells everybody."""
    held = round_of(request, round_id)
    try:
        rounds_run.must_serve(held, request.user)
        run = rounds_run.last_run(held)
        if run is not None and rounds_publish.is_large(run) and held.state != Round.State.PUBLISHED:
            with tenancy.unguarded():
                tasks_rounds.leave_publication(held, request.user)
            messages.info(request, _("契約が多いので、裏で作っています。終わると、このページに出ます。"))
            return _to(held)
        result = rounds_publish.publish(round=held, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
        return _to(held)
    if result.again:
        messages.info(request, _("この回は、もう発表されています。"))
        return _to(held)
    told = {"contracts": result.contracts, "waiting": result.waiting}
    messages.success(
        request,
        _("発表しました。契約 %(contracts)s件、順番待ち %(waiting)s人。みんなに知らせました。") % told,
    )
    if result.failed:
        names = rounds_publish.named(result.failed)
        messages.warning(request, _("当たったのに契約できなかった人：%(names)s") % {"names": names})
    return _to(held)


# --- A run ------------------------------------------------------------------------------------------------------------


def _run(request: Any, held: Round, number: int) -> RoundRun:
    found: RoundRun = get_object_or_404(
        RoundRun.objects.visible_to(request.user).select_related("round", "made_by"),
        round=held,
        number=number,
    )
    return found


def _outcomes(request: Any, run: RoundRun) -> Any:
    return (
        RoundOutcome.objects.visible_to(request.user)
        .filter(run=run)
        .select_related("posting")
        .order_by("lottery")
    )


def _people(request: Any, held: Round, persons: Any) -> dict[int, str]:
    """Names as they stand in the applications."""
    rows = Application.objects.visible_to(request.user).filter(posting__round=held, person__in=persons)
    return dict(rows.order_by("pk").values_list("person", "shown_name"))


def _rows(held: Round, outcomes: Any, names: dict[int, Any], people: dict[int, str]) -> list[dict[str, Any]]:
    regions = {each.region: each.name for each in held.caps.all()}
    return [
        {
            "outcome": row,
            "name": people.get(row.person_id, ""),
            "rank": row.figures["rank"],
            "wishes": [
                {
                    "rank": each["rank"],
                    "posting": names.get(each["posting"]),
                    "score": each["score"],
                    "code": each["code"],
                    "sentence": wish_sentence(each, regions),
                }
                for each in row.figures["wishes"]
            ],
        }
        for row in outcomes
    ]


@never_cache
@require_safe
def run(request: Any, code: str, round_id: int, number: int) -> HttpResponse:
    """The result of a run: everybody with the reason of each wish, and who moved since the run before."""
    held = round_of(request, round_id)
    found = _run(request, held, number)
    names = {one.pk: one for one in postings_of(request, held)}
    page = paginate(request, _outcomes(request, found), per_page=50)
    moved = rounds_run.moves(found)
    shown_people = {row.person_id for row in page} | {one.person for one in moved}
    people = _people(request, held, shown_people)
    record_looks(
        staff=request.user,
        persons=shown_people,
        what=LOOK,
        municipality=request.town,
    )
    context = {
        "round": held,
        "run": found,
        "figures": figures_of(found, names),
        "page": page,
        "rows": _rows(held, page, names, people),
        "moves": [
            {
                "name": people.get(one.person, ""),
                "before": names.get(one.before or 0),
                "after": names.get(one.after or 0),
                "left": one.left,
            }
            for one in moved
        ],
        "last": not RoundRun.objects.visible_to(request.user).filter(round=held, number__gt=number).exists(),
        "crumbs": _crumbs(
            request, (str(held), _way(held)), (_("%(number)s回目の計算") % {"number": number}, "")
        ),
    }
    return render(request, "jobs/rounds/office_run.html", context)


@never_cache
@require_safe
def run_file(request: Any, code: str, round_id: int, number: int) -> HttpResponse:
    """The result as CSV: one line a wish."""
    held = round_of(request, round_id)
    found = _run(request, held, number)
    names = {one.pk: one for one in postings_of(request, held)}
    outcomes = list(_outcomes(request, found))
    record_looks(
        staff=request.user, persons={row.person_id for row in outcomes}, what=LOOK, municipality=request.town
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="round-{held.pk}-{number}.csv"'
    response.write(BOM)
    writer = csv.writer(response, lineterminator="\r\n")
    writer.writerow(
        [
            _("抽選の順"),
            _("名前"),
            _("決まった仕事"),
            _("希望の順"),
            _("仕事"),
            _("点"),
            _("決まった"),
            _("理由"),
        ]
    )
    people = _people(request, held, [row.person_id for row in outcomes])
    for row in _rows(held, outcomes, names, people):
        for wish in row["wishes"]:
            cells = [
                row["outcome"].lottery,
                row["name"],
                str(row["outcome"].posting or ""),
                wish["rank"],
                str(wish["posting"] or ""),
                wish["score"],
                "1" if wish["code"] == "got_it" else "",
                wish["sentence"],
            ]
            writer.writerow([guarded(str(cell)) for cell in cells])
    return response
