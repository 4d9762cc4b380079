"""Tables of people: who acts, for whom, in which role, with which consents."""

from sosei.core.people.models.consents import Consent, ConsentText
from sosei.core.people.models.memberships import Invitation, Membership, Role
from sosei.core.people.models.oversight import Erasure, Look, ProxySession
from sosei.core.people.models.persons import Address, BirthDate, Person
from sosei.core.people.models.places import Municipality, Organisation

__all__ = [
    "Address",
    "BirthDate",
    "Consent",
    "ConsentText",
    "Erasure",
    "Invitation",
    "Look",
    "Membership",
    "Municipality",
    "Organisation",
    "Person",
    "ProxySession",
    "Role",
]
