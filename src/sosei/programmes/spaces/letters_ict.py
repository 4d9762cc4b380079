"""The words of messages about ICT equipment, in both languages, to partners and hosts."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.letters import Letter, in_both_languages, link, paragraphs
from sosei.core.people.models import Person
from sosei.core.records.services import send_message
from sosei.programmes.spaces.models import IctNeed, IctPartner, IctProposal, Installation
from sosei.programmes.spaces.services.hosts import acting_persons
from sosei.programmes.spaces.services.ict_partners import acting_for


def tell_partner(key: str, kind: str, partner: IctPartner, letter: Letter, about: Any) -> None:
    """Sends a letter to all who act for a partner, each once for a key."""
    for person in acting_for(partner):
        _send(f"{key}:{person.pk}", kind, person, letter, about)


def tell_host(key: str, kind: str, letter: Letter, about: Any) -> None:
    """Sends a letter to all who act for the host of the row, each once for a key."""
    for person in acting_persons(about.host):
        _send(f"{key}:{person.pk}", kind, person, letter, about)


def _send(key: str, kind: str, recipient: Person, letter: Letter, about: Any) -> None:
    with tenancy.unguarded():
        send_message(
            key=key,
            kind=kind,
            recipient=recipient,
            municipality=about.municipality,
            about=about,
            **letter.as_arguments(),
        )


def _need_page(need: IctNeed, partner: IctPartner) -> str:
    return link(
        "spaces:ict-partner-need", code=need.municipality.code, partner_id=partner.pk, need_id=need.pk
    )


def _host_page(need: IctNeed) -> str:
    return link("spaces:ict-need", code=need.municipality.code, host_id=need.host_id, need_id=need.pk)


def _work_page(work: Installation) -> str:
    return link(
        "spaces:ict-partner-work", code=work.municipality.code, partner_id=work.partner_id, work_id=work.pk
    )


def need_opened(need: IctNeed, partner: IctPartner) -> Letter:
    """To a partner: a host asks for proposals."""

    def words() -> tuple[str, str]:
        told = {"space": need.space, "host": need.host, "day": date_format(need.answer_until, "DATE_FORMAT")}
        return _("ICT設備の相談：%(space)s") % told, paragraphs(
            _("「%(host)s」が、「%(space)s」のICT設備の提案を求めています。") % told,
            _("カタログから計算した案があります。%(day)sまでに、値段を確かめて返事をしてください。") % told,
            _need_page(need, partner),
        )

    return in_both_languages(words)


def need_dropped(need: IctNeed, reason: str) -> Letter:
    """To a partner: nothing comes of it."""

    def words() -> tuple[str, str]:
        told = {"space": need.space, "reason": reason}
        return _("ICT設備の相談が取りやめになりました：%(space)s") % told, paragraphs(
            _("「%(space)s」のICT設備の相談は取りやめになりました。") % told,
            _("理由：%(reason)s") % told,
        )

    return in_both_languages(words)


def answered(proposal: IctProposal) -> Letter:
    """To the host: a partner has answered."""

    def words() -> tuple[str, str]:
        told = {
            "space": proposal.need.space,
            "partner": proposal.partner,
            "first": f"{proposal.first_yen:,}",
            "monthly": f"{proposal.monthly_yen:,}",
            "reason": proposal.answer,
        }
        if proposal.state == IctProposal.State.DECLINED:
            return _("%(partner)sは今回は提案しません：%(space)s") % told, paragraphs(
                _("「%(space)s」の相談に、%(partner)sから、提案しないという返事がありました。") % told,
                _("理由：%(reason)s") % told,
                _host_page(proposal.need),
            )
        return _("%(partner)sから提案が届きました：%(space)s") % told, paragraphs(
            _("「%(space)s」に、%(partner)sから提案が届きました。") % told,
            _("初めの費用 %(first)s円、月の費用 %(monthly)s円（税込）") % told,
            _("会社の言葉：%(reason)s") % told if proposal.answer else "",
            _host_page(proposal.need),
        )

    return in_both_languages(words)


def decided(proposal: IctProposal) -> Letter:
    """To a partner: chosen or not."""

    def words() -> tuple[str, str]:
        need = proposal.need
        told = {"space": need.space, "host": need.host}
        if proposal.state == IctProposal.State.CHOSEN:
            told["day"] = date_format(proposal.install_on, "DATE_FORMAT")
            return _("提案が選ばれました：%(space)s") % told, paragraphs(
                _("「%(host)s」が、「%(space)s」にあなたの会社の提案を選びました。") % told,
                _("工事の日：%(day)s。終わったら、次のページで知らせてください。") % told,
                _need_page(need, proposal.partner),
            )
        return _("提案は選ばれませんでした：%(space)s") % told, paragraphs(
            _("「%(space)s」のICT設備は、別の提案に決まりました。提案をありがとうございました。") % told,
        )

    return in_both_languages(words)


def work_built(work: Installation) -> Letter:
    """To the host: measure and accept."""

    def words() -> tuple[str, str]:
        told = {"space": work.space, "partner": work.partner}
        page = link("spaces:ict-work", code=work.municipality.code, host_id=work.host_id, work_id=work.pk)
        return _("工事が終わりました：%(space)s") % told, paragraphs(
            _("%(partner)sから、「%(space)s」の工事が終わったと知らせがありました。") % told,
            _("場所のWi-Fiか有線につないで、3回以上速さを測ってから、検収してください。"),
            page,
        )

    return in_both_languages(words)


def work_moved(work: Installation, reason: str) -> Letter:
    """To the host: another day."""

    def words() -> tuple[str, str]:
        told = {"space": work.space, "day": date_format(work.planned_on, "DATE_FORMAT"), "reason": reason}
        return _("工事の日が変わりました：%(space)s") % told, paragraphs(
            _("「%(space)s」の工事は%(day)sになりました。") % told,
            _("理由：%(reason)s") % told,
        )

    return in_both_languages(words)


def work_decided(work: Installation) -> Letter:
    """To the partner: accepted, or to be done again."""

    def words() -> tuple[str, str]:
        told = {"space": work.space, "host": work.host, "reason": work.decision_reason}
        if work.state == Installation.State.ACCEPTED:
            return _("工事が検収されました：%(space)s") % told, paragraphs(
                _("「%(host)s」が、「%(space)s」の工事を、測った速さで検収しました。") % told,
                _work_page(work),
            )
        return _("工事のやり直しをお願いします：%(space)s") % told, paragraphs(
            _("「%(host)s」は、「%(space)s」の工事をまだ検収していません。") % told,
            _("理由：%(reason)s") % told,
            _("直したら、次のページで、もう一度終わったと知らせてください。"),
            _work_page(work),
        )

    return in_both_languages(words)
