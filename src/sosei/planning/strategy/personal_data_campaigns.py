"""What campaigns hold of a person: what one opened, sent and read in as staff."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Person
from sosei.core.people.personal_data import Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import DOCUMENTS_LAW, kept
from sosei.planning.strategy.models import Ask, Campaign, SheetLayout, ValueImport


def export_campaign_work(person: Person) -> Rows:
    """Campaigns made, departments' answers sent, layouts and files read in."""
    return [
        *(
            {"what": "campaign", "of": str(row), "at": row.created_at.isoformat()}
            for row in Campaign.objects.filter(created_by=person).select_related("strategy")
        ),
        *(
            {
                "what": "answers sent",
                "of": str(row.department),
                "name": row.sent_name,
                "at": row.sent_at.isoformat() if row.sent_at else "",
            }
            for row in Ask.objects.filter(sent_by=person).select_related("department")
        ),
        *(
            {"what": "layout", "of": row.name, "at": row.made_at.isoformat()}
            for row in SheetLayout.objects.filter(made_by=person)
        ),
        *(
            {"what": "file read in", "of": row.file_name, "at": row.read_at.isoformat()}
            for row in ValueImport.objects.filter(read_by=person)
        ),
    ]


def erase_campaign_work(person: Person) -> Outcome:
    """The name typed on sending goes; that the work was done stays, and names nobody without the person's row."""
    erased = Ask.objects.filter(sent_by=person).exclude(sent_name="").update(sent_name="")
    event: Any = apps.get_model("strategy", "AskEvent")
    event.objects.filter(sent_by=person).exclude(sent_name="").update(sent_name="")
    held = (Campaign, "created_by"), (Ask, "sent_by"), (SheetLayout, "made_by"), (ValueImport, "read_by")
    count = sum(model.objects.filter(**{column: person}).count() for model, column in held)
    return kept(
        "実績の調査の記録（名前は入っていません）",
        "Records of KPI collection (they hold no name)",
        DOCUMENTS_LAW,
        count,
        erased=erased,
    )


register(
    PersonalData(
        key="strategy_campaigns",
        title=_("実績の調査でした仕事"),
        models=frozenset(
            f"strategy.{name}{suffix}"
            for name in ("campaign", "ask", "sheetlayout")
            for suffix in ("", "event")
        )
        | {"strategy.valueimport"},
        export=export_campaign_work,
        erase=erase_campaign_work,
    )
)
