"""Pages of rounds: what everybody sees, a worker's wishes, and what the town's staff do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sosei.core.people.models import Look
from sosei.programmes.jobs.models import Application, Contract, Round
from sosei.programmes.jobs.services import rounds_publish, rounds_wishes
from tests.jobs.rounds_world import HOUR, RoundWorld, open_world
from tests.jobs.world import JST, JobsWorld, MakePerson

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


@pytest.fixture
def world(jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> RoundWorld:
    return open_world(jobs, make_person, monkeypatch)


@pytest.fixture
def client_of() -> ClientOf:
    def signed(person: Any) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def page(world: RoundWorld, name: str, **more: Any) -> str:
    return reverse(f"jobs:{name}", kwargs={"code": world.jobs.town.code, "round_id": world.round.pk, **more})


def mine(world: RoundWorld) -> str:
    return reverse("jobs:my-round", kwargs={"round_id": world.round.pk})


def test_a_worker_ranks_changes_and_takes_back_wishes_and_friends_join(
    world: RoundWorld, client_of: ClientOf
) -> None:
    first, second = world.posting(2), world.posting(2, lodging=world.jobs.lodging)
    worker, client = world.jobs.worker, client_of(world.jobs.worker)
    assert first.title in text_of(client.get(page(world, "round-wishes")))
    data = {"about": worker.uid, f"rank_{first.pk}": "2", f"rank_{second.pk}": "2"}
    assert "2番目は" in text_of(client.post(page(world, "round-wishes"), data))
    data |= {f"rank_{second.pk}": "1", f"bed_{second.pk}": "on"}
    shown = text_of(client.post(page(world, "round-wishes"), data, follow=True))
    assert "希望を受け付けました" in shown
    wishes = rounds_wishes.wishes_of(world.round, worker)
    assert [(one.posting, one.rank, one.needs_lodging) for one in wishes] == [
        (second, 1, True),
        (first, 2, False),
    ]
    client.post(page(world, "round-friends"), {"about": worker.uid, "size": "2"})
    code = rounds_wishes.wishes_of(world.round, worker)[0].group.code  # type: ignore[union-attr]
    assert code in text_of(client.get(mine(world)))
    friend = client_of(world.jobs.friend)
    friend.post(page(world, "round-friends"), {"about": world.jobs.friend.uid, "code": code})
    assert "全員がそろいました" in text_of(friend.get(mine(world)))
    client.post(mine(world), {"about": worker.uid})
    assert set(Application.objects.values_list("person", "state")) == {
        (worker.pk, "withdrawn"),
        (world.jobs.friend.pk, "lapsed"),
    }


def test_what_rules_forbid_stands_on_the_form_and_nothing_is_entered(
    world: RoundWorld, client_of: ClientOf
) -> None:
    posting = world.posting(2, licences=["forklift"])
    worker = world.jobs.worker
    data = {"about": worker.uid, f"rank_{posting.pk}": "1"}
    shown = text_of(client_of(worker).post(page(world, "round-wishes"), data))
    assert "フォークリフト" in shown and not Application.objects.exists()
    assert (
        client_of(worker)
        .post(page(world, "round-wishes"), {**data, "about": world.jobs.friend.uid})
        .status_code
        == 409
    )


def test_staff_draw_look_through_compute_again_and_publish(
    world: RoundWorld, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    posting = world.posting(1)
    people = world.people(3)
    for person in people:
        world.wish(person, posting)
    staff, public = client_of(world.jobs.staff), Client()
    assert "次にすること" in text_of(staff.get(page(world, "office-round")))
    assert client_of(world.jobs.other_staff).get(page(world, "office-round")).status_code in (403, 404)
    world.close()
    staff = client_of(world.jobs.staff)
    shown = text_of(staff.post(page(world, "office-round-draw"), follow=True))
    winner = Application.objects.get(person__in=people, outcomes__reason="got_it")
    for person in people:
        assert person.full_name in shown
    assert Look.objects.filter(what="jobs_round").count() == 3
    # Drawn, and nobody outside of the office knows more than the seed.
    drawn = text_of(public.get(page(world, "round")))
    assert world.fresh().seed in drawn and "申し込んだ人" not in drawn
    assert "決まりました" not in text_of(client_of(winner.person).get(mine(world)))
    staff.post(page(world, "office-round-draw"), {"reason": ""})
    assert world.round.runs.count() == 1
    rounds_wishes.withdraw_wishes(round=world.fresh(), person=winner.person, actor=winner.person)
    assert "1人が取り下げました" in text_of(staff.get(page(world, "office-round")))
    again = text_of(staff.post(page(world, "office-round-draw"), {"reason": "取り下げ"}, follow=True))
    assert "前の計算から動く人" in again and "取り下げた" in again
    file = staff.get(page(world, "office-round-file", number=2)).content.decode()
    assert file.count("\r\n") == 3 and "抽選で決めました" in file
    shown = text_of(staff.post(page(world, "office-round-publish"), follow=True))
    assert "契約 1件" in shown and Contract.objects.count() == 1
    told = text_of(public.get(page(world, "round")))
    assert world.fresh().seed in told and "申し込んだ人" in told
    assert not [person for person in people if person.full_name in told]
    ways = ("office-round", "office-round-run", "office-round-file", "round")
    for name in ways:
        more = {"number": 2} if name in ways[1:3] else {}
        with django_assert_max_num_queries(20):
            staff.get(page(world, name, **more))
    loser = next(one for one in Application.objects.filter(state="waiting"))
    why = text_of(client_of(loser.person).get(mine(world)))
    assert "抽選で決めました" in why and "順番待ち" in why and str(loser.person.uid) in why


def test_staff_open_and_change_a_round_and_each_wrong_line_is_named(
    world: RoundWorld, client_of: ClientOf
) -> None:
    staff, now = client_of(world.jobs.staff), timezone.now().astimezone(JST)
    way = reverse("jobs:office-round-new", kwargs={"code": world.jobs.town.code})
    data = {
        "name": "梨の収穫",
        "opens_at": f"{now + HOUR:%Y-%m-%dT%H:%M}",
        "closes_at": f"{now + 90 * HOUR:%Y-%m-%dT%H:%M}",
        "max_wishes": "4",
        "method": "stable",
        "caps": "07,福島県,40\n07204,いわき市",
    }
    assert "2行目「07204,いわき市」" in text_of(staff.post(way, data))
    data["caps"] = "07,福島県,40\n07204,いわき市,25"
    shown = text_of(staff.post(way, data, follow=True))
    made = Round.objects.get(name="梨の収穫")
    assert made.seed_digest in shown and made.seed == ""
    assert list(made.caps.values_list("region", "cap")) == [("07", 40), ("07204", 25)]
    edit = reverse("jobs:office-round-edit", kwargs={"code": world.jobs.town.code, "round_id": made.pk})
    staff.post(edit, {**data, "name": "梨の収穫（二回目）", "caps": ""})
    made.refresh_from_db()
    assert (made.name, made.caps.count()) == ("梨の収穫（二回目）", 0)
    assert client_of(world.jobs.planner).get(way).status_code in (403, 404)


def test_a_large_round_is_left_to_the_worker(
    world: RoundWorld, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from sosei.programmes.jobs.services import rounds_run
    from sosei.programmes.jobs.tasks_rounds import draw_round, publish_round

    world.wish(world.jobs.worker, world.posting(1))
    world.close()
    monkeypatch.setattr(rounds_run, "AT_ONCE", 0)
    monkeypatch.setattr(rounds_publish, "AT_ONCE", 0)
    staff = client_of(world.jobs.staff)
    for name, task in (("office-round-draw", draw_round), ("office-round-publish", publish_round)):
        staff.post(page(world, name))
        job = ProcrastinateJob.objects.filter(task_name=task.name).get()
        task.func(**job.args)
    assert world.fresh().state == "published" and Contract.objects.count() == 1
    assert publish_round.func(round_id=world.round.pk, actor_id=world.jobs.worker.pk) == 0


def test_who_withdrew_after_the_draw_is_not_told_of_a_contract(
    world: RoundWorld, client_of: ClientOf
) -> None:
    posting = world.posting(2)
    stays, goes = world.people(2)
    for person in (stays, goes):
        world.wish(person, posting)
    world.close()
    world.draw()
    rounds_wishes.withdraw_wishes(round=world.fresh(), person=goes, actor=goes)
    rounds_publish.publish(round=world.round, actor=world.jobs.staff)
    assert Contract.objects.get().person == stays
    assert "労働契約ができました" in text_of(client_of(stays).get(mine(world)))
    assert "労働契約ができました" not in text_of(client_of(goes).get(mine(world)))
