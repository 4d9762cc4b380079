"""Texts that persons agree to, and their decisions: a new version of a text asks again, a decision is never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import journal
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Consent, ConsentText, Municipality, Person
from sosei.core.people.services.acting import Acting


class ConsentError(RefusedError):
    """A decision or a text that cannot be taken."""


@dataclass(frozen=True)
class Wording:
    """A text in both languages, as it is published."""

    title: str
    title_en: str
    purpose: str
    purpose_en: str
    body: str
    body_en: str
    is_required: bool = False


@transaction.atomic
def publish_consent_text(
    *, actor: Person | None, municipality: Municipality | None, key: str, wording: Wording, reason: str = ""
) -> ConsentText:
    """Publishes the next version of a text; whoever agreed to an older one is asked again.

    Args:
        actor: None where Sosei's own texts are laid down by a command.
        municipality: None for a text of the whole installation.

    Raises:
        ConsentError: a part is empty in one of the languages, or somebody else published at the same moment.
    """
    parts = ("title", "title_en", "purpose", "purpose_en", "body", "body_en")
    if not all(getattr(wording, part).strip() for part in parts):
        raise ConsentError(_("題、目的、本文を、日本語と英語の両方で入力してください。"))
    of_same_name = ConsentText.objects.filter(municipality=municipality, key=key)
    newest = of_same_name.aggregate(newest=Max("version"))["newest"] or 0
    try:
        with transaction.atomic():
            text: ConsentText = ConsentText.objects.create(
                municipality=municipality,
                key=key,
                version=newest + 1,
                published_at=timezone.now(),
                is_required=wording.is_required,
                **{part: getattr(wording, part).strip() for part in parts},
            )
    except IntegrityError as error:
        raise ConsentError(
            _("ほかの人が、同じときに新しい版を公表しました。その版を読んでから、もう一度公表してください。")
        ) from error
    journal.write_entry(
        actor=actor,
        verb="consent_text.published",
        subject=text,
        municipality=municipality,
        reason=reason,
        data={"text": key, "version": text.version},
    )
    return text


@transaction.atomic
def give_consent(*, by: Acting, text: ConsentText) -> Consent:
    """Notes that the person agrees to the version in force.

    Raises:
        ConsentError: the text has a newer version, which is the one to read.
    """
    if not ConsentText.objects.current().filter(pk=text.pk).exists():
        raise ConsentError(
            _("「%(title)s」は新しくなりました。新しい文を読んでから決めてください。") % {"title": text}
        )
    return _decide(by, text, Consent.Decision.GIVEN, "consent.given")


@transaction.atomic
def withdraw_consent(*, by: Acting, text: ConsentText) -> Consent | None:
    """Notes that the person no longer agrees; None where the person never did."""
    if _newest_decision(by.person, text) is None:
        return None
    return _decide(by, text, Consent.Decision.WITHDRAWN, "consent.withdrawn")


def _newest_decision(person: Person, text: ConsentText) -> Consent | None:
    found: Consent | None = Consent.objects.filter(person=person, text=text).order_by("-pk").first()
    return found


def _decide(by: Acting, text: ConsentText, decision: str, verb: str) -> Consent:
    held = _newest_decision(by.person, text)
    if held is not None and held.decision == decision:
        return held
    made: Consent = Consent.objects.create(
        person=by.person,
        text=text,
        decision=decision,
        decided_at=timezone.now(),
        entered_by=by.actor,
        channel=by.consent_channel,
    )
    by.record(verb, subject=text, data={"text": text.key, "version": text.version})
    return made


def has_consented(person: Person, key: str, municipality: Municipality | None = None) -> bool:
    """Whether the person agrees to the version in force of a text, as asked by a programme before it goes on.

    False where the town has no text of that name: nobody agreed to what nobody published.
    """
    text = (
        ConsentText.objects.filter(key=key, municipality=municipality).order_by("-version").only("pk").first()
    )
    held = _newest_decision(person, text) if text is not None else None
    return held is not None and held.decision == Consent.Decision.GIVEN


@dataclass(frozen=True)
class Asked:
    """A text in force and what the person decided about it.

    Attributes:
        consent: the newest decision about this very version, or None.
        earlier: the person agreed to an older version.
    """

    text: ConsentText
    consent: Consent | None
    earlier: bool

    @property
    def is_given(self) -> bool:
        """Whether the person agrees."""
        return self.consent is not None and self.consent.decision == Consent.Decision.GIVEN

    @property
    def is_due(self) -> bool:
        """Whether Sosei cannot be used before the person agrees."""
        return self.text.is_required and not self.is_given


def asked_of(person: Person) -> list[Asked]:
    """Every text in force that concerns the person, those needed to use Sosei first, with the decision about it."""
    towns = person.memberships.held().exclude(municipality=None).order_by().values("municipality")
    texts = list(
        ConsentText.objects.current()
        .filter(Q(municipality__isnull=True) | Q(municipality__in=towns))
        .select_related("municipality")
        .order_by("-is_required", "municipality_id", "key")
    )
    names = {(text.municipality_id, text.key) for text in texts}
    decisions = Consent.objects.filter(person=person).select_related("text", "entered_by").order_by("pk")
    newest: dict[int, Consent] = {one.text_id: one for one in decisions}
    earlier = {
        (one.text.municipality_id, one.text.key)
        for one in newest.values()
        if one.decision == Consent.Decision.GIVEN
    } & names
    return [
        Asked(
            text,
            newest.get(text.pk),
            earlier=text.pk not in newest and (text.municipality_id, text.key) in earlier,
        )
        for text in texts
    ]


def due(person: Person) -> list[Asked]:
    """The texts without which Sosei cannot be used and to which the person has not agreed."""
    return [one for one in asked_of(person) if one.is_due]


def give_all(*, by: Acting, texts: Iterable[ConsentText]) -> None:
    """Agrees to several texts, all or none.

    Raises:
        ConsentError: as `give_consent`.
    """
    with transaction.atomic():
        for text in texts:
            give_consent(by=by, text=text)
