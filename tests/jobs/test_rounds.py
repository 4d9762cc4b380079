"""Rounds: the lottery bound beforehand, wishes, the draw, computing again, contracts at once, and who is told why."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from sosei.core.people.errors import NotAllowedError
from sosei.core.records.models import Entry, Message
from sosei.programmes.jobs.errors_rounds import RoundError
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    Posting,
    Round,
    RoundOutcome,
    Shift,
    WorkerProfile,
)
from sosei.programmes.jobs.rules_rounds import Sleeper, tree_of, value_of, weights_of, without_bed
from sosei.programmes.jobs.services import rounds, rounds_publish, rounds_run, rounds_wishes
from sosei.programmes.jobs.services.applications import withdraw_application
from sosei.programmes.jobs.services.rounds_wishes import Wish
from tests.jobs.applications_world import make_contract
from tests.jobs.rounds_world import RoundWorld, caps, make_plan, open_world, places
from tests.jobs.world import (
    JST,
    JobsWorld,
    MakePerson,
    day_from_now,
    make_posting,
    make_shift,
    make_workplace,
)


@pytest.fixture
def world(jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> RoundWorld:
    return open_world(jobs, make_person, monkeypatch)


def states(*applications: Application) -> list[str]:
    return [Application.objects.get(pk=one.pk).state for one in applications]


# --- The whole way ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_forty_applicants_on_twelve_places_are_twelve_contracts_and_the_rest_know_why(
    world: RoundWorld,
) -> None:
    posting = world.posting(12)
    people = world.people(40)
    for person in people:
        world.wish(person, posting)
    assert Application.objects.filter(state="applied").count() == 40
    world.close()
    run = world.draw()
    assert (run.summary["placed"], run.summary["unplaced"], run.summary["blocking"]) == (12, 28, 0)
    assert not Contract.objects.exists() and not Message.objects.filter(kind="round.result").exists()

    done = rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert (done.contracts, done.waiting, done.failed) == (12, 28, [])
    assert Contract.objects.count() == 12
    assert set(Shift.objects.filter(posting=posting).values_list("taken", flat=True)) == {12}
    drawn = places(run)
    assert {one.person_id for one in Contract.objects.all()} == {key for key, place in drawn.items() if place}
    # Who waits does so in the order of the draw.
    waiting = Application.objects.filter(state="waiting").order_by("queued_at", "pk")
    assert [one.person_id for one in waiting] == [key for key, place in drawn.items() if place is None]
    told = Message.objects.filter(kind="round.result")
    assert told.count() == 40
    loser = told.get(recipient=waiting[0].person_id)
    assert "抽選で決めました" in loser.body and "最後に入った人は12番、この申し込みは13番" in loser.body
    assert "順番待ちに入りました（1番目）" in loser.body

    again = rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert again.again and Contract.objects.count() == 12
    assert Message.objects.filter(kind="round.result").count() == 40
    assert world.fresh().state == "published"
    with pytest.raises(RoundError):
        world.draw("もう一度")


@pytest.mark.django_db
def test_the_digest_binds_the_seed_and_anybody_can_repeat_the_lottery(world: RoundWorld) -> None:
    held = world.round
    assert held.seed == "" and len(held.seed_digest) == 64
    other = rounds.open_round(municipality=world.jobs.town, plan=make_plan(), actor=world.jobs.staff)
    assert other.seed_digest != held.seed_digest
    posting = world.posting(2)
    people = world.people(6)
    for person in people:
        world.wish(person, posting)
    world.close()
    run = world.draw()
    seed = world.fresh().seed
    assert hashlib.sha256(seed.encode()).hexdigest() == held.seed_digest == world.fresh().seed_digest
    lots = {
        person.pk: hashlib.blake2b(f"{seed}:{person.uid}".encode(), digest_size=8).hexdigest()
        for person in people
    }
    assert list(places(run)) == sorted(lots, key=lots.__getitem__)
    # The same input and the same lottery give the same result.
    second = world.draw("確かめるため")
    assert (second.digest, places(second), rounds_run.moves(second)) == (run.digest, places(run), [])
    with (
        override_settings(SECRET_KEY="exchanged", SECRET_KEY_FALLBACKS=[]),
        pytest.raises(RoundError, match="SECRET_KEY"),
    ):
        world.draw("鍵が替わった")


@pytest.mark.django_db
def test_after_a_withdrawal_it_is_computed_again_and_shows_who_moves(world: RoundWorld) -> None:
    first, second = world.posting(1), world.posting(1)
    people = world.people(3)
    for person in people:
        world.wish(person, first, second)
    world.close()
    run = world.draw()
    winner, next_one, last = list(places(run))
    assert places(run) == {winner: first.pk, next_one: second.pk, last: None}
    gone = next(person for person in people if person.pk == winner)
    rounds_wishes.withdraw_wishes(round=world.fresh(), person=gone, actor=gone)
    assert rounds_run.withdrawn_since(run) == 1
    with pytest.raises(RoundError, match="理由"):
        world.draw()
    again = world.draw("1人が取り下げたため")
    moved = {one.person: (one.before, one.after, one.left) for one in rounds_run.moves(again)}
    assert moved == {
        winner: (first.pk, None, True),
        next_one: (second.pk, first.pk, False),
        last: (None, second.pk, False),
    }
    assert (run.number, again.number, again.reason) == (1, 2, "1人が取り下げたため")
    assert places(run)[winner] == first.pk, "the first run is kept"
    assert Entry.objects.filter(verb="round.drawn_again").exists()


@pytest.mark.django_db
def test_who_took_other_work_meanwhile_is_named_and_the_place_goes_on(world: RoundWorld) -> None:
    posting, other = world.posting(2), world.posting(5)
    people = world.people(4)
    for person in people:
        world.wish(person, posting, other)
    world.close()
    winner, _second, third, last = list(places(world.draw()))
    busy = next(person for person in people if person.pk == winner)
    day = Shift.objects.filter(posting=posting).earliest("starts_at")
    place = make_workplace(world.jobs.other_employer)
    elsewhere = make_shift(make_posting(place), day.starts_at.astimezone(JST).date())
    make_contract(elsewhere.posting, busy, [elsewhere])
    gone = next(person for person in people if person.pk == last)
    withdraw_application(
        application=Application.objects.get(person=gone, posting=other), actor=gone, reason=""
    )
    done = rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert [(one.person.pk, one.posting.pk) for one in done.failed] == [(winner, posting.pk)]
    assert done.contracts == 2
    held = Application.objects.get(person=busy, posting=posting)
    assert held.state == "refused" and held.reason == done.failed[0].reason
    assert states(Application.objects.get(person=busy, posting=other)) == ["refused"]
    message = Message.objects.get(kind="round.result", recipient=busy)
    assert "契約はできませんでした" in message.body and done.failed[0].reason in message.body
    assert Contract.objects.filter(posting=posting).count() == 1
    # Nobody waits for the freed place: those who were not placed there have another one, or took that back.
    assert Application.objects.get(person=third, posting=other).state == "contracted"
    assert Application.objects.get(person=last, posting=posting).state == "refused"


@pytest.mark.django_db
def test_a_freed_place_is_offered_to_who_waits_for_it(world: RoundWorld) -> None:
    posting = world.posting(1)
    people = world.people(3)
    for person in people:
        world.wish(person, posting)
    world.close()
    winner, second, last = list(places(world.draw()))
    gone = next(person for person in people if person.pk == winner)
    rounds_wishes.withdraw_wishes(round=world.fresh(), person=gone, actor=gone)
    done = rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert done.contracts == 0
    assert dict(Application.objects.order_by("pk").values_list("person", "state")) == {
        winner: "withdrawn",
        second: "offered",
        last: "waiting",
    }


@pytest.mark.django_db(transaction=True)
def test_two_staff_who_publish_at_one_moment_make_each_contract_once(world: RoundWorld) -> None:
    posting = world.posting(2)
    for person in world.people(3):
        world.wish(person, posting)
    world.close()
    world.draw()
    go, results = threading.Barrier(2), []

    def press() -> None:
        try:
            go.wait()
            results.append(rounds_publish.publish(round=world.round, actor=world.jobs.staff))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.again for one in results) == [False, True]
    assert Contract.objects.count() == 2
    assert Counter(Message.objects.values_list("kind", flat=True))["round.result"] == 3


# --- Who may, and when -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_programme_staff_of_the_town_open_draw_and_publish(world: RoundWorld) -> None:
    posting = world.posting(1)
    world.wish(world.jobs.worker, posting)
    world.close()
    for who in ("other_staff", "planner", "farmer", "worker"):
        actor = getattr(world.jobs, who)
        with pytest.raises(NotAllowedError):
            rounds.open_round(municipality=world.jobs.town, plan=make_plan(), actor=actor)
        with pytest.raises(NotAllowedError):
            rounds_run.draw(round=world.round, actor=actor)
        with pytest.raises(NotAllowedError):
            rounds_publish.publish(round=world.round, actor=actor)
    assert Round.objects.count() == 1 and not RoundOutcome.objects.exists()


@pytest.mark.django_db
def test_nothing_is_drawn_before_the_end_or_published_before_the_draw(world: RoundWorld) -> None:
    world.wish(world.jobs.worker, world.posting(1))
    with pytest.raises(RoundError, match="まだ終わっていません"):
        world.draw()
    with pytest.raises(RoundError, match="計算していません"):
        rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert world.fresh().seed == ""


@pytest.mark.django_db
def test_wishes_are_ranked_changed_and_taken_back_until_the_end(world: RoundWorld) -> None:
    one, two, three, four = (world.posting(1) for _n in range(4))
    person = world.jobs.worker
    world.wish(person, one, two)
    changed = world.wish(person, three, one)
    assert [(each.posting, each.rank, each.state) for each in changed] == [
        (three, 1, "applied"),
        (one, 2, "applied"),
    ]
    assert states(Application.objects.get(posting=two)) == ["withdrawn"]
    with pytest.raises(RoundError, match="3まで"):
        world.wish(person, one, two, three, four)
    with pytest.raises(RoundError, match="2回"):
        world.wish(person, one, one)
    with pytest.raises(RoundError, match="この回の仕事ではありません"):
        world.wish(person, world.jobs.posting)
    with pytest.raises(NotAllowedError):
        rounds_wishes.set_wishes(
            round=world.round, person=person, wishes=[Wish(one)], actor=world.jobs.other_staff
        )
    world.close()
    with pytest.raises(RoundError, match="受付は終わりました"):
        world.wish(person, one)
    assert [each.posting for each in rounds_wishes.wishes_of(world.round, person)] == [three, one]
    assert rounds_wishes.withdraw_wishes(round=world.round, person=person, actor=person) == 2
    with pytest.raises(RoundError, match="一つもありません"):
        world.draw()


@pytest.mark.django_db
def test_once_people_apply_the_rules_of_a_round_stay(world: RoundWorld) -> None:
    held, plan = world.round, make_plan(opens_at=world.round.opens_at, closes_at=world.round.closes_at)
    for wrong in ({"max_wishes": 5}, {"method": "total_value"}, {"caps": caps(("07", 3))}):
        with pytest.raises(RoundError, match="変えられません"):
            rounds.change_round(
                round=held, plan=rounds.Plan(**{**plan.__dict__, **wrong}), actor=world.jobs.staff
            )
    later = rounds.Plan(
        **{**plan.__dict__, "name": "のばした", "closes_at": held.closes_at.replace(year=2100)}
    )
    assert rounds.change_round(round=held, plan=later, actor=world.jobs.staff).name == "のばした"
    with pytest.raises(RoundError, match="早くできません"):
        rounds.change_round(round=held, plan=plan, actor=world.jobs.staff)
    for wrong in (
        {"caps": caps(("072", 3))},
        {"caps": caps(("07", 3), ("07", 4))},
        {"method": "total_value", "caps": caps(("07", 3))},
        {"closes_at": plan.opens_at},
        {"max_wishes": 0},
    ):
        with pytest.raises(RoundError):
            rounds.open_round(municipality=world.jobs.town, plan=make_plan(**wrong), actor=world.jobs.staff)


# --- Friends, caps, beds, the greatest total -------------------------------------------------------------------------


@pytest.mark.django_db
def test_friends_are_placed_together_or_not_at_all(world: RoundWorld) -> None:
    small, large = world.posting(1), world.posting(3)
    leader, friend, alone, loner = world.people(4)
    world.wish(leader, small, large)
    code = rounds_wishes.start_friends(round=world.round, person=leader, size=2, actor=leader).code
    joined = rounds_wishes.join_friends(round=world.round, code=code, person=friend, actor=friend)
    assert [(one.posting, one.rank) for one in joined] == [(small, 1), (large, 2)]
    with pytest.raises(RoundError, match="変えられません"):
        world.wish(friend, large)
    # A leader whose friend never comes takes no place alone.
    world.wish(alone, large)
    rounds_wishes.start_friends(round=world.round, person=alone, size=2, actor=alone)
    world.wish(loner, small)
    world.close()
    run = world.draw()
    assert places(run) == {leader.pk: large.pk, friend.pk: large.pk, alone.pk: None, loner.pk: small.pk}
    why = RoundOutcome.objects.get(run=run, person=leader).figures["wishes"]
    assert why[0]["code"] in ("group_no_room", "lottery") and why[1]["code"] == "got_it"
    assert RoundOutcome.objects.get(run=run, person=alone).reason == "friends_missing"
    done = rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert done.contracts == 3 and not done.failed
    assert set(Contract.objects.values_list("person", "posting")) == {
        (leader.pk, large.pk),
        (friend.pk, large.pk),
        (loner.pk, small.pk),
    }


@pytest.mark.django_db
def test_friends_share_more_wishes_than_somebody_may_start_groups_a_day(world: RoundWorld) -> None:
    world.round.max_wishes = 12
    world.round.save()
    person = world.people(1)[0]
    world.wish(person, *(world.posting(1, days=1) for _each in range(12)))
    rounds_wishes.start_friends(round=world.round, person=person, size=2, actor=person)
    assert all(one.group is not None for one in rounds_wishes.wishes_of(world.round, person))


@pytest.mark.django_db
def test_a_posting_that_left_the_round_after_the_draw_does_not_stop_the_publication(
    world: RoundWorld,
) -> None:
    left, stays = world.posting(1), world.posting(1)
    person, other = world.people(2)
    world.wish(person, left)
    world.wish(other, stays)
    world.close()
    world.draw()
    rounds_wishes.withdraw_wishes(round=world.fresh(), person=person, actor=person)
    Posting.objects.filter(pk=left.pk).update(round=None, mode="selected")
    done = rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert done.contracts == 1
    assert Message.objects.filter(kind="round.result", recipient=person).exists()


@pytest.mark.django_db
def test_caps_of_town_and_prefecture_hold_and_take_no_friends(
    jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = open_world(jobs, make_person, monkeypatch, caps=caps(("07", 3), ("07204", 2)))
    here = world.posting(4)
    there = world.posting(4, workplace=make_workplace(jobs.other_employer, municipality_code="07201"))
    people = world.people(8)
    for number, person in enumerate(people):
        world.wish(person, *((here, there) if number % 2 else (here,)))
    with pytest.raises(RoundError, match="上限があるので"):
        rounds_wishes.start_friends(round=world.round, person=people[0], size=2, actor=people[0])
    world.close()
    run = world.draw()
    # Whose second seat the prefecture still has room for is drawn too.
    count = Counter(places(run).values())
    assert (count[None], count[here.pk] + count[there.pk]) == (5, 3) and 1 <= count[here.pk] <= 2
    assert run.summary["regions"] == [
        {"region": "07", "cap": 3, "filled": 3},
        {"region": "07204", "cap": 2, "filled": count[here.pk]},
    ]
    assert run.summary["blocking"] == 0
    assert "region_cap" in set(run.outcomes.values_list("reason", flat=True))
    done = rounds_publish.publish(round=world.round, actor=jobs.staff)
    # Whom a cap kept out does not wait for places that the cap keeps empty.
    assert (done.contracts, done.waiting) == (3, 0)
    assert not Application.objects.filter(state="offered").exists()


@pytest.mark.django_db
def test_no_more_sleepers_are_drawn_than_there_are_beds(world: RoundWorld) -> None:
    posting = world.posting(5, lodging=world.jobs.lodging)
    sleepers, locals_ = world.people(3), world.people(2)
    for person in sleepers:
        world.wish(person, posting, bed=True)
    for person in locals_:
        world.wish(person, posting)
    world.close()
    run = world.draw()
    assert run.summary["placed"] == 4, "there are places for all, and a bed for two"
    placed = {key for key, place in places(run).items() if place}
    order = [key for key in places(run) if key in {person.pk for person in sleepers}]
    assert placed == {*(person.pk for person in locals_), *order[:2]}
    assert RoundOutcome.objects.get(run=run, person=order[2]).reason == "no_bed"
    assert rounds_publish.publish(round=world.round, actor=world.jobs.staff).contracts == 4


@pytest.mark.django_db
def test_experience_comes_before_the_lot_and_the_total_is_the_greatest(
    jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = open_world(jobs, make_person, monkeypatch, method="total_value")
    first = world.posting(1, skills=["peach"])
    second = world.posting(1)
    able, other = world.people(2)
    WorkerProfile.objects.filter(person=able).update(skills=["peach"])
    world.wish(able, first, second)
    world.wish(other, first)
    world.close()
    run = world.draw()
    # 200 + 100 alone would be 300; two places are 100 + 50 and 100 + 100.
    assert places(run) == {able.pk: second.pk, other.pk: first.pk}
    assert run.summary["gap"] == pytest.approx(0, abs=1e-6)
    why: Any = RoundOutcome.objects.get(run=run, person=able).figures["wishes"]
    assert [each["code"] for each in why] == ["total_value", "got_it"]
    with pytest.raises(RoundError):
        rounds.open_round(
            municipality=jobs.town,
            plan=make_plan(method="total_value", caps=caps(("07", 1))),
            actor=jobs.staff,
        )


# --- The rules alone -------------------------------------------------------------------------------------------------


def test_a_municipality_stands_under_its_prefecture_only_where_that_has_a_cap() -> None:
    tree = tree_of({"07204": 2, "07": 5, "13101": 1})
    assert (tree.codes, tree.parent, tree.caps) == (("07", "07204", "13101"), (-1, 0, -1), (5, 2, 1))
    assert [tree.region_of(code) for code in ("07204", "07201", "13101", "13102")] == [1, 0, 2, -1]


def test_the_lot_parts_equal_values_and_never_outweighs_a_point() -> None:
    values = [value_of(50, 1), value_of(50, 1), value_of(51, 1)]
    weights, factor = weights_of(values, [0, 1, 1], places=2, most=10**6)
    assert weights[0] > weights[1] and weights[2] > weights[0]
    assert sum(weights) // factor == sum(values)


def test_one_night_without_a_bed_is_enough_and_the_best_ranked_sleep_first() -> None:
    eve, night = day_from_now(1), day_from_now(2)
    both, one = frozenset({eve, night}), frozenset({eve})
    sleepers = [Sleeper(1, 9, both, 1, 0, 0), Sleeper(2, 9, one, 1, 0, 1), Sleeper(3, 9, both, 2, 80, 2)]
    assert without_bed(sleepers, {(9, eve): 3, (9, night): 2}) == [1]
