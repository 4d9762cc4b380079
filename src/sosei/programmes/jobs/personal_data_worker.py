"""What a worker tells of himself: profile, licences, free days, account, searches and questions; all of it goes."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import history_of, told_all, told_with_history
from sosei.programmes.jobs.models import (
    Availability,
    BankAccount,
    Licence,
    Question,
    SavedSearch,
    WorkerProfile,
)

TABLES: tuple[Any, ...] = (WorkerProfile, Licence, Availability, BankAccount, SavedSearch, Question)


def _is_tracked(model: Any) -> bool:
    return apps.get_app_config("jobs").models.get(f"{model._meta.model_name}event") is not None


def export_worker(person: Person) -> Rows:
    """The rows as they are, and what profile and licences were before."""
    tracked = [model for model in TABLES if _is_tracked(model)]
    others = [model.objects.filter(person=person) for model in TABLES if model not in tracked]
    return [*told_with_history(person, *tracked), *told_all(*others)]


def erase_worker(person: Person) -> Outcome:
    """No law keeps them; their histories go too, those of rows long removed as well."""
    erased = 0
    for model in TABLES:
        rows = model.objects.filter(person=person)
        erased += rows.count()
        rows.delete()
        if _is_tracked(model):
            history_of(model).filter(person=person).delete()
    return Outcome(erased)


register(
    PersonalData(
        key="job_worker",
        title=_("働く人としての登録"),
        models=frozenset(
            label
            for model in TABLES
            for label in (
                model._meta.label_lower,
                *([f"{model._meta.label_lower}event"] * _is_tracked(model)),
            )
        ),
        export=export_worker,
        erase=erase_worker,
        order=30,
    )
)
