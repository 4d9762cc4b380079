"""What is written by the search: kept searches and their notices, a town's weights, people told of a posting."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

import rules
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Municipality, Person
from sosei.core.people.services.acting import Acting
from sosei.core.records.services import send_message, write_entry
from sosei.engines.labour.spans import JST
from sosei.engines.matching.retrieval import RetrievalError, Weights
from sosei.programmes.jobs import letters_search
from sosei.programmes.jobs.errors_search import SearchError
from sosei.programmes.jobs.locks_search import lock_searches, lock_weights
from sosei.programmes.jobs.models import FitWeights, Posting, SavedSearch
from sosei.programmes.jobs.models.fit import PARTS
from sosei.programmes.jobs.search_filters import Filters, filters_from, narrowed, open_postings
from sosei.programmes.jobs.search_matches import people_for

MOST_SEARCHES = 20
MOST_TOLD = 50
"""People told of a posting at once."""


def _check_own(by: Acting, search: SavedSearch) -> None:
    if not rules.has_perm("jobs.change_savedsearch", by.actor, search):
        raise NotAllowedError(_("保存した条件を変えられるのは、本人と、この町の事業担当だけです。"))


@transaction.atomic
def save_search(
    *, by: Acting, name: str, filters: Filters, municipality: Municipality | None, is_told: bool = True
) -> SavedSearch:
    """Keeps what somebody looks for, in a town or over all of them; new postings are told of.

    Raises:
        NotAllowedError: `by.actor` may not.
        SearchError: no name, or too many already.
    """
    search = SavedSearch(person=by.person, municipality=municipality, name=name.strip())
    _check_own(by, search)
    if not search.name:
        raise SearchError(_("あとで分かる名前をつけてください（例：8月の桃）。"), "name")
    if SavedSearch.objects.filter(person=by.person).count() >= MOST_SEARCHES:
        raise SearchError(
            _("保存できる条件は%(most)s個までです。使わないものを消してください。") % {"most": MOST_SEARCHES}
        )
    search.query, search.is_told, search.made_at = filters.as_json(), is_told, timezone.now()
    search.save()
    by.record("search.saved", subject=by.person, data={"search": search.name})
    return search


@transaction.atomic
def remove_search(*, by: Acting, search: SavedSearch) -> None:
    """Forgets a kept search.

    Raises:
        NotAllowedError: `by.actor` may not.
    """
    _check_own(by, search)
    by.record("search.removed", subject=by.person, data={"search": search.name})
    search.delete()


@transaction.atomic
def set_notice(*, by: Acting, search: SavedSearch, is_told: bool) -> None:
    """Begins or stops telling of new postings.

    Raises:
        NotAllowedError: `by.actor` may not.
    """
    _check_own(by, search)
    if search.is_told == is_told:
        return
    search.is_told = is_told
    if is_told:
        # What came out while nobody wanted to hear of it is not told afterwards.
        search.told_at = timezone.now()
    search.save(update_fields=["is_told", "told_at"])
    by.record("search.notice_changed", subject=by.person, data={"search": search.name})


@transaction.atomic
def set_weights(
    *, municipality: Municipality, weights: Mapping[str, int], reason: str, actor: Person
) -> FitWeights:
    """Sets what counts how much in the town's order of postings and people.

    Raises:
        NotAllowedError: `actor` may not.
        SearchError: no reason, a number outside its range, or nothing that counts.
    """
    held = lock_weights(municipality)
    row = held or FitWeights(municipality=municipality)
    if not rules.has_perm("jobs.change_fitweights", actor, row):
        raise NotAllowedError(_("並べる順の重みを変えられるのは、町の事業担当と計画担当だけです。"))
    if not reason.strip():
        raise SearchError(_("変える理由を書いてください。みんなが読めます。"), "reason")
    try:
        checked = Weights(**{name: int(weights[name]) for name in Weights.__dataclass_fields__})
    except RetrievalError as error:
        raise SearchError(
            _weights_text(error, weights), error.field if error.field in weights else ""
        ) from error
    before = {name: getattr(row, name) for name in Weights.__dataclass_fields__}
    for name in Weights.__dataclass_fields__:
        setattr(row, name, getattr(checked, name))
    row.reason, row.set_at, row.set_by = reason.strip(), timezone.now(), actor
    row.save()
    changed = {name: [old, getattr(row, name)] for name, old in before.items() if old != getattr(row, name)}
    write_entry(
        actor=actor,
        verb="fit.weights_set",
        subject=row,
        municipality=municipality,
        reason=row.reason,
        data={"changed": changed},
    )
    return row


def _weights_text(error: RetrievalError, weights: Mapping[str, int]) -> str:
    if all(not weights[name] for name in PARTS):
        return _("どれか一つは0より大きくしてください。全部0だと、順が決まりません。")
    return _("「%(value)s」は使えません。重みは0から1000まで、はばと距離は1からの整数です。") % {
        "value": weights.get(error.field, "")
    }


@transaction.atomic
def tell_people(*, posting: Posting, persons: Collection[int], actor: Person) -> int:
    """Sends a posting to people whom it fits; nobody hears of the same posting twice. How many were asked to be told.

    Raises:
        NotAllowedError: `actor` is not programme staff of the posting's town.
        SearchError: nobody or too many chosen, or the posting is closed.
    """
    if not rules.has_perm("jobs.decide_employer", actor, posting):
        raise NotAllowedError(_("求人を知らせられるのは、町の事業担当だけです。"))
    if not posting.is_open:
        raise SearchError(_("募集が終わった求人は知らせられません。"))
    chosen = set(persons) & people_for(posting).keys()
    if not chosen:
        raise SearchError(_("知らせる人を選んでください。"))
    if len(chosen) > MOST_TOLD:
        raise SearchError(_("一度に知らせられるのは%(most)s人までです。") % {"most": MOST_TOLD})
    letter = letters_search.suggested(posting)
    with tenancy.unguarded():
        for person in Person.objects.filter(pk__in=chosen).order_by("pk"):
            send_message(
                key=f"posting.suggested:{posting.pk}:{person.pk}",
                kind="posting.suggested",
                recipient=person,
                municipality=posting.municipality,
                about=posting,
                **letter.as_arguments(),
            )
    write_entry(
        actor=actor,
        verb="posting.people_told",
        subject=posting,
        municipality=posting.municipality,
        data={"posting": str(posting), "count": len(chosen)},
    )
    return len(chosen)


def tell_new_postings(now: datetime.datetime) -> int:
    """Tells of postings that came out since, one message a person and day. How many messages there are.

    Run twice, or by two workers at once, it tells each person once.
    """
    start = datetime.datetime.combine(now.astimezone(JST).date(), datetime.time(), tzinfo=JST)
    waiting = SavedSearch.objects.filter(is_told=True, person__is_active=True)
    told_today = SavedSearch.objects.filter(told_at__gte=start).order_by().values("person")
    persons = waiting.exclude(person__in=told_today).order_by("person").values_list("person", flat=True)
    return sum(_tell_person(person, now) for person in persons.distinct())


@transaction.atomic
def _tell_person(person_id: int, now: datetime.datetime) -> bool:
    searches = list(lock_searches(person_id))
    found: dict[int, Posting] = {}
    names = []
    for search in searches:
        new = _new_for(search)
        if new:
            names.append(search.name)
        found.update({posting.pk: posting for posting in new})
    if not found:
        return False
    day = now.astimezone(JST).date()
    letter = letters_search.new_postings(names[0], list(found.values()))
    send_message(
        key=f"search.found:{person_id}:{day:%Y-%m-%d}",
        kind="search.found",
        recipient=searches[0].person,
        municipality=searches[0].municipality,
        **letter.as_arguments(),
    )
    SavedSearch.objects.filter(pk__in=[one.pk for one in searches]).update(told_at=now)
    return True


def _new_for(search: SavedSearch) -> list[Posting]:
    since = search.told_at or search.made_at
    rows: Any = open_postings(search.person, search.municipality)
    rows = narrowed(rows, filters_from(search.query)).filter(
        Q(published_at__gt=since), Q(published_at__isnull=False)
    )
    return list(rows.select_related("municipality", "employer").order_by("-published_at", "-pk")[:50])
