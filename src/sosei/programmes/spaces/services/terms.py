"""Versions of the terms a town or a host lets under."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.standing import standing_of
from sosei.core.records.services import write_entry
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.models import Host, UsageTerms


@transaction.atomic
def make_terms(
    *, municipality: Municipality, host: Host | None, text: str, actor: Person, text_en: str = ""
) -> UsageTerms:
    """A new version of the terms, from now on; the old ones stay readable, and bookings name the one they saw.

    Args:
        host: whose terms they are; None for the town's, which hold for every host without terms of his own.

    Raises:
        ListingError: `actor` is not programme staff of the town, no text, or the same text as before.
    """
    if not standing_of(actor).holds(roles.PROGRAMME_STAFF, municipality.pk):
        raise ListingError(_("利用規約を改められるのは、この町の事業担当だけです。"))
    if not text.strip():
        raise ListingError(_("利用規約の文を書いてください。"), "text")
    rows = UsageTerms.objects.filter(municipality=municipality, host=host)
    newest = rows.order_by("-number").first()
    if newest is not None and (newest.text, newest.text_en) == (text.strip(), text_en.strip()):
        raise ListingError(_("今の版と同じ文です。変えてから保存してください。"), "text")
    made: UsageTerms = UsageTerms.objects.create(
        municipality=municipality,
        host=host,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        text=text.strip(),
        text_en=text_en.strip(),
        valid_from=timezone.now(),
        made_by=actor,
    )
    write_entry(
        actor=actor,
        verb="space_host.terms_made",
        subject=made,
        municipality=municipality,
        data={"host": host.name if host else municipality.name, "number": made.number},
    )
    return made


def terms_of(municipality: Municipality, host: Host | None) -> UsageTerms | None:
    """The version in force: the host's own, else the town's."""
    rows = UsageTerms.objects.filter(
        Q(host=host) | Q(host__isnull=True), municipality=municipality, valid_from__lte=timezone.now()
    )
    return rows.order_by(F("host").asc(nulls_last=True), "-number").first()  # type: ignore[no-any-return]
