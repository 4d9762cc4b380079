"""The words of the mails of a campaign, in both languages."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.planning.strategy.models import Ask, Campaign
from sosei.planning.strategy.numbers import print_year


def _about(ask: Ask) -> dict[str, object]:
    return {
        "town": ask.strategy.municipality,
        "department": ask.department,
        "strategy": ask.strategy.local_title,
        "year": print_year(ask.campaign.fiscal_year),
        "due": date_format(ask.due, "DATE_FORMAT"),
    }


def question(ask: Ask, token: str, kpis: int) -> Letter:
    """The campaign begins: what is asked, until when, and the link."""

    def words() -> tuple[str, str]:
        told = {**_about(ask), "count": kpis}
        return (
            _("【%(due)sまで】%(year)sのKPIの実績を入力してください（%(department)s）") % told,
            paragraphs(
                _(
                    "%(town)sの「%(strategy)s」について、%(department)sのKPI %(count)s件の%(year)sの実績を教えてください。"
                )
                % told,
                ask.campaign.text.strip(),
                _(
                    "次のリンクを開くと、アカウントがなくても入力できます。Excel からはり付けることもできます。"
                ),
                link("strategy:answer-link", token=token),
                _(
                    "締め切りは%(due)sです。リンクは調査が終わるまで使えます。部署の外の人に転送しないでください。"
                )
                % told,
            ),
        )

    return in_both_languages(words)


def reminder(ask: Ask, token: str, missing: int, days_late: int) -> Letter:
    """The day is over and nothing was sent."""

    def words() -> tuple[str, str]:
        told = {**_about(ask), "missing": missing, "days": days_late}
        late = (
            _("締め切りの%(due)sから%(days)s日たちましたが、%(department)sの回答がまだ届いていません。")
            % told
            if days_late > 0
            else _("締め切りは%(due)sです。%(department)sの回答がまだ届いていません。") % told
        )
        return (
            _("【お願い】%(year)sのKPIの実績がまだです（%(department)s）") % told,
            paragraphs(
                late,
                _(
                    "まだ値のないKPI：%(missing)s件。入れた値は保存されています。最後に「送る」を押してください。"
                )
                % told
                if missing
                else _("値はすべて入っています。最後に「送る」を押してください。"),
                link("strategy:answer-link", token=token),
            ),
        )

    return in_both_languages(words)


def receipt(ask: Ask, count: int) -> Letter:
    """To the department: what it sent has come."""

    def words() -> tuple[str, str]:
        told = {**_about(ask), "count": count}
        return (
            _("受け付けました：%(year)sのKPIの実績（%(department)s）") % told,
            paragraphs(
                _("%(department)sのKPI %(count)s件の%(year)sの実績を受け付けました。ありがとうございました。")
                % told,
                _("まちがいに気づいたときは、調査が終わるまで、同じリンクから取り戻して直せます。"),
            ),
        )

    return in_both_languages(words)


def all_in(campaign: Campaign, departments: int) -> Letter:
    """To the planners: every department has sent."""

    def words() -> tuple[str, str]:
        told = {
            "strategy": campaign.strategy.local_title,
            "year": print_year(campaign.fiscal_year),
            "count": departments,
        }
        page = link("strategy:campaign", code=campaign.strategy.municipality.code, campaign_id=campaign.pk)
        return (
            _("すべての部署の回答がそろいました：%(year)sのKPIの実績") % told,
            paragraphs(
                _("「%(strategy)s」の%(year)sの実績について、%(count)s部署すべての回答がそろいました。")
                % told,
                page,
            ),
        )

    return in_both_languages(words)
