"""This room's own part of the list of personal data: entries, messages and preferences of a person."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from sosei.core.people.models import Invitation, Person
from sosei.core.people.personal_data import Kept, Outcome, PersonalData, Rows, register
from sosei.core.people.personal_data_here.tools import history_of
from sosei.core.records.models import Entry, Message, MessageAttempt, Preference
from sosei.core.records.verbs import labelled

LAW = "公文書等の管理に関する法律 第34条と、それに基づく自治体の文書管理の規程"
LAW_EN = "Public Records and Archives Management Act, Article 34, and the municipality's rules made under it"


def _entries_of(person: Person) -> QuerySet[Entry]:
    return Entry.objects.filter(Q(actor=person) | Q(on_behalf_of=person) | Q(person=person))


def export_entries(person: Person) -> Rows:
    """What is written down of the person, in both languages; of what the person did as staff, without the names and
    reasons, which are data of those it was done for."""
    rows = (
        _entries_of(person).select_related("actor", "person", "on_behalf_of", "municipality").order_by("pk")
    )
    return [_entry_row(entry, person) for entry in rows.iterator(chunk_size=500)]


def _entry_row(entry: Entry, reader: Person) -> dict[str, Any]:
    about_reader = reader.pk in (entry.person_id, entry.on_behalf_of_id)
    about_another = not about_reader and (entry.person_id or entry.on_behalf_of_id) is not None
    sentences = {}
    for language in ("ja", "en"):
        with override(language):
            sentences[language] = entry.sentence_for(reader)
    return {
        "at": entry.at.isoformat(),
        "municipality": entry.municipality.code if entry.municipality else "",
        "verb": entry.verb,
        "sentence": sentences["ja"],
        "sentence_en": sentences["en"],
        "reason": "" if about_another else entry.reason,
        "data": labelled(entry.verb, entry.data),
    }


def erase_entries(person: Person) -> Outcome:
    """Nothing: an entry holds no name, and without the person's row it names nobody."""
    count = _entries_of(person).count()
    if not count:
        return Outcome(0)
    kept = Kept(
        what="記録（名前は入っていません）",
        what_en="Entries (they hold no name)",
        law=LAW,
        law_en=LAW_EN,
        until="",
        rows=count,
    )
    return Outcome(0, (kept,))


def _addresses_of(person: Person) -> set[str]:
    """Where messages to the person went: now and before, without what has become somebody else's since.

    A telephone number counts where the person confirmed it: one that staff entered may be a whole family's.
    """
    versions = history_of(Person).filter(pgh_obj_id=person.pk)
    former = {
        *versions.exclude(email=None).values_list("email", flat=True),
        *versions.filter(phone_verified=True).exclude(phone=None).values_list("phone", flat=True),
    }
    others = Person.objects.exclude(pk=person.pk).filter(Q(email__in=former) | Q(phone__in=former))
    taken = {each for pair in others.values_list("email", "phone") for each in pair if each}
    now = (person.email, person.phone if person.phone_verified else None)
    return (former - taken) | set(filter(None, now))


def _messages_of(person: Person) -> QuerySet[Message]:
    mine = Q(recipient=person)
    for address in _addresses_of(person):
        mine |= Q(to_address__iexact=address)
    return Message.objects.filter(mine)


def export_messages(person: Person) -> Rows:
    """What the person was told, and how it was sent."""
    return [
        {
            "written_at": message.created_at.isoformat(),
            "kind": message.kind,
            "channel": message.channel,
            "state": message.state,
            "sent_at": message.sent_at.isoformat() if message.sent_at else "",
            "read_at": message.read_at.isoformat() if message.read_at else "",
            "subject": message.subject,
            "body": message.body,
            "subject_en": message.subject_en,
            "body_en": message.body_en,
        }
        for message in _messages_of(person).order_by("pk").iterator(chunk_size=500)
    ]


def _messages_naming(person: Person) -> QuerySet[Message]:
    """What others were told of the person by name: that an invitation was accepted."""
    accepted = [
        str(key) for key in Invitation.objects.filter(accepted_by=person).values_list("pk", flat=True)
    ]
    about = ContentType.objects.get_for_model(Invitation)
    return Message.objects.filter(kind="invitation.accepted", about_type=about, about_id__in=accepted)


def erase_messages(person: Person) -> Outcome:
    """The words and addresses; that something was sent, and when, stays without them. What waits is not sent."""
    now = timezone.now()
    mine = _messages_of(person) | _messages_naming(person)
    mine.filter(state=Message.State.WAITING).update(state=Message.State.WITHDRAWN, next_try_at=None)
    erased = mine.update(
        subject="", body="", subject_en="", body_en="", to_address="", emptied_at=now, in_app=False
    )
    return Outcome(erased)


def export_preferences(person: Person) -> Rows:
    """What the person wants to receive."""
    rows = Preference.objects.filter(person=person).order_by("group", "channel")
    return list(rows.values("group", "channel", "wanted"))


def erase_preferences(person: Person) -> Outcome:
    """All of them."""
    return Outcome(Preference.objects.filter(person=person).delete()[0])


for _kind in (
    PersonalData("entries", _("記録"), frozenset({Entry._meta.label_lower}), export_entries, erase_entries),
    PersonalData(
        "messages",
        _("メッセージ"),
        frozenset({Message._meta.label_lower, MessageAttempt._meta.label_lower}),
        export_messages,
        erase_messages,
    ),
    PersonalData(
        "message_preferences",
        _("お知らせの受け取り方"),
        frozenset({Preference._meta.label_lower}),
        export_preferences,
        erase_preferences,
    ),
):
    register(_kind)
