"""Employers to be checked, on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.jobs.models import Employer
from sosei.programmes.jobs.services.employers import waiting


def _waiting(person: Person, municipality: Municipality) -> QuerySet[Employer]:
    rows: QuerySet[Employer] = Employer.objects.visible_to(person).filter(
        waiting(), municipality=municipality
    )
    return rows


register(
    Task(
        _("雇用主の確認"),
        _("雇用主の登録を確かめて、認めるかどうかを決めます。雇用主の代わりに求人を作ることもできます。"),
        "jobs:employers-office",
        roles.READS_WHOLE_TOWN | {roles.PROGRAMME_STAFF},
        _waiting,
        _("確認を待っている雇用主：%(count)s"),
        order=30,
    )
)
