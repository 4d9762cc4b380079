"""A worker's pages of a round: wishes ranked and changed, friends, and what came of each wish."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.people.errors import RefusedError
from sosei.core.people.models import BirthDate
from sosei.core.people.services.profile import record_birth_date
from sosei.core.people.views.subject import acting, subject_page
from sosei.programmes.jobs.birth_purpose import LAW
from sosei.programmes.jobs.forms_rounds import FriendsForm, JoinForm, WishesForm
from sosei.programmes.jobs.models import Application, Contract, Posting, Round, RoundOutcome
from sosei.programmes.jobs.rules_rounds import lot_of
from sosei.programmes.jobs.services import groups, rounds_wishes
from sosei.programmes.jobs.services.rounds_wishes import is_taking, takes_friends
from sosei.programmes.jobs.views.deal_pages import show_refusal, tag
from sosei.programmes.jobs.views.rounds_pages import phase, public_postings, round_of, shown
from sosei.programmes.jobs.views.workers.common import work_crumbs
from sosei.programmes.jobs.words_rounds import wish_sentence


def _live(request: Any, held: Round) -> list[Application]:
    rows = Application.objects.visible_to(request.user).filter(
        posting__round=held, person=request.subject, state__in=Application.LIVE
    )
    related = ("posting__employer", "posting__lodging", "employer", "municipality")
    return list(rows.select_related(*related).order_by("rank", "pk"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def wishes(request: Any, code: str, round_id: int) -> HttpResponse:
    """All postings of the round, each with its place among the wishes."""
    held = round_of(request, round_id)
    live = _live(request, held)
    if not is_taking(held) or any(one.group_id for one in live):
        return redirect("jobs:my-round", round_id=held.pk)
    postings = list(public_postings(request, held).filter(state=Posting.State.PUBLISHED))
    form = WishesForm(
        request.POST or None,
        person=request.subject,
        postings=postings,
        held=live,
        most=held.max_wishes,
        ask_birth=not BirthDate.objects.filter(person=request.subject).exists(),
    )
    if request.method == "POST" and form.is_valid() and _saved(request, held, form):
        messages.success(request, _("希望を受け付けました。"))
        return redirect("jobs:my-round", round_id=held.pk)
    context = {
        "round": held,
        "form": form,
        "rows": [{**shown(row["posting"]), **row} for row in form.rows()],
        "friends": takes_friends(held),
        "join_form": JoinForm(person=request.subject) if not live else None,
        "crumbs": work_crumbs((str(held), _way(held)), (_("希望を出す"), "")),
    }
    return render(request, "jobs/rounds/wishes.html", context)


def _saved(request: Any, held: Round, form: WishesForm) -> bool:
    try:
        with transaction.atomic():
            if "birth_date" in form.cleaned_data:
                with override("ja"):
                    law = str(LAW)
                record_birth_date(by=acting(request), date=form.cleaned_data["birth_date"], legal_basis=law)
            rounds_wishes.set_wishes(
                round=held, person=request.subject, wishes=form.wishes(), actor=request.user
            )
    except RefusedError as error:
        show_refusal(form, error)
        return False
    return True


def _way(held: Round) -> str:
    return reverse("jobs:round", kwargs={"code": held.municipality.code, "round_id": held.pk})


@require_POST
@subject_page
def friends(request: Any, code: str, round_id: int) -> HttpResponse:
    """Makes one's wishes those of a group, or joins a friend's by the code."""
    held = round_of(request, round_id)
    joins = "code" in request.POST
    form: Any = (JoinForm if joins else FriendsForm)(request.POST, person=request.subject)
    if not form.is_valid():
        messages.error(request, _("人数か合い言葉を確かめてください。"))
        return redirect("jobs:my-round", round_id=held.pk)
    try:
        if joins:
            rounds_wishes.join_friends(
                round=held,
                code=form.cleaned_data["code"],
                person=request.subject,
                actor=request.user,
                needs_lodging=form.cleaned_data["needs_lodging"],
            )
            messages.success(request, _("友だちと同じ希望を受け付けました。"))
        else:
            rounds_wishes.start_friends(
                round=held, person=request.subject, size=form.cleaned_data["size"], actor=request.user
            )
            messages.success(request, _("合い言葉を作りました。友だちに知らせてください。"))
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("jobs:my-round", round_id=held.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def mine(request: Any, round_id: int) -> HttpResponse:
    """One's own part in a round: the wishes, and when published what came of each and why; a POST takes them back."""
    held: Round = get_object_or_404(
        Round.objects.visible_to(request.user).select_related("municipality").prefetch_related("caps"),
        pk=round_id,
    )
    if request.method == "POST":
        return _withdraw(request, held)
    live = _live(request, held)
    outcome = (
        RoundOutcome.objects.visible_to(request.user)
        .filter(run__round=held, person=request.subject, run__round__state=Round.State.PUBLISHED)
        .select_related("posting")
        .order_by("-run__number")
        .first()
    )
    group = rounds_wishes.group_of(live[0]) if live else None
    kind, word = phase(held)
    context = {
        "round": held,
        "kind": kind,
        "word": word,
        "live": live,
        "taking": is_taking(held),
        "outcome": outcome,
        "rows": _results(request, held, outcome),
        "failed": _failed(request, outcome),
        "lot": lot_of(held.seed, str(request.subject.uid)) if held.seed and outcome else "",
        "group": group,
        "missing": groups.missing_friends(group) if group is not None else 0,
        "may_start": bool(live) and group is None and is_taking(held) and takes_friends(held),
        "may_join": not live and is_taking(held) and takes_friends(held),
        "may_withdraw": bool(live) and held.state != Round.State.PUBLISHED,
        "friends_form": FriendsForm(person=request.subject),
        "join_form": JoinForm(person=request.subject),
        "subject": request.subject,
        "crumbs": work_crumbs((str(held), _way(held)), (_("わたしの希望"), "")),
    }
    return render(request, "jobs/rounds/mine.html", context)


def _results(request: Any, held: Round, outcome: RoundOutcome | None) -> list[dict[str, Any]]:
    """Each wish with its sentence and what its application is now."""
    if outcome is None:
        return []
    regions = {one.region: one.name for one in held.caps.all()}
    told = outcome.figures["wishes"]
    applications = (
        Application.objects.visible_to(request.user)
        .filter(pk__in=[each["application"] for each in told])
        .select_related("posting", "employer")
    )
    known = {one.pk: one for one in applications}
    return [
        {
            "figures": each,
            "application": known[each["application"]],
            "tag": tag(known[each["application"]].state),
            "sentence": wish_sentence(each, regions),
        }
        for each in told
        if each["application"] in known
    ]


def _failed(request: Any, outcome: RoundOutcome | None) -> str:
    """Why the place of the draw came to nothing; "" where it became a contract."""
    if outcome is None or outcome.application_id is None:
        return ""
    held = Application.objects.visible_to(request.user).filter(pk=outcome.application_id).first()
    if held is None or Contract.objects.filter(application=held).exists():
        return ""
    if held.state in ("waiting", "offered"):
        return _("場所か、泊まる場所が、足りなくなったためです。順番待ちに入りました。")
    return held.reason or _("申し込みが、発表の前に終わったためです。")


def _withdraw(request: Any, held: Round) -> HttpResponse:
    try:
        count = rounds_wishes.withdraw_wishes(round=held, person=request.subject, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        if count:
            messages.success(request, _("希望をすべて取り下げました。"))
    return redirect("jobs:my-round", round_id=held.pk)
