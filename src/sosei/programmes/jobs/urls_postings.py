"""Addresses of postings: the public page, the employer's form and shifts, questions."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import posting_edit, posting_page, posting_shifts, posting_steps

_OWN = "<code>/employer/<int:employer_id>/postings"

urlpatterns = [
    path("<code>/work/<int:posting_id>", posting_page.posting, name="posting"),
    path("<code>/work/<int:posting_id>/ask", posting_page.ask, name="posting-ask"),
    path(f"{_OWN}/new", posting_edit.new, name="posting-new"),
    path(f"{_OWN}/<int:posting_id>", posting_edit.edit, name="posting-edit"),
    path(f"{_OWN}/<int:posting_id>/live", posting_edit.live, name="posting-live"),
    path(f"{_OWN}/<int:posting_id>/shifts", posting_shifts.shifts, name="posting-shifts"),
    path(f"{_OWN}/<int:posting_id>/shifts/<int:shift_id>", posting_shifts.change, name="shift-change"),
    path(f"{_OWN}/<int:posting_id>/publish", posting_steps.publish, name="posting-publish"),
    path(f"{_OWN}/<int:posting_id>/confirm", posting_steps.confirm, name="posting-confirm"),
    path(f"{_OWN}/<int:posting_id>/copy", posting_steps.copy, name="posting-copy"),
    path(f"{_OWN}/<int:posting_id>/close", posting_steps.close, name="posting-close"),
    path(f"{_OWN}/<int:posting_id>/drop", posting_steps.drop, name="posting-drop"),
    path("<code>/employer/<int:employer_id>/questions", posting_steps.questions, name="questions"),
]
