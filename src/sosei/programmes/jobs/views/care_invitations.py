"""Pages of invitations: an employer asks those with whom it went well to come again, in one click each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs.forms_care import InviteForm
from sosei.programmes.jobs.models import Posting, ReturnInvitation
from sosei.programmes.jobs.services import invitations
from sosei.programmes.jobs.views.deal_pages import is_key, leave_looks
from sosei.programmes.jobs.views.employer_common import employer_crumbs, employer_url, own_employer
from sosei.programmes.jobs.views.workers.common import done, work_crumbs
from sosei.programmes.jobs.words_care import LOOK_REVIEWS


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_employer(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Who may be asked to come to one of the open postings; a POST asks one."""
    employer = own_employer(request, employer_id)
    open_ones = list(
        Posting.objects.visible_to(request.user)
        .open()
        .filter(employer=employer)
        .order_by("-published_at")[:50]
    )
    posting = _chosen(request, open_ones)
    form = InviteForm(request.POST or None)
    rows = invitations.candidates(employer, posting) if posting is not None else []
    if request.method == "POST" and posting is not None and _invited(request, posting, rows, form):
        return redirect(f"{employer_url('employer-invitations', employer)}?posting={posting.pk}")
    leave_looks(request, employer, {one.contract.person_id for one in rows}, LOOK_REVIEWS)
    context = {
        "employer": employer,
        "postings": open_ones,
        "posting": posting,
        "rows": rows,
        "form": form,
        "crumbs": employer_crumbs(request, employer, (_("また来てほしい人"), "")),
    }
    return render(request, "jobs/care/employer_invitations.html", context)


def _chosen(request: Any, postings: list[Posting]) -> Posting | None:
    """The posting that the address names; the latest where it names none."""
    wanted = request.POST.get("posting") or request.GET.get("posting", "")
    named = next((one for one in postings if str(one.pk) == wanted), None)
    return named or (postings[0] if postings and not wanted else None)


def _invited(request: Any, posting: Posting, rows: list[invitations.Candidate], form: InviteForm) -> bool:
    key = request.POST.get("contract", "")
    found = next((one.contract for one in rows if is_key(key) and one.contract.pk == int(key)), None)
    if found is None:
        messages.error(request, _("招待する人を選んでください。"))
        return True
    saved = done(
        form,
        lambda: invitations.invite_back(
            posting=posting, contract=found, text=form.cleaned_data["text"], actor=request.user
        ),
    )
    if saved:
        messages.success(request, _("%(name)sさんを招待しました。") % {"name": found.worker_name})
    return saved


@never_cache
@require_safe
@subject_page
def mine(request: Any) -> HttpResponse:
    """Where one is asked to come again."""
    rows = ReturnInvitation.objects.visible_to(request.user).filter(person=request.subject)
    related = ("employer", "posting", "municipality")
    # Seen although the employer may be gone by now.
    with tenancy.unguarded():
        context = {
            "page": paginate(request, rows.select_related(*related)),
            "crumbs": work_crumbs((_("また来てほしいという招待"), "")),
        }
    return render(request, "jobs/care/my_invitations.html", context)
