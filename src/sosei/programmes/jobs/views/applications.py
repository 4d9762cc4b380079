"""A worker's pages of applying: the form, what came of it, and all one's applications and contracts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import BirthDate, Person
from sosei.core.people.services.profile import record_birth_date
from sosei.core.people.views.subject import acting, subject_page
from sosei.programmes.jobs.birth_purpose import LAW
from sosei.programmes.jobs.forms_applications import ApplyForm, CodeForm, GroupForm, shift_label
from sosei.programmes.jobs.models import Application, Contract, Group, Posting, Shift, WorkerProfile
from sosei.programmes.jobs.services import applications as services
from sosei.programmes.jobs.services import groups, places, queue
from sosei.programmes.jobs.services.applicants import accepts
from sosei.programmes.jobs.views.deal_pages import (
    WANTED,
    is_key,
    result_of,
    show_refusal,
    tag,
    tell,
    worker_crumbs,
)


def _posting(request: Any, posting_id: int) -> Posting:
    related = ("employer", "municipality", "workplace", "lodging", "round")
    seen = Posting.objects.visible_to(request.user).filter(
        municipality=request.town, published_at__isnull=False
    )
    found: Posting = get_object_or_404(seen.select_related(*related), pk=posting_id)
    return found


def _open_shifts(posting: Posting, group: Group | None) -> list[Shift]:
    """The shifts that can be asked for; friends take those of the first of them."""
    rows = Shift.objects.filter(posting=posting, starts_at__gt=timezone.now(), called_off_at__isnull=True)
    wanted = groups.days_of(group) if group is not None else []
    if wanted:
        rows = rows.filter(pk__in=wanted)
    return list(rows.order_by("starts_at", "pk"))


def live_application(request: Any, posting: Posting) -> Application | None:
    """The application of the person whom the request is for, while it counts."""
    rows = Application.objects.visible_to(request.user).filter(posting=posting, person=request.subject)
    found: Application | None = rows.filter(state__in=Application.LIVE).first()
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def apply(request: Any, code: str, posting_id: int) -> HttpResponse:
    """The form; an instant application is decided when it is sent."""
    posting = _posting(request, posting_id)
    held = live_application(request, posting)
    if held is not None:
        if request.method != "POST":
            messages.info(request, _("この求人には、もう申し込んでいます。"))
        return redirect("jobs:my-application", application_id=held.pk)
    if posting.mode == Posting.Mode.ROUND and posting.round_id is not None:
        return redirect("jobs:round-wishes", code=code, round_id=posting.round_id)
    try:
        group = _group(request, posting)
    except RefusedError as error:
        tell(request, error)
        return redirect("jobs:apply", code=code, posting_id=posting.pk)
    form = _form(request, posting, group)
    if request.method == "POST" and form.is_valid():
        made = _send(request, posting, group, form)
        if made is not None:
            return redirect("jobs:my-application", application_id=made.pk)
    return render(request, "jobs/applications/apply.html", _context(request, posting, group, form))


def _group(request: Any, posting: Posting) -> Group | None:
    code = (request.POST if request.method == "POST" else request.GET).get("code", "").strip()
    return groups.group_with(code, posting) if code else None


def _form(request: Any, posting: Posting, group: Group | None) -> ApplyForm:
    shifts = _open_shifts(posting, group)
    chosen = [shift.pk for shift in shifts] if posting.whole_series or group is not None else []
    if "shift" in request.GET:
        chosen = [int(text) for text in request.GET.getlist("shift") if is_key(text)]
    profile = WorkerProfile.objects.filter(person=request.subject).first()
    return ApplyForm(
        request.POST or None,
        initial={
            "shifts": chosen,
            "code": group.code if group is not None else "",
            "needs_lodging": profile is not None and profile.needs_lodging,
        },
        person=request.subject,
        posting=posting,
        shifts=shifts,
        ask_birth=not BirthDate.objects.filter(person=request.subject).exists(),
        wishes=posting.round.max_wishes if posting.round is not None else None,
    )


def _send(request: Any, posting: Posting, group: Group | None, form: ApplyForm) -> Application | None:
    given = form.cleaned_data
    try:
        with transaction.atomic():
            if "birth_date" in given:
                with override("ja"):
                    law = str(LAW)
                record_birth_date(by=acting(request), date=given["birth_date"], legal_basis=law)
            return services.apply_for(
                posting=posting,
                person=request.subject,
                shifts=list(Shift.objects.filter(posting=posting, pk__in=given["shifts"])),
                actor=request.user,
                needs_lodging=given.get("needs_lodging", False),
                message=given["message"],
                group=group,
                rank=given.get("rank"),
            )
    except RefusedError as error:
        show_refusal(form, error)
        return None


def _context(request: Any, posting: Posting, group: Group | None, form: forms.Form) -> dict[str, Any]:
    return {
        "posting": posting,
        "group": group,
        "missing": groups.missing_friends(group) if group is not None else 0,
        "form": form,
        "open": accepts(posting),
        "electronic": WorkerProfile.objects.filter(person=request.subject, wants_paper=False).exists(),
        "group_form": GroupForm(person=request.subject),
        "code_form": CodeForm(),
        "crumbs": worker_crumbs((str(posting), ""), (_("申し込む"), "")),
    }


@require_POST
@subject_page
def new_group(request: Any, code: str, posting_id: int) -> HttpResponse:
    """Starts a group of friends; its code is on the next page."""
    posting = _posting(request, posting_id)
    form = GroupForm(request.POST, person=request.subject)
    way = reverse("jobs:apply", kwargs={"code": code, "posting_id": posting.pk})
    if form.is_valid():
        try:
            made = groups.start_group(
                posting=posting,
                person=request.subject,
                size=form.cleaned_data["size"],
                actor=request.user,
            )
        except RefusedError as error:
            tell(request, error)
        else:
            return redirect(f"{way}?code={made.code}")
    else:
        messages.error(request, _("人数は2人から8人までの数で書いてください。"))
    return redirect(way)


def _mine(request: Any) -> Any:
    return (
        Application.objects.visible_to(request.user)
        .filter(person=request.subject)
        .select_related(
            "posting__workplace", "posting__lodging", "posting__round", "employer", "municipality", "group"
        )
    )


@require_safe
@subject_page
def mine(request: Any) -> HttpResponse:
    """All applications and contracts, those that want something first."""
    page = paginate(
        request,
        _mine(request).prefetch_related(WANTED).order_by("-applied_at"),
        per_page=20,
    )
    waiting = queue.places_in_queue([one for one in page if one.state == "waiting"])
    rows = [
        {
            "application": one,
            "tag": tag(one.state),
            "result": result_of(one, waiting.get(one.pk)),
            "days": [wanted.shift for wanted in one.wanted.all()],
        }
        for one in page
    ]
    contracts = Contract.objects.visible_to(request.user).filter(person=request.subject, state="active")
    context = {
        "page": page,
        "rows": rows,
        "contracts": contracts.select_related("posting", "employer")
        .prefetch_related("days")
        .order_by("made_at"),
        "crumbs": worker_crumbs((_("申し込みと契約"), "")),
    }
    return render(request, "jobs/applications/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def one(request: Any, application_id: int) -> HttpResponse:
    """What came of an application; a POST answers an offer or takes the application back."""
    application: Application = get_object_or_404(_mine(request), pk=application_id)
    if request.method == "POST":
        return _answer(request, application)
    contract = Contract.objects.visible_to(request.user).filter(application=application).first()
    kind, heading, text = result_of(application)
    group = application.group
    context = {
        "application": application,
        "posting": application.posting,
        "contract": contract,
        "kind": kind,
        "heading": heading,
        "text": text,
        "days": [shift_label(shift, with_places=False) for shift in places.wanted_shifts(application)],
        "group": group,
        "missing": groups.missing_friends(group) if group is not None else 0,
        "may_withdraw": application.state in ("applied", "waiting"),
        "subject": request.subject,
        "crumbs": worker_crumbs((_("申し込みと契約"), reverse("jobs:my-applications")), (heading, "")),
    }
    return render(request, "jobs/applications/one.html", context)


def _answer(request: Any, application: Application) -> HttpResponse:
    person: Person = request.user
    answer = request.POST.get("answer")
    try:
        if answer == "accept":
            made = services.accept_offer(application=application, actor=person)
            if made is not None:
                messages.success(request, _("決まりました。労働条件通知書を読んでください。"))
                return redirect("jobs:my-contract", contract_id=made.pk)
        elif answer in ("decline", "withdraw"):
            services.withdraw_application(application=application, actor=person)
            messages.success(request, _("取り下げました。"))
    except RefusedError as error:
        tell(request, error)
    return redirect("jobs:my-application", application_id=application.pk)
