"""What somebody looks for among the open postings: read from an address or a saved search, asked of the database."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import override

from sosei.core.people.models import Municipality
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.kinds import WORK_KIND, WORK_KINDS
from sosei.programmes.jobs.models import Crop, Employer, LodgingNight, Posting, Shift
from sosei.programmes.jobs.models.feed import POSTING_TEXTS, Bigrams, Words

MOST_WORDS = 5
SORTS = ("fit", "date", "wage", "new")


@dataclass(frozen=True)
class Filters:
    """What is looked for; empty fields ask for nothing.

    Attributes:
        first, last: at least one day of work between them, both included.
        half: "morning" or "afternoon".
    """

    words: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    first: datetime.date | None = None
    last: datetime.date | None = None
    wage: int = 0
    half: str = ""
    lodging: bool = False
    desk: bool = False

    @property
    def are_any(self) -> bool:
        """Whether anything is asked for."""
        return self != Filters()

    def as_json(self) -> dict[str, Any]:
        """As it is kept in a saved search."""
        held = {
            "q": " ".join(self.words),
            "kind": list(self.kinds),
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "wage": self.wage or "",
            "half": self.half,
            "lodging": "1" if self.lodging else "",
            "desk": "1" if self.desk else "",
        }
        return {name: value for name, value in held.items() if value}


def filters_from(given: Mapping[str, Any]) -> Filters:
    """What a saved search asked for; what it no longer can ask is left out."""

    def day(text: str) -> datetime.date | None:
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return None

    return Filters(
        words=words_of(str(given.get("q", ""))),
        kinds=tuple(kind for kind in given.get("kind", []) if kind in WORK_KIND),
        first=day(str(given.get("from", ""))),
        last=day(str(given.get("to", ""))),
        wage=int(given.get("wage") or 0),
        half=str(given.get("half", "")),
        lodging=bool(given.get("lodging")),
        desk=bool(given.get("desk")),
    )


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search: one width of letters, small ones, each once."""
    return tuple(dict.fromkeys(unicodedata.normalize("NFKC", text).lower().split()))[:MOST_WORDS]


def bigrams_of(word: str) -> list[str]:
    """Every two letters of a word that follow each other; none of a single letter."""
    return list(dict.fromkeys(word[n : n + 2] for n in range(len(word) - 1)))


def upcoming(now: datetime.datetime) -> QuerySet[Shift]:
    """Shifts that have not begun and are not called off."""
    rows: QuerySet[Shift] = Shift.objects.filter(starts_at__gt=now, called_off_at__isnull=True)
    return rows


def open_postings(user: Any, municipality: Municipality | None = None) -> QuerySet[Posting]:
    """Postings for which one may apply now, with `first_start` and `free` places."""
    now = timezone.now()
    shifts = upcoming(now).filter(posting=OuterRef("pk")).order_by()
    rows = Posting.objects.visible_to(user).open()
    if municipality is not None:
        rows = rows.filter(municipality=municipality)
    found: QuerySet[Posting] = (
        rows.filter(Q(closes_at__isnull=True) | Q(closes_at__gt=now))
        .filter(Q(round__isnull=True) | Q(round__state="open", round__closes_at__gt=now))
        .annotate(
            first_start=Subquery(shifts.values("posting").annotate(first=Min("starts_at")).values("first")),
            places=Subquery(
                shifts.values("posting").annotate(all=Sum("capacity") - Sum("taken")).values("all")
            ),
        )
        .filter(first_start__isnull=False)
    )
    return found


def narrowed(rows: QuerySet[Posting], filters: Filters) -> QuerySet[Posting]:
    """Those that are looked for."""
    for word in filters.words:
        rows = _with_word(rows, word)
    if filters.kinds:
        rows = rows.filter(kind__in=filters.kinds)
    if filters.wage:
        rows = rows.filter(hourly_wage__gte=filters.wage)
    if filters.half:
        rows = rows.filter(half_day=filters.half)
    if filters.first or filters.last:
        rows = _with_days(rows, filters.first, filters.last)
    if filters.lodging:
        rows = rows.filter(lodging__isnull=False, lodging__closed_at__isnull=True).filter(
            ~Exists(_full_nights())
        )
    if filters.desk:
        rows = rows.filter(Q(workplace__has_desk=True) | Q(lodging__has_desk=True))
    return rows


def _with_word(rows: QuerySet[Posting], word: str) -> QuerySet[Posting]:
    """The word in the posting's own texts, or in the name of its employer, crop or kind of work."""
    name = Q(name__icontains=word) | Q(name_en__icontains=word)
    found: QuerySet[Posting] = rows.filter(
        Q(pk__in=with_text(word).values("pk"))
        | Q(kind__in=_kinds_called(word))
        | Q(employer__in=Employer.objects.filter(name).order_by().values("pk"))
        | Q(crop__in=Crop.objects.filter(name).order_by().values("pk"))
    )
    return found


def with_text(word: str) -> QuerySet[Posting]:
    """Postings with the word in their texts; the index of letter pairs finds them, the texts themselves decide.

    A single letter has no pair, and every text is read.
    """
    rows: QuerySet[Posting] = Posting.objects.order_by()
    pairs = bigrams_of(word)
    if pairs:
        rows = rows.annotate(search_pairs=Bigrams(*POSTING_TEXTS)).filter(search_pairs__contains=pairs)
    return rows.annotate(search_words=Words(*POSTING_TEXTS)).filter(search_words__contains=word)


def _kinds_called(word: str) -> list[str]:
    found = []
    for language in ("ja", "en"):
        with override(language):
            found += [one.slug for one in WORK_KINDS if word in str(one.name).lower()]
    return found


def moments(
    first: datetime.date | None, last: datetime.date | None, zone: ZoneInfo = JST
) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """From the beginning of a day to the end of a day."""
    start = datetime.datetime.combine(first, datetime.time(), tzinfo=zone) if first else None
    end = (
        datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time(), tzinfo=zone)
        if last
        else None
    )
    return start, end


def within(rows: QuerySet[Shift], first: datetime.date | None, last: datetime.date | None) -> QuerySet[Shift]:
    """Shifts that begin on those days."""
    start, end = moments(first, last)
    if start is not None:
        rows = rows.filter(starts_at__gte=start)
    return rows.filter(starts_at__lt=end) if end is not None else rows


def _with_days(
    rows: QuerySet[Posting], first: datetime.date | None, last: datetime.date | None
) -> QuerySet[Posting]:
    """A day of work in the time; every day of those that are for all of their days."""
    shifts = upcoming(timezone.now()).filter(posting=OuterRef("pk")).order_by()
    inside = within(shifts, first, last)
    start, end = moments(first, last)
    outside = Q(pk__in=[])
    if start is not None:
        outside |= Q(starts_at__lt=start)
    if end is not None:
        outside |= Q(starts_at__gte=end)
    return rows.filter(Exists(inside)).filter(Q(whole_series=False) | ~Exists(shifts.filter(outside)))


def _full_nights() -> QuerySet[LodgingNight]:
    """Nights without a bed before one of the days; beds that nobody took yet have no row."""
    shifts = upcoming(timezone.now()).filter(posting=OuterRef(OuterRef("pk"))).order_by()
    first = shifts.values("posting").annotate(first=Min(TruncDate("starts_at", tzinfo=JST))).values("first")
    rows: QuerySet[LodgingNight] = LodgingNight.objects.filter(
        lodging=OuterRef("lodging"),
        night__gte=Subquery(first) - datetime.timedelta(days=1),
        night__lt=Subquery(first),
        beds__lte=F("taken"),
    )
    return rows


def ordered(rows: QuerySet[Posting], sort: str) -> QuerySet[Posting]:
    """By first day, wage or date of publication."""
    ways = {
        "wage": ("-hourly_wage", "first_start", "pk"),
        "new": ("-published_at", "-pk"),
    }
    return rows.order_by(*ways.get(sort, ("first_start", "pk")))
