"""The words of every mail and short message of this room, in both languages; sent by the worker from the outbox."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.design.templatetags.design import screen_time
from sosei.core.people.models import Invitation, Membership, Municipality, Role


@dataclass(frozen=True)
class Letter:
    """A message in both languages; the recipient gets one of them."""

    subject: str
    body: str
    subject_en: str
    body_en: str

    def as_arguments(self) -> dict[str, str]:
        """For `journal.send_message`."""
        return {
            "subject": self.subject,
            "body": self.body,
            "subject_en": self.subject_en,
            "body_en": self.body_en,
        }


Words = Callable[[], tuple[str, str]]


def in_both_languages(words: Words) -> Letter:
    """Asks for subject and body once in each language."""
    with override("ja"):
        subject, body = words()
    with override("en"):
        subject_en, body_en = words()
    return Letter(_one_line(subject), body, _one_line(subject_en), body_en)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def paragraphs(*parts: str) -> str:
    """Paragraphs of a plain text, empty ones left out."""
    return "\n\n".join(part for part in parts if part) + "\n"


def link(name: str, **kwargs: Any) -> str:
    """An address of this site in the language of the moment."""
    return f"{settings.SITE_ADDRESS}{reverse(name, kwargs=kwargs)}"


def place(municipality: Municipality | None) -> str:
    """Where a role is held, in words."""
    return str(municipality) if municipality is not None else _("Sosei 全体")


def _role(membership: Membership | Invitation) -> str:
    label = str(Role(membership.role).label)
    return f"{label}（{membership.organisation}）" if membership.organisation is not None else label


def _day(moment: datetime.datetime) -> str:
    return date_format(screen_time(moment), "DATE_FORMAT")


def invitation(offer: Invitation, token: str) -> Letter:
    """An invitation with its link."""

    def words() -> tuple[str, str]:
        told = {"place": place(offer.municipality), "role": _role(offer), "until": _day(offer.expires_at)}
        inviter = offer.invited_by.full_name if offer.invited_by is not None else ""
        return _("%(place)sの「%(role)s」に招待されています") % told, paragraphs(
            _("%(place)sの「%(role)s」として、Sosei（創生）を使うよう招待されました。") % told,
            _("招いた人：%(inviter)s") % {"inviter": inviter} if inviter else "",
            _("次のリンクを開いて、案内のとおりに進んでください。%(until)sまで使えます。") % told,
            link("people:invitation-link", token=token),
            _(
                "職員の役割では、パスワードのほかに、もう一つの確認（2段階認証）が要ります。スマートフォンを用意してください。"
            ),
            _("心当たりがないときは、このメールを捨ててください。だれかに転送しないでください。"),
        )

    return in_both_languages(words)


def invitation_accepted(offer: Invitation) -> Letter:
    """Tells who invited."""

    def words() -> tuple[str, str]:
        name = str(offer.accepted_by)
        told = {"name": name, "place": place(offer.municipality), "role": _role(offer)}
        return _("%(name)sさんが招待を受けました") % told, paragraphs(
            _("%(name)sさんが、%(place)sの「%(role)s」の招待を受けました。") % told,
        )

    return in_both_languages(words)


def role_granted(membership: Membership) -> Letter:
    """Tells the person."""

    def words() -> tuple[str, str]:
        told = {"place": place(membership.municipality), "role": _role(membership)}
        return _("%(place)sの「%(role)s」になりました") % told, paragraphs(
            _("あなたは、%(place)sの「%(role)s」の役割を持つようになりました。") % told,
            link("people:me"),
        )

    return in_both_languages(words)


def role_ended(membership: Membership, *, reason: str) -> Letter:
    """Tells the person why."""

    def words() -> tuple[str, str]:
        told = {"place": place(membership.municipality), "role": _role(membership), "reason": reason}
        return _("%(place)sの「%(role)s」の役割が終わりました") % told, paragraphs(
            _("%(place)sの「%(role)s」の役割が終わりました。") % told,
            _("理由：%(reason)s") % told,
            _("まちがいだと思うときは、%(place)sの担当者に相談してください。") % told,
        )

    return in_both_languages(words)


def role_ended_dormant(membership: Membership) -> Letter:
    """Tells the person that nobody ended the role but time."""

    def words() -> tuple[str, str]:
        told = {
            "place": place(membership.municipality),
            "role": _role(membership),
            "days": settings.DORMANT_DAYS,
        }
        return _("%(place)sの「%(role)s」の役割が終わりました") % told, paragraphs(
            _("%(days)s日より長く使われなかったため、%(place)sの「%(role)s」の役割を終えました。") % told,
            _("また使うときは、もう一度招待してもらってください。アカウントはそのまま使えます。"),
        )

    return in_both_languages(words)


def dormancy_warning(membership: Membership, *, ends_on: datetime.date, days: int) -> Letter:
    """Warns the person."""

    def words() -> tuple[str, str]:
        told = {
            "place": place(membership.municipality),
            "role": _role(membership),
            "days": days,
            "day": date_format(ends_on, "DATE_FORMAT"),
        }
        return _("%(place)sの「%(role)s」の役割が、あと%(days)s日で終わります") % told, paragraphs(
            _("しばらく使われていないため、%(place)sの「%(role)s」の役割は%(day)sに終わります。") % told,
            _("続けて使うときは、その日までに役所の画面を一度開いてください。"),
            link("people:offices"),
        )

    return in_both_languages(words)


def last_holder_dormant(membership: Membership, *, role: Role) -> Letter:
    """Tells an operator that a town is without anybody who looks after it."""

    def words() -> tuple[str, str]:
        told = {
            "place": place(membership.municipality),
            "role": str(role.label),
            "days": settings.DORMANT_DAYS,
        }
        return _("%(place)sの最後の「%(role)s」が長く使っていません") % told, paragraphs(
            _("%(place)sの最後の「%(role)s」が%(days)s日より長く Sosei を使っていません。") % told,
            _("最後の一人なので、役割は終えていません。"),
            _("担当が替わっていないか確かめ、必要なら新しい人を招待してください。"),
            link("people:operator"),
        )

    return in_both_languages(words)
