"""The words of messages to hosts about statements and transfers, in both languages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sosei.core.payments.models import Payout, Statement
from sosei.core.payments.querysets import ACTS_FOR_PAYEE
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Organisation, Person
from sosei.core.records.services import send_message


def _to_host(host: Organisation, key: str, kind: str, letter: Letter, about: Statement | Payout) -> None:
    people = Person.objects.filter(
        memberships__organisation=host,
        memberships__ended_at__isnull=True,
        memberships__role__in=ACTS_FOR_PAYEE,
    ).distinct()
    for person in people:
        send_message(
            key=f"{key}:{person.pk}",
            kind=kind,
            recipient=person,
            municipality=host.municipality,
            about=about,
            **letter.as_arguments(),
        )


def tell_statement(statement: Statement) -> None:
    """A month was closed."""

    def words() -> tuple[str, str]:
        told = {
            "host": statement.payee.name,
            "last": statement.last_day.isoformat(),
            "due": f"{max(statement.due, 0):,}",
            "day": statement.due_on.isoformat(),
        }
        return _("月の明細書：%(host)s（%(last)sまで）") % told, paragraphs(
            _("「%(host)s」の%(last)sまでの明細書ができました。") % told,
            _("振り込む額：%(due)s円（予定日：%(day)s）") % told
            if statement.due > 0
            else _("今回、振り込む額はありません。"),
            _statement_page(statement),
        )

    key = f"statement:{statement.pk}"
    _to_host(statement.payee, key, "payments.statement", in_both_languages(words), statement)


def _statement_page(statement: Statement) -> str:
    return link(
        "payments:host-statement",
        code=statement.municipality.code,
        organisation_id=statement.payee_id,
        statement_id=statement.pk,
    )


def tell_returned(payout: Payout) -> None:
    """The bank sent a transfer back."""

    def words() -> tuple[str, str]:
        told = {"host": payout.payee.name, "yen": f"{payout.yen:,}", "reason": payout.problem}
        return _("振り込めませんでした：%(host)s") % told, paragraphs(
            _("「%(host)s」への %(yen)s円の振込が、銀行から戻りました。") % told,
            _("理由：%(reason)s") % told,
            _("口座の番号と名義を確かめて、直してください。直したあと、もう一度振り込みます。"),
            link(
                "payments:host-settings",
                code=payout.municipality.code,
                organisation_id=payout.payee_id,
            ),
        )

    key = f"payout:{payout.pk}:returned"
    _to_host(payout.payee, key, "payments.payout_returned", in_both_languages(words), payout)
