"""A worker's licences: hand in with proof, see how it stands, send anew, take back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design import civil_day
from sosei.core.people import roles, tenancy
from sosei.core.people.models import Membership, Person
from sosei.core.people.views.subject import acting, subject_page
from sosei.core.records.attachments.messages import told
from sosei.core.records.attachments.rules import Reason, RefusedFileError
from sosei.core.records.attachments.views import no_space
from sosei.core.records.models import Attachment
from sosei.programmes.jobs.forms_workers import LicenceForm
from sosei.programmes.jobs.models import Licence
from sosei.programmes.jobs.services import licences as services
from sosei.programmes.jobs.views.workers.common import done, work_crumbs
from sosei.programmes.jobs.words_workers import licence_name

TAGS = {Licence.State.SENT: "info", Licence.State.CHECKED: "success", Licence.State.REFUSED: "error"}


@dataclass(frozen=True)
class Shown:
    """A licence ready for the page."""

    licence: Licence
    name: str
    state: str
    tag: str
    expires_soon: bool
    files: list[Attachment]


def shown(licence: Licence, files: list[Attachment]) -> Shown:
    """How a licence stands today."""
    today = civil_day.today()
    ends = licence.expires_on
    expired = ends is not None and ends < today
    checked = licence.state == Licence.State.CHECKED
    soon = checked and ends is not None and today <= ends <= today + timedelta(days=services.WARNED_DAYS)
    state = _("期限切れ") if expired else str(licence.get_state_display())
    return Shown(
        licence,
        licence_name(licence.kind),
        state,
        "warning" if expired else TAGS[Licence.State(licence.state)],
        soon,
        files,
    )


def _own(person: Person) -> list[Shown]:
    rows = list(Licence.objects.visible_to(person).filter(person=person))
    proof: dict[int, list[Attachment]] = {}
    kind = ContentType.objects.get_for_model(Licence)
    with tenancy.unguarded():
        files = Attachment.objects.filter(
            owner=person, about_type=kind, about_id__in=[row.pk for row in rows]
        )
        for file in files.with_file().order_by("pk"):
            proof.setdefault(file.about_id, []).append(file)
    return [shown(row, proof.get(row.pk, [])) for row in rows]


def _towns(person: Person) -> list[str]:
    with tenancy.unguarded():
        held = Membership.objects.held().filter(person=person, role__in=sorted(roles.CIVIL))
        return sorted({str(one.municipality) for one in held.select_related("municipality")})


@never_cache
@require_safe
@subject_page
def licences(request: Any) -> HttpResponse:
    """The list."""
    context = {
        "crumbs": work_crumbs((_("資格"), "")),
        "subject": request.subject,
        "rows": _own(request.subject),
        "towns": _towns(request.subject),
    }
    return render(request, "jobs/workers/licences.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def send(request: Any, pk: int | None = None) -> HttpResponse:
    """Hands in a licence; with `pk` one that is there already, with new proof."""
    own = Licence.objects.visible_to(request.subject).filter(person=request.subject)
    held = get_object_or_404(own, pk=pk) if pk is not None else None
    options: dict[str, Any] = {"person": request.subject}
    if held is not None:
        options |= {"kind": held.kind, "initial": {"number": held.number}}
    else:
        options["held"] = frozenset(own.values_list("kind", flat=True))
    form = LicenceForm(**options)
    if request.method == "POST":
        form = LicenceForm(request.POST, request.FILES, **options)
        if done(form, lambda: _send(request, form)):
            messages.success(request, _("届け出ました。町の担当者が確かめると、お知らせします。"))
            return redirect("jobs:my-licences")
        if form.has_error("files", Reason.NO_SPACE):
            return no_space(request, reverse("jobs:my-licences"))
    heading = (
        _("「%(name)s」の証明を送り直す") % {"name": licence_name(held.kind)} if held else _("資格を届け出る")
    )
    context = {
        "crumbs": work_crumbs((_("資格"), reverse("jobs:my-licences")), (heading, "")),
        "form": form,
        "heading": heading,
        "towns": _towns(request.subject),
        "cancel_url": reverse("jobs:my-licences"),
    }
    return render(request, "jobs/workers/licence_form.html", context, status=422 if form.errors else 200)


def _send(request: Any, form: LicenceForm) -> None:
    given = form.cleaned_data
    try:
        services.send_licence(
            by=acting(request),
            kind=given["kind"],
            number=given["number"],
            expires_on=given["expires_on"],
            files=given["files"],
        )
    except RefusedFileError as error:
        raise services.WorkerError(told(error.refusal), "files") from error


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def remove(request: Any, pk: int) -> HttpResponse:
    """Asks, and takes the licence back."""
    own = Licence.objects.visible_to(request.subject).filter(person=request.subject)
    held = get_object_or_404(own.select_related("person"), pk=pk)
    name = licence_name(held.kind)
    if request.method == "POST":
        services.remove_licence(by=acting(request), licence=held)
        messages.success(request, _("「%(name)s」を消しました。") % {"name": name})
        return redirect("jobs:my-licences")
    heading = _("「%(name)s」を消しますか") % {"name": name}
    context = {
        "crumbs": work_crumbs((_("資格"), reverse("jobs:my-licences")), (_("資格を消す"), "")),
        "heading": heading,
        "subject": request.subject,
    }
    return render(request, "jobs/workers/licence_remove.html", context)
