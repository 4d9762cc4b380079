"""At the workplace: the page behind the QR code, punches sent later by the phone, and what the phone keeps for that."""

from __future__ import annotations

import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs.models import Punch, WorkDay
from sosei.programmes.jobs.services import days
from sosei.programmes.jobs.services.days_codes import code_in_use, day_at, next_kind
from sosei.programmes.jobs.views.days_pages import shown
from sosei.programmes.jobs.views.deal_pages import is_key
from sosei.programmes.jobs.views.workers.common import work_crumbs


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def site(request: Any, secret: str) -> HttpResponse:
    """The day that matches now, with its one button."""
    code = code_in_use(secret)
    crumbs = work_crumbs((_("現場"), ""))
    if code is None:
        return render(request, "jobs/days/site_unknown.html", {"crumbs": crumbs}, status=404)
    day = day_at(code, request.subject)
    if request.method == "POST":
        return _note(request, secret, day)
    context = {
        "crumbs": crumbs,
        "code": code,
        "row": shown(day) if day is not None else None,
        "kind": next_kind(day) if day is not None else "",
        "token": uuid4(),
        "secret": secret,
        "subject": request.subject,
        "kept": for_phone(day, request.subject) if day is not None and _is_own(request) else None,
    }
    return render(request, "jobs/days/site.html", context)


def _is_own(request: Any) -> bool:
    return bool(request.user == request.subject)


def _note(request: Any, secret: str, day: WorkDay | None) -> HttpResponse:
    back = redirect("jobs:site", secret=secret)
    token = _uuid(request.POST.get("token", ""))
    kind = request.POST.get("kind", "")
    named = request.POST.get("day", "")
    if day is None or token is None or kind not in Punch.Kind.values or named != str(day.pk):
        messages.error(request, _("記録できませんでした。もう一度QRコードを読み取ってください。"))
        return back
    try:
        made = days.record_punch(
            day=day,
            kind=kind,
            way=Punch.Way.QR if _is_own(request) else Punch.Way.STAFF,
            at=timezone.now(),
            token=token,
            actor=request.user,
            secret=secret,
        )
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("来たことを記録しました。")
            if made.kind == Punch.Kind.IN
            else _("帰ることを記録しました。おつかれさまでした。"),
        )
    return back


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
def punch(request: Any) -> JsonResponse:
    """A punch that the phone kept: `kept`, or `refused` with the reason, or `other` where somebody else is signed in."""
    if request.POST.get("about") != str(request.subject.uid) or not _is_own(request):
        return JsonResponse({"state": "other", "text": _("別の人がログインしています。")})
    token, at = _uuid(request.POST.get("token", "")), _moment(request.POST.get("at", ""))
    key = request.POST.get("day", "")
    if token is None or at is None or not is_key(key) or request.POST.get("kind") not in Punch.Kind.values:
        return JsonResponse({"state": "refused", "text": _("スマートフォンの記録がこわれています。")})
    with tenancy.unguarded():
        day = (
            WorkDay.objects.filter(pk=int(key), person=request.subject)
            .select_related("contract__posting", "employer", "municipality")
            .first()
        )
    if day is None:
        return JsonResponse({"state": "refused", "text": _("この日の仕事が見つかりません。")})
    try:
        days.record_punch(
            day=day,
            kind=request.POST["kind"],
            way=Punch.Way.OFFLINE,
            at=at,
            token=token,
            actor=request.user,
            secret=request.POST.get("secret", ""),
        )
    except RefusedError as error:
        return JsonResponse({"state": "refused", "text": str(error)})
    return JsonResponse({"state": "kept", "text": _("送りました。")})


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def for_phone(day: WorkDay, person: Any) -> dict[str, Any]:
    """What the phone needs to note a punch without a network."""
    kinds = {each.kind for each in day.punches.all()}
    return {
        "id": day.pk,
        "about": str(person.uid),
        "label": str(day.contract.posting),
        "place": str(day.contract.posting.workplace),
        "start": day.period.lower.isoformat(),
        "end": day.period.upper.isoformat(),
        "came": Punch.Kind.IN in kinds,
        "left": Punch.Kind.OUT in kinds,
        "open": day.state == WorkDay.State.PLANNED,
    }


@require_safe
def offline(request: Any) -> HttpResponse:
    """The page that the phone keeps and shows when there is no network; the same for everybody."""
    return render(request, "jobs/days/offline.html")


@require_safe
def worker_script(request: Any) -> HttpResponse:
    """The service worker: keeps the offline pages with their files, and shows them for scans without a network."""
    pages = {}
    for language in ("ja", "en"):
        with override(language):
            pages[language] = reverse("jobs:site-offline")
    files = [
        static(name) for name in ("design/tokens.css", "design/sosei.css", "jobs/days.css", "jobs/days.js")
    ]
    listed = [*pages.values(), *files]
    version = sha256("\n".join(listed).encode()).hexdigest()[:12]
    context = {"pages": pages, "files": listed, "version": version}
    response = render(request, "jobs/days/worker.js", context, content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response
