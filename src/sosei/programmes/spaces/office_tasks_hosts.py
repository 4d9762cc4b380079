"""Hosts and spaces to be checked, on the office's first page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.office_tasks import Task, register
from sosei.programmes.spaces.models import Host, Space
from sosei.programmes.spaces.services.hosts import waiting


def _hosts(person: Person, municipality: Municipality) -> QuerySet[Host]:
    rows: QuerySet[Host] = Host.objects.visible_to(person).filter(waiting(), municipality=municipality)
    return rows


def _spaces(person: Person, municipality: Municipality) -> QuerySet[Space]:
    rows: QuerySet[Space] = Space.objects.visible_to(person).filter(
        state=Space.State.ASKED, municipality=municipality
    )
    return rows


_WHO = roles.READS_WHOLE_TOWN | {roles.PROGRAMME_STAFF}

register(
    Task(
        _("場所を貸す人の確認"),
        _(
            "登録を確かめて、認めるかどうかを決めます。公共施設の担当を登録し、貸す人の代わりに場所を整えることもできます。"
        ),
        "spaces:hosts-office",
        _WHO,
        _hosts,
        _("確認を待っている貸す人：%(count)s"),
        order=40,
    )
)
register(
    Task(
        _("場所の公開の確認"),
        _(
            "公開を申し込んだ場所を確かめます。公共施設の一覧（オープンデータ）の取り込みと書き出し、利用規約もここです。"
        ),
        "spaces:spaces-office",
        _WHO,
        _spaces,
        _("確認を待っている場所：%(count)s"),
        order=41,
    )
)
