"""Why a worker's date of birth is asked: the law forbids the work of children and protects minors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from sosei.core.people.models import Person

LAW = _("労働基準法56条・57条")
EXPLANATION = _("仕事に申し込む人が、法律で働ける年齢かどうかを確かめます。雇用主には見せません。")


def concerns(person: Person) -> bool:
    """Whoever has applied for work without a worker's profile; those who have one are asked for its sake."""
    from sosei.programmes.jobs.models import Application, WorkerProfile

    return (
        Application.objects.filter(person=person).exists()
        and not WorkerProfile.objects.filter(person=person).exists()
    )
