"""What a worker's own pages share: the way to them, and a form whose service may refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal

Crumbs = list[tuple[str, str]]


def work_crumbs(*rest: tuple[str, str]) -> Crumbs:
    """The way to one of a worker's pages."""
    return [(_("ホーム"), reverse("portal:home")), (_("わたしの仕事"), reverse("jobs:my-work")), *rest]


def done(form: forms.Form, save: Callable[[], Any]) -> bool:
    """Whether a clean form was saved; what the service refused stands beside its box."""
    if not form.is_valid():
        return False
    try:
        save()
    except RefusedError as error:
        show_refusal(form, error)
        return False
    return True
