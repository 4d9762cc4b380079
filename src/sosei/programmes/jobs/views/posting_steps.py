"""What an employer does with a posting besides writing it: publish, confirm, copy, close, drop; and answers questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.design.pagination import paginate
from sosei.programmes.jobs.errors_postings import EmployerError, UnlawfulPostingError
from sosei.programmes.jobs.forms_postings import AnswerForm, ClosingForm
from sosei.programmes.jobs.models import Posting, Question
from sosei.programmes.jobs.services import postings
from sosei.programmes.jobs.services import questions as services
from sosei.programmes.jobs.views.deal_pages import is_key
from sosei.programmes.jobs.views.employer_common import (
    employer_crumbs,
    employer_url,
    own_employer,
    own_posting,
)
from sosei.programmes.jobs.views.posting_edit import edit_url, public_url


@require_POST
def publish(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """Makes it public, or says everything that is wrong."""
    posting = own_posting(request, employer_id, posting_id)
    try:
        postings.publish_posting(posting=posting, actor=request.user)
    except UnlawfulPostingError as error:
        messages.error(request, str(error))
        return redirect(edit_url(posting) + "#flaws")
    except EmployerError as error:
        messages.error(request, str(error))
        return redirect(edit_url(posting))
    messages.success(request, _("公開しました。"))
    return redirect(public_url(posting))


@require_POST
def confirm(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """All of it is still right."""
    posting = own_posting(request, employer_id, posting_id)
    try:
        postings.confirm_posting(posting=posting, actor=request.user)
    except EmployerError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("今日、内容を確かめたことを求人のページに出しました。"))
    return redirect(edit_url(posting))


@require_POST
def copy(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """A draft a year later, on the same weekdays."""
    posting = own_posting(request, employer_id, posting_id)
    made = postings.copy_posting(posting=posting, actor=request.user)
    messages.success(
        request,
        _("52週間あと（同じ曜日）の下書きを作りました。日付・時給・最低賃金を確かめてから公開してください。"),
    )
    return redirect(edit_url(made))


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """Ends the call for hands, with a reason."""
    posting = own_posting(request, employer_id, posting_id)
    form = ClosingForm(request.POST or None)

    def act() -> None:
        postings.close_posting(posting=posting, actor=request.user, reason=form.cleaned_data["reason"])

    text = _("決まった人の契約は、そのまま続きます。")
    return _ask(request, posting, form, act, _("募集を終える"), _("募集を終えました。"), text)


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """Deletes a draft."""
    posting = own_posting(request, employer_id, posting_id)
    if posting.state != Posting.State.DRAFT:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)

    def act() -> None:
        postings.drop_draft(posting=posting, actor=request.user)

    text = _("下書き「%(title)s」を消します。元に戻せません。") % {"title": posting}
    return _ask(request, posting, form, act, _("下書きを消す"), _("下書きを消しました。"), text)


def _ask(
    request: Any, posting: Posting, form: Any, act: Any, heading: str, done: str, text: str
) -> HttpResponse:
    back = edit_url(posting)
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, done)
            return redirect(employer_url("employer", posting.employer) + "#postings")
    context = {
        "form": form,
        "heading": heading,
        "submit": heading,
        "text": text,
        "cancel_url": back,
        "crumbs": employer_crumbs(request, posting.employer, (str(posting), back), (heading, "")),
    }
    return render(request, "jobs/employers/ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: Any, code: str, employer_id: int) -> HttpResponse:
    """The questions to an employer, those without an answer first."""
    employer = own_employer(request, employer_id)
    rows = Question.objects.visible_to(request.user).filter(employer=employer).select_related("posting")
    failed: dict[int, AnswerForm] = {}
    if request.method == "POST":
        key = str(request.POST.get("question", ""))
        question = rows.filter(pk=int(key) if is_key(key) else 0).first()
        if question is None:
            raise Http404
        form = AnswerForm(request.POST, prefix=f"q{question.pk}")
        if form.is_valid():
            try:
                services.answer_question(
                    question=question, text=form.cleaned_data["answer"], actor=request.user
                )
            except EmployerError as error:
                form.add_error("answer", str(error))
            else:
                messages.success(request, _("答えました。たずねた人に知らせました。"))
                return redirect(employer_url("questions", employer))
        failed[question.pk] = form
    page = paginate(request, rows.order_by("answered_at", "-asked_at"), per_page=20)
    lines = [
        (
            one,
            failed.get(one.pk) or AnswerForm(prefix=f"q{one.pk}", initial={"answer": one.answer}),
        )
        for one in sorted(page, key=lambda one: one.answered_at is not None)
    ]
    context = {
        "employer": employer,
        "page": page,
        "lines": lines,
        "crumbs": employer_crumbs(request, employer, (_("質問"), "")),
    }
    return render(request, "jobs/employers/questions.html", context)
