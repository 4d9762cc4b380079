"""The queue of licences on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.jobs.models import Licence
from sosei.programmes.jobs.services.licences import waiting_in


def _waiting(person: Person, municipality: Municipality) -> QuerySet[Licence]:
    return waiting_in(municipality, person)


register(
    Task(
        _("資格の確認"),
        _("働く人が届け出た免許や資格を、証明の写真で確かめます。"),
        "jobs:office-licences",
        roles.SEES_PERSONAL_DATA,
        _waiting,
        _("確認を待つ資格：%(count)s件"),
        order=62,
    )
)
