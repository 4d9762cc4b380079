"""The words of messages about wages, in both languages."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.records.services import send_message
from sosei.programmes.jobs.models import PayRunLine, Payslip


def issued(payslip: Payslip) -> Letter:
    """To the worker: a payslip is there."""

    def words() -> tuple[str, str]:
        posting = payslip.contract.posting
        told = {
            "posting": posting.title_en if get_language() == "en" and posting.title_en else posting.title,
            "employer": payslip.employer,
            "yen": f"{payslip.net:,}",
            "day": date_format(payslip.pay_on, "DATE_FORMAT"),
            "reason": payslip.reason,
        }
        again = payslip.replaces_id is not None
        subject = (
            _("給与明細が新しくなりました：%(posting)s") if again else _("給与明細が出ました：%(posting)s")
        )
        return subject % told, paragraphs(
            _("「%(posting)s」（%(employer)s）の給与明細です。") % told,
            _("直した理由：%(reason)s") % told if again else "",
            _("受け取る額：%(yen)s円（支払日：%(day)s）") % told,
            _("計算のしかたは、次のページで1行ずつ確かめられます。"),
            link("jobs:my-payslip", payslip_id=payslip.pk),
        )

    return in_both_languages(words)


def tell_issued(payslip: Payslip) -> None:
    """Sends it once."""
    send_message(
        key=f"payslip.issued:{payslip.pk}",
        kind="payslip.issued",
        recipient=payslip.contract.person,
        municipality=payslip.municipality,
        about=payslip,
        **issued(payslip).as_arguments(),
    )


def returned(line: PayRunLine, reason: str) -> Letter:
    """To the worker: the bank did not take the money to the account."""

    def words() -> tuple[str, str]:
        told = {"employer": line.payslip.employer, "yen": f"{line.yen:,}", "reason": reason}
        return _("賃金を振り込めませんでした") % told, paragraphs(
            _("%(employer)sからの賃金%(yen)s円を、あなたの口座に振り込めませんでした。") % told,
            _("理由：%(reason)s") % told,
            _("次のページで、口座の番号と名義を確かめてください。直ったら、もう一度振り込まれます。"),
            link("jobs:my-account"),
        )

    return in_both_languages(words)


def tell_returned(line: PayRunLine, reason: str) -> None:
    """Sends it once."""
    send_message(
        key=f"pay.returned:{line.pk}",
        kind="pay.returned",
        recipient=line.payslip.contract.person,
        municipality=line.municipality,
        about=line.payslip,
        **returned(line, reason).as_arguments(),
    )
