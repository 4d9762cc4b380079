"""The verbs of records: write an entry, send a message, mark it read, choose what to receive, send again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.people import roles, tenancy
from sosei.core.people.inserting import inserted
from sosei.core.people.models import Municipality, Person
from sosei.core.records import locks, origin, queue, rules, sms, verbs
from sosei.core.records.errors import AddressError, EntryError, KeyTakenError, NotAgainError, ObligedError
from sosei.core.records.kinds import Kind, group_named, kind_named
from sosei.core.records.models import Entry, Message, Preference
from sosei.core.records.preferences import wants

LANGUAGES = ("ja", "en")
PHONE = re.compile(r"\+[0-9]{6,15}")


def write_entry(
    *,
    actor: Person | None,
    verb: str,
    subject: models.Model | None = None,
    person: Person | None = None,
    municipality: Municipality | None = None,
    on_behalf_of: Person | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    text: str = "",
    text_en: str = "",
) -> Entry:
    """Leaves an entry in the transaction under way.

    Args:
        actor: who did it; None for Sosei itself.
        verb: a declared verb.
        subject: the object it happened to; a person is taken as the person it is about as well.
        person: for whom, or about whom, it was done.
        on_behalf_of: whom `actor` did it for, on the phone or at the counter.
        data: what fills the sentence besides the names; JSON, without personal data.
        text: another sentence than the verb's own, with the same placeholders; then `text_en` as well.

    Raises:
        UndeclaredVerbError: nobody declared the verb.
        EntryError: `data` holds personal data, or the sentence names something that `data` does not hold.
    """
    declared = verbs.verb_named(verb)
    filled = dict(data or {})
    forbidden = rules.personal_keys(filled)
    if forbidden:
        raise EntryError(
            f"the entry {verb!r} carries personal data under {', '.join(forbidden)}; an entry is never changed, so "
            f"name the person as `person` or `actor` and leave these out"
        )
    if bool(text) != bool(text_en):
        raise EntryError(f"the entry {verb!r} has a sentence in one language only; give text and text_en")
    japanese, english = (text, text_en) if text else _in_both_languages(declared.sentence)
    _must_fill(verb, japanese, filled)
    _must_fill(verb, english, filled)
    if person is None and isinstance(subject, Person):
        person = subject
    with tenancy.unguarded():
        return Entry.objects.create(
            municipality=municipality,
            actor=actor,
            on_behalf_of=on_behalf_of,
            person=person,
            verb=verb,
            scope=_scope_for(person, declared, declared.scope_of(filled)),
            text=japanese,
            text_en=english,
            reason=reason,
            object_type=ContentType.objects.get_for_model(subject) if subject is not None else None,
            object_id=str(subject.pk) if subject is not None else "",
            data=filled,
            request_id=origin.request_id(),
            at=timezone.now(),
        )


def _scope_for(person: Person | None, declared: Kind | verbs.Verb, scope: rules.Scope) -> rules.Scope:
    """What happens to the account of staff is looked after by operators, that of a citizen by nobody but the owner."""
    if person is None or not declared.staff_as_administration:
        return scope
    staff = person.memberships.held().filter(role__in=sorted(roles.STAFF)).exists()
    return rules.Scope.ADMINISTRATION if staff else scope


def _in_both_languages(sentence: Any) -> tuple[str, str]:
    with override("ja"):
        japanese = str(sentence)
    with override("en"):
        return japanese, str(sentence)


def _must_fill(verb: str, sentence: str, data: Mapping[str, Any]) -> None:
    try:
        sentence % {**data, **dict.fromkeys(verbs.PERSONS, "")}
    except (KeyError, ValueError, TypeError) as error:
        raise EntryError(f"the sentence of {verb!r}, {sentence!r}, cannot be filled: {error!r}") from error


def send_message(
    *,
    key: str,
    kind: str,
    subject: str,
    body: str,
    subject_en: str,
    body_en: str,
    recipient: Person | None = None,
    to_address: str = "",
    language: str = "",
    municipality: Municipality | None = None,
    about: models.Model | None = None,
    channel: str = Message.Channel.MAIL,
) -> Message:
    """Puts a message into the outbox in the transaction under way; the worker sends it once that is complete.

    Args:
        key: names this one message: the same key again, from whichever process, gives the message already there.
        kind: a declared kind.
        recipient: the person it is for; the language is theirs at the moment of sending.
        to_address: instead of `recipient`, an address of mail or, for `sms`, a number of somebody without an account;
            then `language` as well.
        about: the object it tells of.
        channel: mail, sms or in_app. A person who cannot be reached so is reached the other way.

    Raises:
        UndeclaredKindError: nobody declared the kind.
        ValueError: no key, no words, a line break in a subject, neither or both of `recipient` and `to_address`.
        AddressError: `to_address` cannot be one.
        SmsNotConfiguredError: a short message, and the site can send none.
        KeyTakenError: the key belongs to another message.
    """
    declared = kind_named(kind)
    words = {"subject": subject, "body": body, "subject_en": subject_en, "body_en": body_en}
    _check_form(key, words, recipient, to_address, channel)
    if to_address:
        _check_address(to_address, channel, language)
    if channel == Message.Channel.SMS:
        sms.gateway()
    now = timezone.now()
    in_app_only = channel == Message.Channel.IN_APP
    message = Message(
        key=key,
        **words,
        recipient=recipient,
        to_address=to_address,
        language=language if recipient is None else "",
        municipality=municipality,
        kind=kind,
        is_secret=declared.secret,
        scope=_scope_for(recipient, declared, declared.scope_of(about)),
        channel=channel,
        in_app=_shown_in_app(recipient, declared),
        about_type=ContentType.objects.get_for_model(about) if about is not None else None,
        about_id=str(about.pk) if about is not None else "",
        created_at=now,
        round_started_at=now,
        expires_at=now + declared.valid_for if declared.valid_for else None,
        state=Message.State.SENT if in_app_only else Message.State.WAITING,
        sent_at=now if in_app_only else None,
        next_try_at=None if in_app_only else now,
    )
    # Nothing in here is refused, so that a transaction under way needs no savepoint for it.
    with transaction.atomic(savepoint=False), tenancy.unguarded():
        created = inserted(message)
        if not created:
            message = Message.objects.get(key=key)
        elif not in_app_only:
            queue.leave_delivery(message.pk, urgent=declared.urgent)
    if not created and (message.recipient_id, message.kind) != (recipient.pk if recipient else None, kind):
        raise KeyTakenError(key)
    return message


def _check_form(
    key: str, words: Mapping[str, str], recipient: Person | None, to_address: str, channel: str
) -> None:
    if not 1 <= len(key) <= 200:
        raise ValueError(f"the key of a message has 1 to 200 characters, not {len(key)}: {key!r}")
    if (recipient is None) == (not to_address):
        raise ValueError("a message goes either to a recipient or to an address: give one of the two")
    if channel not in Message.Channel.values:
        raise ValueError(f"the channel is mail, sms or in_app, not {channel!r}")
    if channel == Message.Channel.IN_APP and recipient is None:
        raise ValueError("a notification in the site needs a recipient with an account")
    for name, text in words.items():
        if not text.strip():
            raise ValueError(f"the message {key!r} has no {name}")
        if name.startswith("subject") and (len(text) > 200 or re.search(r"[\r\n]", text)):
            raise ValueError(f"the {name} of the message {key!r} is one line of at most 200 characters")


def _check_address(address: str, channel: str, language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(f"a message to an address needs a language, ja or en, not {language!r}")
    if channel == Message.Channel.SMS:
        if not PHONE.fullmatch(address):
            raise AddressError(
                _("電話番号「%(number)s」には送れません。+81 のように国の番号から書いてください。")
                % {"number": address}
            )
        return
    try:
        validate_email(address)
    except ValidationError as error:
        raise AddressError(
            _("メールアドレス「%(address)s」には送れません。name@example.jp のように書いてください。")
            % {"address": address}
        ) from error


def _shown_in_app(recipient: Person | None, kind: Kind) -> bool:
    return recipient is not None and not kind.secret and wants(recipient, kind.name, Message.Channel.IN_APP)


def unread_count(person: Person) -> int:
    """How many notifications a person has not read; one query on a partial index."""
    return Message.objects.filter(recipient=person).unread().count()


@transaction.atomic
def mark_read(*, person: Person, messages: list[int] | None = None) -> int:
    """Marks notifications of a person as read, all of them where none are named; how many were unread."""
    unread = Message.objects.notifications_of(person).unread().order_by()
    if messages is not None:
        unread = unread.filter(pk__in=messages)
    return unread.update(read_at=timezone.now())


def set_preference(
    *, person: Person, group: str, channel: str, wanted: bool, actor: Person | None = None
) -> bool:
    """Switches a group of messages on or off for a channel; whether it stood otherwise before.

    Raises:
        As `set_preferences`.
    """
    return bool(set_preferences(person=person, wanted={(group, channel): wanted}, actor=actor))


@transaction.atomic
def set_preferences(
    *, person: Person, wanted: Mapping[tuple[str, str], bool], actor: Person | None = None
) -> int:
    """Switches messages on and off by (group, channel); how many stood otherwise before. Others stay as they are.

    Args:
        actor: who does it, where it is not the person.

    Raises:
        ValueError: no such group, or not on that channel.
        ObligedError: one that cannot be switched off; nothing is changed.
    """
    for (group, channel), on in wanted.items():
        declared = group_named(group)
        if declared is None or channel not in declared.channels:
            raise ValueError(f"there is no group of messages {group!r} on the channel {channel!r}")
        if declared.obliged and not on:
            raise ObligedError(
                _("「%(group)s」は、法律や安全のために必要なため、止められません。")
                % {"group": declared.title}
            )
    with tenancy.unguarded():
        off = set(Preference.objects.filter(person=person, wanted=False).values_list("group", "channel"))
        changed = {choice: on for choice, on in wanted.items() if on == (choice in off)}
        if not changed:
            return 0
        now = timezone.now()
        Preference.objects.bulk_create(
            [
                Preference(person=person, group=group, channel=channel, wanted=on, changed_at=now)
                for (group, channel), on in changed.items()
            ],
            update_conflicts=True,
            unique_fields=["person", "group", "channel"],
            update_fields=["wanted", "changed_at"],
        )
        by_proxy = actor is not None and actor.pk != person.pk
        write_entry(
            actor=actor if by_proxy else person,
            on_behalf_of=person if by_proxy else None,
            verb="records.preferences_changed",
            person=person,
            data={
                "on": [list(choice) for choice, on in changed.items() if on],
                "off": [list(choice) for choice, on in changed.items() if not on],
            },
        )
    return len(changed)


@transaction.atomic
def send_again(*, message: Message, actor: Person, reason: str) -> Message:
    """Sends an undelivered message once more, as staff decided; of one that may have arrived, a second copy.

    Raises:
        ValueError: no reason.
        NotAgainError: it was delivered or waits, or its words are gone.
    """
    if not reason.strip():
        raise ValueError("sending a message again needs a reason")
    with tenancy.unguarded():
        held = locks.lock_message(message.pk)
        if not held.is_undelivered:
            raise NotAgainError(
                _("このメッセージは「%(state)s」なので、もう一度送れません。画面を読み直してください。")
                % {"state": held.get_state_display()}
            )
        if held.emptied_at is not None:
            raise NotAgainError(
                _("中身を消したメッセージなので、もう一度送れません。招待などは、新しく出し直してください。")
            )
        now = timezone.now()
        if held.expires_at is not None and held.expires_at <= now:
            raise NotAgainError(
                _("期限が過ぎたメッセージなので、もう一度送れません。新しく出し直してください。")
            )
        held.state, held.next_try_at = Message.State.WAITING, now
        held.round_started_at, held.round_attempts = now, 0
        held.claim = held.claimed_until = held.handed_over_at = None
        held.save()
        queue.leave_delivery(held.pk, urgent=True)
    write_entry(
        actor=actor,
        verb="records.message_sent_again",
        subject=held,
        person=held.recipient,
        municipality=held.municipality,
        reason=reason,
        data={"kind": held.kind, "scope": held.scope},
    )
    return held
