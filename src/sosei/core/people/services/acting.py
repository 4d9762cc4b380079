"""In whose name something is done to a person's data: by the person, by staff at their desk, or by staff for the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sosei.core.people import journal
from sosei.core.people.models import Consent, Municipality, Person, ProxySession
from sosei.core.people.services.looks import record_look

CONSENT_CHANNELS = {
    ProxySession.Channel.PHONE: Consent.Channel.PHONE,
    ProxySession.Channel.COUNTER: Consent.Channel.COUNTER,
}


@dataclass(frozen=True)
class Acting:
    """Who does something, to whose data, and on what ground.

    Attributes:
        actor: who is signed in.
        person: whose data are changed.
        municipality: the town whose staff acts; None where the person does it alone.
        proxy_session: set where staff acts in the person's name, on the phone or at the counter.
        reason: why staff acts.
        channel: how the person reached staff where there is no proxy session: `ProxySession.Channel`.
    """

    actor: Person
    person: Person
    municipality: Municipality | None = None
    proxy_session: ProxySession | None = None
    reason: str = ""
    channel: str = ""

    @classmethod
    def for_oneself(cls, person: Person) -> Acting:
        """The person, in their own name."""
        return cls(actor=person, person=person)

    @classmethod
    def by_proxy(cls, session: ProxySession, actor: Person) -> Acting:
        """Staff, in the name of the person of a proxy session."""
        return cls(actor, session.person, session.municipality, session, session.reason)

    @property
    def consent_channel(self) -> str:
        """How the person's decision reached the system."""
        channel = self.proxy_session.channel if self.proxy_session else self.channel
        return str(CONSENT_CHANNELS.get(channel, Consent.Channel.WEB))

    def record(self, verb: str, *, subject: Any = None, data: dict[str, Any] | None = None) -> None:
        """Leaves the entry, and where staff did it the look that the person sees."""
        journal.write_entry(
            actor=self.actor,
            verb=verb,
            subject=subject,
            person=self.person,
            municipality=self.municipality,
            on_behalf_of=self.person if self.proxy_session else None,
            reason=self.reason,
            data=data or {},
        )
        record_look(
            staff=self.actor,
            person=self.person,
            what=verb,
            municipality=self.municipality,
            purpose=self.reason,
            proxy_session=self.proxy_session,
        )
