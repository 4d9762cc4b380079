"""Staff acts for a person who is on the phone or at the counter: begun with a reason, short, told to the person."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import journal, look_words, tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Look, Municipality, Person, ProxySession

LENGTH = datetime.timedelta(minutes=30)


class ProxyError(RefusedError):
    """Acting for the person cannot begin."""


@transaction.atomic
def start_acting(
    *, staff: Person, person: Person, municipality: Municipality, channel: str, reason: str
) -> ProxySession:
    """Begins a time of 30 minutes in which staff acts in the person's name.

    Raises:
        ProxyError: no reason is given, the person's data were erased, or staff already acts for somebody.
    """
    if not reason.strip():
        raise ProxyError(_("理由を入力してください（例：電話で住所の変更を頼まれた）。"), "reason")
    if channel not in ProxySession.Channel.values:
        raise ProxyError(_("電話か窓口かを選んでください。"), "channel")
    if person.erased_at is not None:
        raise ProxyError(_("この人の情報は消されています。代わりに操作できません。"))
    now = timezone.now()
    end_expired_sessions(staff=staff)
    session = ProxySession(
        staff=staff,
        person=person,
        municipality=municipality,
        channel=channel,
        reason=reason.strip(),
        started_at=now,
        expires_at=now + LENGTH,
    )
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError as error:
        raise ProxyError(
            _("すでに、ほかの人に代わって操作しています。先に「代わりの操作を終える」を押してください。")
        ) from error
    journal.write_entry(
        actor=staff,
        verb="proxy.started",
        subject=session,
        person=person,
        municipality=municipality,
        on_behalf_of=person,
        reason=session.reason,
        data={"channel": channel},
    )
    return session


@transaction.atomic
def stop_acting(*, session: ProxySession) -> ProxySession:
    """Ends the time, and tells the person what was done in it; ending twice is ending once."""
    moment = min(timezone.now(), session.expires_at)
    ended = ProxySession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=moment)
    session.refresh_from_db(fields=["ended_at"])
    if ended:
        journal.write_entry(
            actor=session.staff,
            verb="proxy.ended",
            subject=session,
            person=session.person,
            municipality=session.municipality,
            on_behalf_of=session.person,
            reason=session.reason,
        )
        _tell(session)
    return session


def end_expired_sessions(*, staff: Person | None = None) -> int:
    """Ends times that ran out, of one member of staff or of all, and tells the persons; returns how many."""
    over = ProxySession.objects.filter(ended_at=None, expires_at__lte=timezone.now())
    if staff is not None:
        over = over.filter(staff=staff)
    sessions = list(over.select_related("staff", "person", "municipality").order_by("pk"))
    for session in sessions:
        stop_acting(session=session)
    return len(sessions)


def _tell(session: ProxySession) -> None:
    """A person without any way to be written to is told by the page of looks alone."""
    person = session.person
    if not person.is_active or not (person.email or person.phone):
        return
    with tenancy.unguarded():
        done = Look.objects.filter(proxy_session=session).exclude(what=look_words.OWN_PAGES)
        acts = list(dict.fromkeys(done.order_by("pk").values_list("what", flat=True)))
    texts = {}
    for language in ("ja", "en"):
        with override(language):
            texts[language] = (_subject(session), _body(session, acts))
    journal.send_message(
        key=f"proxy-{session.pk}",
        kind="people.acted_for",
        recipient=person,
        municipality=session.municipality,
        about=session,
        subject=texts["ja"][0],
        body=texts["ja"][1],
        subject_en=texts["en"][0],
        body_en=texts["en"][1],
    )


def _subject(session: ProxySession) -> str:
    return _("%(town)sの担当者が、あなたに代わって操作しました") % {"town": session.municipality}


def _body(session: ProxySession, acts: Iterable[str]) -> str:
    lines = [f"- {look_words.label(act)}" for act in acts] or [f"- {_('変えたものはありません')}"]
    return "\n".join(
        [
            _("%(town)sの担当者が、あなたに頼まれて、あなたに代わって操作しました（%(channel)s）。")
            % {"town": session.municipality, "channel": session.get_channel_display()},
            "",
            _("したこと："),
            *lines,
            "",
            _("頼んだおぼえがないときは、すぐに%(town)sに知らせてください。")
            % {"town": session.municipality},
            _("記録は、マイページの「見た人の記録」でいつでも見られます。"),
        ]
    )
