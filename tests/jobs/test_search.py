"""The search's pages and services: words, days, order, why, weights, kept searches, people, a stay."""

from __future__ import annotations

import datetime
from datetime import UTC

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import BirthDate, Person
from sosei.core.people.services.acting import Acting
from sosei.core.records.models import Entry, Message
from sosei.engines.matching.retrieval import Weights
from sosei.programmes.jobs.errors_search import SearchError
from sosei.programmes.jobs.models import (
    Availability,
    FitWeights,
    LodgingNight,
    Posting,
    SavedSearch,
    Shift,
    WorkerProfile,
)
from sosei.programmes.jobs.search_filters import (
    Filters,
    filters_from,
    narrowed,
    open_postings,
    with_text,
    words_of,
)
from sosei.programmes.jobs.search_matches import people_for, postings_for
from sosei.programmes.jobs.search_reasons import distance_band
from sosei.programmes.jobs.search_stay import plans_of
from sosei.programmes.jobs.services import search as services
from tests.jobs.search_world import make_day
from tests.jobs.world import (
    JobsWorld,
    day_from_now,
    make_employer,
    make_nights,
    make_posting,
    make_shift,
    make_shifts,
    make_workplace,
)
from tests.people.conftest import SignedIn


def found(jobs: JobsWorld, filters: Filters) -> set[int]:
    return set(narrowed(open_postings(jobs.worker, jobs.town), filters).values_list("pk", flat=True))


def is_free(person: Person, first: int = 10, last: int = 30) -> None:
    days = DateRange(day_from_now(first), day_from_now(last), "[)")
    Availability.objects.create(person=person, days=days)


def another(jobs: JobsWorld, **columns: object) -> Posting:
    posting = make_posting(jobs.workplace, **{"title": "なしの袋かけ", "duties": "袋をかけます。", **columns})  # type: ignore[arg-type]
    make_shifts(posting)
    return posting


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("桃", True),
        ("の収", True),
        ("桃の収穫", True),
        ("ＰＥＡＣＨ", True),
        ("peach かご", True),
        ("かごを", False),
        ("果物", True),
        ("みほん桃園", True),
        ("いわき", False),
        ("桃 袋", False),
        ("100%", False),
        ("_", False),
    ],
)
def test_words_are_found_in_texts_kinds_and_names(jobs: JobsWorld, text: str, finds: bool) -> None:
    assert (jobs.posting.pk in found(jobs, Filters(words=words_of(text)))) is finds


def test_words_of_two_letters_and_more_are_answered_by_the_index(jobs: JobsWorld) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "posting_words" in with_text("収穫").explain()
    assert "posting_words" not in with_text("桃").explain()


def test_each_filter_keeps_what_is_asked_for(jobs: JobsWorld) -> None:
    other = another(jobs, hourly_wage=1600, kind="fruit_thinning", half_day="morning")
    both = {jobs.posting.pk, other.pk}
    first = min(shift.starts_at for shift in jobs.shifts).date()
    assert found(jobs, Filters()) == both
    assert found(jobs, Filters(wage=1301)) == {other.pk}
    assert found(jobs, Filters(kinds=("fruit_harvest",))) == {jobs.posting.pk}
    assert found(jobs, Filters(half="morning")) == {other.pk}
    assert found(jobs, Filters(lodging=True)) == {jobs.posting.pk}
    assert found(jobs, Filters(first=first, last=first)) == both
    assert found(jobs, Filters(last=first - datetime.timedelta(days=1))) == set()


def test_a_series_is_found_only_with_all_of_its_days(jobs: JobsWorld) -> None:
    Posting.objects.filter(pk=jobs.posting.pk).update(whole_series=True)
    days = sorted(shift.starts_at.date() for shift in jobs.shifts)
    assert found(jobs, Filters(first=days[0], last=days[-1])) == {jobs.posting.pk}
    assert found(jobs, Filters(first=days[0], last=days[-2])) == set()


def test_what_is_over_closed_or_called_off_is_not_found(jobs: JobsWorld) -> None:
    Posting.objects.filter(pk=jobs.posting.pk).update(closes_at=timezone.now())
    assert found(jobs, Filters()) == set()
    Posting.objects.filter(pk=jobs.posting.pk).update(closes_at=None)
    Shift.objects.filter(posting=jobs.posting).update(called_off_at=timezone.now())
    assert found(jobs, Filters()) == set()


def test_a_kept_search_reads_back_as_it_was() -> None:
    held = Filters(("桃",), ("rice",), datetime.date(2027, 8, 1), None, 1200, "morning", True, True)
    assert filters_from(held.as_json()) == held
    assert filters_from({"kind": ["gone"], "from": "someday"}) == Filters()


def test_a_posting_fits_on_the_days_that_are_free_and_not_promised(jobs: JobsWorld) -> None:
    is_free(jobs.worker, 14, 16)
    match = postings_for(jobs.worker, jobs.town)[jobs.posting.pk]
    assert match.days == (day_from_now(14), day_from_now(15))
    make_day(jobs, jobs.worker, make_shift(another(jobs), day_from_now(14), ("17:00", "19:00")))
    assert postings_for(jobs.worker, jobs.town)[jobs.posting.pk].days == (day_from_now(15),)
    assert postings_for(jobs.worker, jobs.other_town) == {}


def test_beds_of_the_nights_before_the_days_count(jobs: JobsWorld) -> None:
    is_free(jobs.worker)
    WorkerProfile.objects.filter(person=jobs.worker).update(needs_lodging=True)
    assert len(postings_for(jobs.worker)[jobs.posting.pk].days) == 3
    LodgingNight.objects.filter(night=day_from_now(14)).update(taken=2)
    assert day_from_now(15) not in postings_for(jobs.worker)[jobs.posting.pk].days


def test_the_page_shows_fits_first_and_refusals_with_the_way_out(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    is_free(jobs.worker)
    far = another(jobs, title="遠い仕事", licences=["forklift"])
    page = signed_in(jobs.worker).get(reverse("jobs:search", args=[jobs.town.code]))
    text = page.content.decode()
    assert text.index("桃の収穫（架空）") < text.index("遠い仕事")
    assert "いまは条件が合いません" in text
    only = signed_in(jobs.worker).get(reverse("jobs:search", args=[jobs.town.code]), {"fits": "1"})
    assert "遠い仕事" not in only.content.decode()
    why = signed_in(jobs.worker).get(
        reverse("jobs:fit", kwargs={"code": jobs.town.code, "posting_id": far.pk})
    )
    assert "フォークリフト運転技能講習" in why.content.decode()
    assert reverse("jobs:my-licences") in why.content.decode()


def test_why_not_names_the_employer_one_has_promised_to(jobs: JobsWorld, signed_in: SignedIn) -> None:
    is_free(jobs.worker)
    elsewhere = make_posting(make_workplace(jobs.other_employer))
    make_day(jobs, jobs.worker, make_shift(elsewhere, day_from_now(14)))
    page = signed_in(jobs.worker).get(
        reverse("jobs:fit", kwargs={"code": jobs.town.code, "posting_id": jobs.posting.pk})
    )
    assert "べつの農園（架空）で働く約束があります" in page.content.decode()


@pytest.mark.parametrize("view", ["list", "map", "calendar"])
def test_every_view_is_public_and_needs_few_queries(jobs: JobsWorld, signed_in: SignedIn, view: str) -> None:
    is_free(jobs.worker)
    for number in range(8):
        another(jobs, title=f"仕事{number}")
    client = signed_in(jobs.worker)
    url = reverse("jobs:search", args=[jobs.town.code])
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url, {"view": view, "q": "仕事"}).status_code == 200
    assert len(queries) <= 20
    for address in (url, reverse("jobs:search-all")):
        assert Client().get(address, {"view": view}).status_code == 200


def test_my_work_is_not_taken_for_a_town(jobs: JobsWorld, signed_in: SignedIn) -> None:
    assert signed_in(jobs.worker).get("/me/work").resolver_match.view_name == "jobs:my-work"


def test_nothing_found_names_what_can_be_left_out(jobs: JobsWorld, signed_in: SignedIn) -> None:
    page = signed_in(jobs.worker).get(
        reverse("jobs:search", args=[jobs.town.code]), {"q": "りんご", "wage": "1500"}
    )
    text = page.content.decode()
    assert "ことば「りんご」 を外す" in text
    assert "時給1,500円以上 を外す" in text


def test_weights_are_set_with_a_reason_and_change_the_order(jobs: JobsWorld) -> None:
    is_free(jobs.worker)
    WorkerProfile.objects.filter(person=jobs.worker).update(kinds=["fruit_harvest"])
    paid = another(jobs, hourly_wage=1700, kind="rice")
    assert list(postings_for(jobs.worker, jobs.town)) == [jobs.posting.pk, paid.pk]
    wanted = {name: getattr(Weights(), name) for name in Weights.__dataclass_fields__} | {"kinds": 0}
    with pytest.raises(SearchError):
        services.set_weights(municipality=jobs.town, weights=wanted, reason=" ", actor=jobs.staff)
    with pytest.raises(NotAllowedError):
        services.set_weights(municipality=jobs.town, weights=wanted, reason="例", actor=jobs.worker)
    nothing = wanted | dict.fromkeys(("skills", "wage", "distance", "lodging", "half_days", "desk"), 0)
    with pytest.raises(SearchError):
        services.set_weights(municipality=jobs.town, weights=nothing, reason="例", actor=jobs.staff)
    assert not FitWeights.objects.exists()
    services.set_weights(municipality=jobs.town, weights=wanted, reason="時給を重く", actor=jobs.staff)
    assert list(postings_for(jobs.worker, jobs.town)) == [paid.pk, jobs.posting.pk]
    entry = Entry.objects.get(verb="fit.weights_set")
    assert entry.reason == "時給を重く"
    assert entry.data["changed"] == {"kinds": [200, 0]}


def test_one_message_a_person_and_day_for_new_postings(jobs: JobsWorld) -> None:
    by = Acting.for_oneself(jobs.worker)
    for name in ("なし", "全部"):
        services.save_search(
            by=by,
            name=name,
            filters=Filters(words=("なし",)) if name == "なし" else Filters(),
            municipality=jobs.town,
        )
    now = timezone.now() + datetime.timedelta(hours=1)
    assert services.tell_new_postings(now) == 0
    new = another(jobs, published_at=timezone.now() + datetime.timedelta(minutes=1))
    assert services.tell_new_postings(now) == 1
    assert services.tell_new_postings(now) == 0
    message = Message.objects.get(kind="search.found")
    assert message.recipient == jobs.worker
    assert f"work/{new.pk}" in message.body
    another(jobs, published_at=now + datetime.timedelta(minutes=1))
    assert services.tell_new_postings(now) == 0
    assert services.tell_new_postings(now + datetime.timedelta(days=1)) == 1
    SavedSearch.objects.update(is_told=False)
    another(jobs, published_at=now + datetime.timedelta(days=2))
    assert services.tell_new_postings(now + datetime.timedelta(days=3)) == 0


def test_a_search_is_kept_and_forgotten_by_its_owner_alone(jobs: JobsWorld, signed_in: SignedIn) -> None:
    client = signed_in(jobs.worker)
    client.post(
        reverse("jobs:search-keep"),
        {"about": jobs.worker.uid, "name": "桃", "query": "q=桃&wage=1200", "town": jobs.town.code},
    )
    search = SavedSearch.objects.get(person=jobs.worker)
    assert filters_from(search.query) == Filters(words=("桃",), wage=1200)
    assert "「桃」" in client.get(reverse("jobs:my-searches")).content.decode()
    other = signed_in(jobs.friend)
    remove = reverse("jobs:search-remove", args=[search.pk])
    assert other.post(remove, {"about": jobs.friend.uid}).status_code == 404
    assert client.post(remove, {"about": jobs.worker.uid}).status_code == 302
    assert not SavedSearch.objects.exists()


def test_people_who_fit_are_shown_without_name_birth_or_exact_distance(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    is_free(jobs.worker)
    is_free(jobs.friend)
    WorkerProfile.objects.filter(person=jobs.friend).update(is_listed=False)
    BirthDate.objects.filter(person=jobs.worker).update(date=datetime.date(1991, 2, 3))
    assert set(people_for(jobs.posting)) == {jobs.worker.pk}
    url = reverse("jobs:posting-people", args=[jobs.town.code, jobs.employer.pk, jobs.posting.pk])
    text = signed_in(jobs.farmer).get(url).content.decode()
    assert "1人が合います" in text
    for secret in (jobs.worker.full_name, str(jobs.worker.uid), "1991", 'name="person"', " m先", "km先"):
        assert not secret or secret not in text
    assert signed_in(jobs.other_farmer).get(url).status_code == 404
    assert signed_in(jobs.farmer).post(url, {"person": jobs.worker.pk}).status_code == 404
    assert signed_in(jobs.worker).get(url).status_code in (403, 404)


def test_staff_tell_people_who_fit_and_nobody_twice(jobs: JobsWorld) -> None:
    is_free(jobs.worker)
    with pytest.raises(SearchError):
        services.tell_people(posting=jobs.posting, persons=[jobs.friend.pk], actor=jobs.staff)
    for _time in range(2):
        services.tell_people(posting=jobs.posting, persons=[jobs.worker.pk], actor=jobs.staff)
    assert Message.objects.filter(kind="posting.suggested").count() == 1
    with pytest.raises(NotAllowedError):
        services.tell_people(posting=jobs.posting, persons=[jobs.worker.pk], actor=jobs.farmer)


def test_a_bed_is_needed_from_the_night_before_the_first_day_in_japan(jobs: JobsWorld) -> None:
    first = jobs.shifts[0].starts_at.astimezone(UTC)
    assert first.date() == day_from_now(13), "the shift of day 14 begins on day 13 in UTC"
    make_nights(jobs.lodging, day_from_now(12), 1)
    nights = LodgingNight.objects.filter(lodging=jobs.lodging)
    nights.filter(night=day_from_now(12)).update(taken=F("beds"))
    assert found(jobs, Filters(lodging=True)) == {jobs.posting.pk}
    nights.filter(night=day_from_now(13)).update(taken=F("beds"))
    assert found(jobs, Filters(lodging=True)) == set()


def test_a_stay_has_work_beds_and_what_is_left(jobs: JobsWorld) -> None:
    first, last = day_from_now(13), day_from_now(17)
    type(jobs.lodging).objects.filter(pk=jobs.lodging.pk).update(yen_a_night=1000)
    rows = open_postings(jobs.worker, jobs.town)
    plan = plans_of(rows, first, last, desk=True)[0]
    assert (plan.nights, plan.cost, plan.desk) == (4, 4000, "lodging")
    assert [one.shift is not None for one in plan.days] == [False, True, True, True, False]
    assert plan.pay == 3 * (7 * 1300 + 500)
    assert plans_of(rows, first, last, half=True) == []
    assert len(plans_of(rows, first, last, taken={day_from_now(14)})[0].shifts) == 2
    LodgingNight.objects.filter(night=day_from_now(15)).update(taken=2)
    assert plans_of(rows, first, last) == []


def test_a_stay_keeps_to_forty_hours_a_week(jobs: JobsWorld) -> None:
    sunday = day_from_now(7)
    while sunday.weekday() != 6:
        sunday += datetime.timedelta(days=1)
    Shift.objects.filter(posting=jobs.posting).update(called_off_at=timezone.now())
    for number in range(7):
        make_shift(jobs.posting, sunday + datetime.timedelta(days=number), ("08:00", "17:00"))
    LodgingNight.objects.all().delete()
    rows = open_postings(jobs.worker, jobs.town)
    week = (sunday, sunday + datetime.timedelta(days=6))
    assert len(plans_of(rows, *week)[0].shifts) == 5
    type(jobs.workplace).objects.update(exemption="agriculture", exemption_reason="畑")
    assert len(plans_of(rows, *week)[0].shifts) == 6


def test_the_stay_page_leads_to_the_form_with_its_days_ticked(jobs: JobsWorld, signed_in: SignedIn) -> None:
    page = signed_in(jobs.worker).get(
        reverse("jobs:stay", args=[jobs.town.code]),
        {"from": day_from_now(13).isoformat(), "to": day_from_now(17).isoformat()},
    )
    assert f"shift={jobs.shifts[0].pk}" in page.content.decode()
    wrong = signed_in(jobs.worker).get(
        reverse("jobs:stay", args=[jobs.town.code]), {"from": "2027-08-05", "to": "2027-08-05"}
    )
    assert "帰る日は、来る日よりあと" in wrong.content.decode()


def test_a_distance_is_told_in_bands() -> None:
    assert distance_band(4_999) == "5 kmまで"
    assert distance_band(99_000) == "80 kmより遠い"


def test_an_unapproved_town_sees_no_other_towns_postings(jobs: JobsWorld) -> None:
    elsewhere = make_posting(make_workplace(make_employer(jobs.other_town, "よその農園")))
    make_shifts(elsewhere)
    assert elsewhere.pk not in open_postings(None, jobs.town).values_list("pk", flat=True)
    assert elsewhere.pk in open_postings(None).values_list("pk", flat=True)
