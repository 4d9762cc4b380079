"""What a person wants to receive where: read when a message is written and again when it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from sosei.core.people.models import Person
from sosei.core.records.kinds import Group, all_groups, kind_named
from sosei.core.records.models import Message, Preference


@dataclass(frozen=True)
class Choice:
    """One switch on the page of preferences."""

    group: Group
    channel: str
    channel_title: str
    wanted: bool

    @property
    def name(self) -> str:
        """Name of the field in the form."""
        return f"{self.group.name}.{self.channel}"


def wants(person: Person, kind: str, channel: str) -> bool:
    """Whether a message of that kind goes to the person on that channel."""
    return kind_named(kind).group.obliged or not switched_off(person, kind, channel).exists()


def switched_off(person: Person, kind: str, channel: str) -> QuerySet[Preference]:
    """The row by which the person switched messages of that kind off on the channel, for a part of a larger query."""
    rows: QuerySet[Preference] = Preference.objects.filter(
        person=person, group=kind_named(kind).group.name, channel=channel, wanted=False
    )
    return rows


def choices_of(person: Person, *, staff: bool) -> list[tuple[Group, list[Choice]]]:
    """All switches of a person: groups for staff only where the person is staff; SMS only with a phone number."""
    off = set(
        Preference.objects.filter(person=person, wanted=False).values_list("group", "channel"),
    )
    channels = [
        (value, str(label))
        for value, label in Message.Channel.choices
        if value == Message.Channel.IN_APP
        or (value == Message.Channel.MAIL and person.email)
        or (value == Message.Channel.SMS and person.phone)
    ]
    return [
        (
            group,
            [
                Choice(group, value, title, group.obliged or (group.name, value) not in off)
                for value, title in channels
                if value in group.channels
            ],
        )
        for group in all_groups()
        if staff or not group.for_staff
    ]
