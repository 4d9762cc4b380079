"""Consents, looks, acting for somebody, erasure: exported, and kept as proofs without a name."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from sosei.core.people import look_words
from sosei.core.people.models import (
    Consent,
    Erasure,
    Look,
    Person,
    ProxySession,
)
from sosei.core.people.personal_data import Outcome, Rows
from sosei.core.people.personal_data_here.tools import (
    CONSENT_LAW,
    SECURITY_LAW,
    kept,
    moment,
    town_of,
)


def export_consents(person: Person) -> Rows:
    """Every decision, with the text it was about."""
    rows = Consent.objects.filter(person=person).select_related("text__municipality").order_by("pk")
    return [
        {
            "text": row.text.key,
            "title": row.text.title,
            "version": row.text.version,
            "municipality": town_of(row.text),
            "purpose": row.text.purpose,
            "decision": row.decision,
            "decided_at": moment(row.decided_at),
            "channel": row.channel,
        }
        for row in rows
    ]


def keep_consents(person: Person) -> Outcome:
    """Proof that something was allowed while it was."""
    rows = Consent.objects.filter(person=person).count()
    what = ("同意した、取り消したという記録（名前なし）", "Consents given and withdrawn (without a name)")
    return kept(*what, CONSENT_LAW, rows)


def export_looks(person: Person) -> Rows:
    """Who of the staff saw what."""
    rows = Look.objects.filter(person=person).select_related("staff", "municipality").order_by("pk")
    return [
        {
            "at": moment(row.at),
            "staff": str(row.staff),
            "municipality": town_of(row),
            "what": look_words.label(row.what),
            "purpose": row.purpose,
            "acting_for_you": row.proxy_session_id is not None,
        }
        for row in rows.iterator(chunk_size=2000)
    ]


def export_looks_taken(person: Person) -> Rows:
    """What the person saw as staff, without the names of those seen and the purposes: these are their data."""
    rows = Look.objects.filter(staff=person).select_related("municipality").order_by("pk")
    return [
        {"at": moment(row.at), "municipality": town_of(row), "what": row.what}
        for row in rows.iterator(chunk_size=2000)
    ]


def keep_looks(person: Person) -> Outcome:
    """The proof of who saw the data of whom."""
    rows = Look.objects.filter(person=person).count()
    return kept(
        "担当者が見た記録（名前なし）", "Records that staff saw the data (without a name)", SECURITY_LAW, rows
    )


def keep_looks_taken(person: Person) -> Outcome:
    """What the person saw as staff stays accountable."""
    rows = Look.objects.filter(staff=person).count()
    return kept(
        "担当者として見た記録（名前なし）",
        "Records of what was seen as staff (without a name)",
        SECURITY_LAW,
        rows,
    )


def export_proxy(person: Person) -> Rows:
    """Times in which staff acted for the person, and in which the person acted for others."""
    rows = (
        ProxySession.objects.filter(Q(person=person) | Q(staff=person))
        .select_related("staff", "municipality")
        .order_by("pk")
    )
    return [
        {
            "you_were": "staff" if row.staff_id == person.pk else "person",
            "staff": str(row.staff),
            "municipality": town_of(row),
            "channel": row.channel,
            "reason": "" if row.staff_id == person.pk else row.reason,
            "started_at": moment(row.started_at),
            "ended_at": moment(row.ended_at),
        }
        for row in rows
    ]


def keep_proxy(person: Person) -> Outcome:
    """Times under way end; the proof stays."""
    rows = ProxySession.objects.filter(Q(person=person) | Q(staff=person))
    rows.filter(ended_at=None).update(ended_at=timezone.now())
    return kept(
        "代わりの操作の記録（名前なし）",
        "Records of acting for somebody (without a name)",
        SECURITY_LAW,
        rows.count(),
    )


def export_erasure(person: Person) -> Rows:
    """There is none as long as there is somebody to ask for it."""
    if person.erased_at is None:
        return []
    return [
        {"done_at": moment(row.done_at), "erased": row.erased, "kept": row.kept}
        for row in Erasure.objects.filter(person=person)
    ]


def keep_erasure(person: Person) -> Outcome:
    """Written at the very end, by the erasure itself."""
    return Outcome(0)
