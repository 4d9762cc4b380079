"""The town's staff: hosts and spaces to be checked, public hosts, terms."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.db.models import BooleanField, Case, Count, Q, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.views.members import office_crumbs
from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_hosts import DecisionForm, PublicHostForm, SpaceDecisionForm, TermsForm
from sosei.programmes.spaces.listing_check import check_listing
from sosei.programmes.spaces.models import Host, Space, UsageTerms
from sosei.programmes.spaces.person_names import names_of
from sosei.programmes.spaces.services import hosts as services
from sosei.programmes.spaces.services import listings
from sosei.programmes.spaces.services.terms import make_terms
from sosei.programmes.spaces.views.host_common import host_url, own_host, serves
from sosei.programmes.spaces.views.space_page import shown_space


@require_safe
def hosts(request: Any, code: str) -> HttpResponse:
    """All hosts of the town, those to be checked first."""
    rows = (
        Host.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("organisation")
        .annotate(
            waits=Case(
                When(services.waiting(), then=Value(True)), default=Value(False), output_field=BooleanField()
            ),
            open_spaces=Count("spaces", filter=Q(spaces__state=Space.State.PUBLISHED)),
        )
        .order_by("-waits", "asked_at", "pk")
    )
    context = {
        "page": paginate(request, rows, per_page=25),
        "town": request.town,
        "serves": serves(request),
        "crumbs": office_crumbs(request, (_("場所を貸す人の確認"), "")),
    }
    return render(request, "spaces/hosts/office.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def check_host(request: Any, code: str, host_id: int) -> HttpResponse:
    """One host: what was declared, and the decision."""
    seen = Host.objects.visible_to(request.user).filter(municipality=request.town)
    host = seen.select_related("municipality", "organisation").filter(pk=host_id).first()
    if host is None:
        raise Http404
    may_decide = rules.has_perm("spaces.decide_host", request.user, host)
    form = DecisionForm(request.POST or None, initial={"checked": services.fingerprint(host)})
    if request.method == "POST":
        if not may_decide:
            raise Http404
        if form.is_valid() and _decide_host(request, host, form):
            return redirect("spaces:hosts-office", code=code)
        # What is on the screen from now on is what is decided next.
        form.data = {**form.data.dict(), "checked": services.fingerprint(host)}
    back = reverse("spaces:hosts-office", kwargs={"code": code})
    context = {
        "host": host,
        "decided_by": names_of([host.decided_by_id]).get(host.decided_by_id, ""),
        "waits": services.waits_for_check(host),
        "form": form,
        "may_decide": may_decide,
        "serves": serves(request),
        "crumbs": office_crumbs(request, (_("場所を貸す人の確認"), back), (str(host), "")),
    }
    return render(request, "spaces/hosts/check.html", context)


def _decide_host(request: Any, host: Host, form: DecisionForm) -> bool:
    approves = request.POST.get("decision") == "approve"
    given = form.cleaned_data
    if approves and not _all_ticked(form, ("identity", "contact", "right")):
        return False
    try:
        if approves:
            services.approve_host(
                host=host, actor=request.user, reason=given["reason"], checked=given["checked"]
            )
            messages.success(request, _("「%(name)s」を認めました。") % {"name": host})
        else:
            services.refuse_host(host=host, actor=request.user, reason=given["reason"])
            messages.success(request, _("「%(name)s」に、認められない理由を伝えました。") % {"name": host})
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


def _all_ticked(form: Any, names: tuple[str, ...]) -> bool:
    unchecked = [name for name in names if not form.cleaned_data[name]]
    for name in unchecked:
        form.add_error(name, _("確かめてから、チェックを入れてください。"))
    return not unchecked


@require_http_methods(["GET", "HEAD", "POST"])
def new_public(request: Any, code: str) -> HttpResponse:
    """Enters a department with public facilities."""
    if not serves(request):
        raise Http404
    form = PublicHostForm(request.POST or None, town=request.town, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_public_host(
                municipality=request.town,
                particulars=form.particulars(),
                department=form.cleaned_data["department"],
                actor=request.user,
            )
        except HostError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request, _("「%(name)s」を登録しました。次に、施設を入れてください。") % {"name": made}
            )
            return redirect(host_url("host", made))
    back = reverse("spaces:hosts-office", kwargs={"code": code})
    context = {
        "form": form,
        "heading": _("公共施設の担当を登録する"),
        "text": _("町の部署が貸す施設です。使用許可と使用料は条例によります。"),
        "submit": _("登録する"),
        "cancel_url": back,
        "crumbs": office_crumbs(
            request, (_("場所を貸す人の確認"), back), (_("公共施設の担当を登録する"), "")
        ),
    }
    return render(request, "spaces/hosts/ask.html", context)


@require_safe
def spaces(request: Any, code: str) -> HttpResponse:
    """All spaces of the town, those to be checked first."""
    rows = (
        Space.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("host", "parent")
        .annotate(
            waits=Case(
                When(state=Space.State.ASKED, then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
        )
        .order_by("-waits", "host__name", "name", "pk")
    )
    context = {
        "page": paginate(request, rows, per_page=50),
        "town": request.town,
        "serves": serves(request),
        "crumbs": office_crumbs(request, (_("場所の公開の確認"), "")),
    }
    return render(request, "spaces/listings/office.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def check_space(request: Any, code: str, space_id: int) -> HttpResponse:
    """One space as everybody will see it, what is missing, and the decision."""
    space = shown_space(request, space_id)
    may_decide = rules.has_perm("spaces.decide_space", request.user, space)
    form = SpaceDecisionForm(request.POST or None)
    if request.method == "POST":
        if not may_decide:
            raise Http404
        if form.is_valid() and _decide_space(request, space, form):
            return redirect("spaces:spaces-office", code=code)
    back = reverse("spaces:spaces-office", kwargs={"code": code})
    context = {
        "space": space,
        "host": space.host,
        "form": form,
        "flaws": check_listing(space),
        "may_decide": may_decide,
        "serves": serves(request),
        "crumbs": office_crumbs(request, (_("場所の公開の確認"), back), (str(space), "")),
    }
    return render(request, "spaces/listings/check.html", context)


def _decide_space(request: Any, space: Space, form: SpaceDecisionForm) -> bool:
    publishes = request.POST.get("decision") == "publish"
    reason = form.cleaned_data["reason"]
    if publishes and not _all_ticked(form, ("truth", "lawful")):
        return False
    try:
        if publishes:
            listings.publish_space(space=space, actor=request.user, reason=reason)
            messages.success(request, _("「%(name)s」を公開しました。") % {"name": space})
        else:
            listings.refuse_space(space=space, actor=request.user, reason=reason)
            messages.success(request, _("「%(name)s」に、公開できない理由を伝えました。") % {"name": space})
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: Any, code: str) -> HttpResponse:
    """The versions of the town's and the hosts' terms, and a new version."""
    form = TermsForm(request.POST or None, town=request.town, person=request.user)
    chosen = request.GET.get("host", "")
    host = own_host(request, int(chosen)) if chosen.isdecimal() and serves(request) else None
    rows = (
        UsageTerms.objects.visible_to(request.user).filter(municipality=request.town).select_related("host")
    )
    if request.method == "POST":
        if not serves(request):
            raise Http404
        if form.is_valid() and _make_terms(request, form):
            return redirect("spaces:terms-office", code=code)
    elif serves(request):
        newest = rows.filter(host=host).order_by("-number").first()
        form.initial = {
            "host": host,
            "text": newest.text if newest else "",
            "text_en": newest.text_en if newest else "",
        }
    context = {
        "form": form,
        "town": request.town,
        "rows": list(rows.order_by("host__name", "-number")[:100]),
        "serves": serves(request),
        "crumbs": office_crumbs(
            request,
            (_("場所の公開の確認"), reverse("spaces:spaces-office", kwargs={"code": code})),
            (_("利用規約"), ""),
        ),
    }
    return render(request, "spaces/hosts/terms_office.html", context)


def _make_terms(request: Any, form: TermsForm) -> bool:
    try:
        made = make_terms(
            municipality=request.town,
            host=form.cleaned_data["host"],
            text=form.cleaned_data["text"],
            text_en=form.cleaned_data["text_en"],
            actor=request.user,
        )
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(
        request, _("第%(number)s版を保存しました。これからの予約に使われます。") % {"number": made.number}
    )
    return True
