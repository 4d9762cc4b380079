"""Pages of ICT equipment: the whole way from unmet searches to measured acceptance, files, refusals, who sees what."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from sosei.core.people.rate_limits import Limit, Per
from sosei.planning.outcomes.models import Fact
from sosei.programmes.spaces.models import CatalogueItem, IctNeed, IctProposal, Installation, SpeedLog
from sosei.programmes.spaces.views import ict_speed
from tests.spaces.conftest import MakePerson, SignedIn
from tests.spaces.ict_world import IctWorld, build_ict, make_miss
from tests.spaces.world import SpacesWorld, day_from_now

pytestmark = pytest.mark.django_db
Go = Callable[..., Any]


@pytest.fixture
def ict(spaces: SpacesWorld, make_person: MakePerson) -> IctWorld:
    """Two partners and the spaces of a town."""
    return build_ict(spaces, make_person)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def page(ict: IctWorld, name: str, **more: Any) -> str:
    return reverse(f"spaces:{name}", kwargs={"code": ict.spaces.town.code, **more})


def host_page(ict: IctWorld, name: str, **more: Any) -> str:
    return page(ict, name, host_id=ict.spaces.host.pk, **more)


def partner_page(ict: IctWorld, name: str, **more: Any) -> str:
    return page(ict, name, partner_id=ict.partner.pk, **more)


def as_sent(form: Any, **changes: Any) -> dict[str, Any]:
    """What a browser sends back of a form as it stands, with changes."""
    given = {one.html_name: one.value() for one in form}
    return {name: "" if value is None else value for name, value in {**given, **changes}.items()}


def answered(ict: IctWorld, client: Client, need: IctNeed) -> IctProposal:
    """The partner takes the cheapest proposal as it was reckoned, and declines the rest."""
    rows = list(IctProposal.objects.filter(need=need, partner=ict.partner, state="suggested"))
    first, *rest = rows
    url = partner_page(ict, "ict-answer", proposal_id=first.pk)
    shown = client.get(url)
    data = as_sent(shown.context["form"], install_on=day_from_now(20), valid_until=day_from_now(30))
    lines = shown.context["lines"]
    data |= as_sent(lines.management_form)
    for line in lines.forms:
        data |= as_sent(line)
    assert client.post(url, data).status_code == 302
    for row in rest:
        client.post(partner_page(ict, "ict-decline", proposal_id=row.pk), {"reason": "一つにしぼります"})
    return IctProposal.objects.get(pk=first.pk)


def measured(ict: IctWorld, client: Client, down: str, spot: str) -> Any:
    url = host_page(ict, "ict-speed", space_id=ict.space.pk)
    return client.post(url, {"key": uuid4(), "spot": spot, "down": down, "up": "41.2", "ping": "6.3"})


def test_the_whole_way_from_unmet_searches_to_a_measured_acceptance(
    ict: IctWorld, signed_in: SignedIn
) -> None:
    make_miss(ict.spaces.town, use="remote_work", seats=18, times=60, equipment=["wifi"])
    ict.other_partner.ended_at = ict.partner.admitted_at
    ict.other_partner.save()
    owner, technician = signed_in(ict.spaces.owner), signed_in(ict.technician)
    unmet = host_page(ict, "ict-host-unmet")
    assert "60回" in text_of(owner.get(unmet))
    made = owner.post(unmet, {"group": "coworking-3", "space": ict.space.pk})
    need = IctNeed.objects.get()
    assert made.url == host_page(ict, "ict-need", need_id=need.pk)
    shown = text_of(owner.get(made.url))
    assert "まだ会社には知らせていません" in shown
    assert "回線の下り" in shown
    assert "1台で届く広さ" in shown
    # Another host and the partner do not open it; the partner finds no draft among the needs of the town.
    assert signed_in(ict.spaces.other_owner).get(made.url).status_code in (403, 404)
    assert need.space.name not in text_of(technician.get(partner_page(ict, "ict-partner")))
    owner.post(host_page(ict, "ict-need-open", need_id=need.pk), {"answer_until": day_from_now(7)})
    assert need.space.name in text_of(technician.get(partner_page(ict, "ict-partner")))
    chosen = answered(ict, technician, need)
    bill = host_page(ict, "ict-proposal", need_id=need.pk, proposal_id=chosen.pk)
    assert "この提案に決める" in text_of(owner.get(bill))
    compared = text_of(owner.get(host_page(ict, "ict-compare", need_id=need.pk)))
    assert f"{chosen.first_yen:,}円" in compared
    work_url = owner.post(bill).url
    work = Installation.objects.get()
    technician.post(partner_page(ict, "ict-partner-work", work_id=work.pk), {"built": "1"})
    for down, spot in (("12", "入口"), ("13", "奥の席"), ("14", "個室")):
        assert measured(ict, owner, down, spot).status_code == 302
    refused = owner.get(work_url)
    assert "届かない" in text_of(refused)
    assert 'name="accept"' not in text_of(refused)
    assert owner.post(work_url, {"refuse": "1", "reason": "下りが遅い"}).status_code == 302
    technician.post(partner_page(ict, "ict-partner-work", work_id=work.pk), {"built": "1"})
    for down, spot in (("81", "入口"), ("82.5", "奥の席"), ("84", "個室")):
        measured(ict, owner, down, spot)
    assert owner.post(work_url, {"accept": "1", "reason": ""}).status_code == 302
    assert Fact.objects.get(kind="ict_installed").count == 1
    public = text_of(Client().get(page(ict, "space", space_id=ict.space.pk)))
    assert "82.5" in public
    assert "設備の検収で確かめた速さです" in public
    assert "奥の席" in public


def test_the_catalogue_is_kept_by_pages_and_files_and_by_its_own_people_alone(
    ict: IctWorld, signed_in: SignedIn
) -> None:
    technician = signed_in(ict.technician)
    new = partner_page(ict, "ict-item-new") + "?kind=line"
    wrong = technician.post(
        new, {"code": "L2", "name": "光", "first_yen": "１０，０００円", "down_kbps": "0"}
    )
    assert wrong.status_code == 422
    right = {
        "code": "L2",
        "name": "光",
        "first_yen": "１０，０００円",
        "down_kbps": "１０００",
        "up_kbps": "500",
    }
    assert technician.post(new, right).status_code == 302
    item = CatalogueItem.objects.get(code="L2")
    assert (item.first_yen, item.capacity) == (10_000, {"down_kbps": 1_000_000, "up_kbps": 500_000})
    one = partner_page(ict, "ict-item", item_id=item.pk)
    assert technician.post(one, {**right, "name": "光2"}).status_code == 302
    saved = technician.get(partner_page(ict, "ict-catalogue-file"))
    url = partner_page(ict, "ict-catalogue-import")
    csv = saved.content.decode("utf-8-sig").replace("光2", "光3").encode("cp932")
    report = technician.post(url, {"file": SimpleUploadedFile("c.csv", csv)})
    assert "<ins>光3</ins>" in text_of(report)
    assert not CatalogueItem.objects.filter(name="光3").exists()
    technician.post(url, {"sealed": report.context["sealed"]})
    assert CatalogueItem.objects.filter(name="光3").exists()
    bad = technician.post(url, {"file": SimpleUploadedFile("c.csv", b"PK\x03\x04")})
    assert bad.status_code == 422
    technician.post(one, {"end": "1"})
    assert CatalogueItem.objects.get(pk=item.pk).ended_at is not None
    for stranger in (ict.other_technician, ict.spaces.owner):
        assert signed_in(stranger).get(partner_page(ict, "ict-catalogue")).status_code == 404
    assert signed_in(ict.spaces.staff).get(partner_page(ict, "ict-catalogue")).status_code == 200


def test_the_bill_goes_into_a_spreadsheet_with_its_sums_and_every_step(
    ict: IctWorld, signed_in: SignedIn
) -> None:
    need = ict.draft()
    row = IctProposal.objects.filter(need=need).order_by("first_yen")[0]
    owner = signed_in(ict.spaces.owner)
    parts = {"need_id": need.pk, "proposal_id": row.pk}
    book = load_workbook(io.BytesIO(owner.get(host_page(ict, "ict-bill", **parts, form="bill.xlsx")).content))
    bill, steps = book.worksheets
    lines = list(bill.iter_rows(min_row=2, values_only=True))
    assert sum(line[2] * line[3] for line in lines[:-1]) == row.first_yen
    assert lines[-1][5] == f"=SUM(F2:F{len(lines)})"
    assert steps.max_row == 1 + len(row.steps["sizing"]) + len(row.steps["payback"])
    written = owner.get(host_page(ict, "ict-bill", **parts, form="bill.csv")).content.decode("utf-8-sig")
    assert written.splitlines()[-1].split(",")[5] == str(row.first_yen)
    assert owner.get(host_page(ict, "ict-bill", **parts, form="bill.exe")).status_code == 404


def test_measuring_is_bounded_for_the_host_alone_and_takes_over_files(
    ict: IctWorld, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = signed_in(ict.spaces.owner)
    down = host_page(ict, "ict-speed-down", space_id=ict.space.pk)
    up = host_page(ict, "ict-speed-up", space_id=ict.space.pk)
    got = owner.get(down)
    assert len(b"".join(got.streaming_content)) == int(got["Content-Length"]) == 4_000_000
    assert "no-store" in got["Cache-Control"]
    sent = owner.post(up, b"x" * 2_000_000, content_type="application/octet-stream")
    assert sent.json() == {"bytes": 2_000_000}
    assert owner.post(up, b"x" * 2_000_001, content_type="application/octet-stream").status_code == 413
    for stranger in (ict.technician, ict.spaces.guest, ict.spaces.other_owner):
        assert signed_in(stranger).get(down).status_code in (403, 404)
    monkeypatch.setattr(ict_speed, "TRIES", (Limit(4, minutes=10, per=Per.NAME),))
    assert [owner.get(down).status_code for _each in range(2)] == [200, 429]
    nothing = owner.post(host_page(ict, "ict-speed", space_id=ict.space.pk), {"spot": "入口"})
    assert "まだ測っていません" in text_of(nothing)
    url = host_page(ict, "ict-speed-import", space_id=ict.space.pk)
    log = "日時,測った場所,下り(Mbps),上り(Mbps),ping(ms)\r\n2026/11/20 10:00,受付,88,40,7\r\nだめ,受付,1,1,1\r\n"
    report = owner.post(url, {"file": SimpleUploadedFile("log.csv", log.encode("cp932"))})
    assert "2行のうち1行" in text_of(report)
    assert not SpeedLog.objects.exists()
    owner.post(url, {"sealed": report.context["sealed"]})
    assert SpeedLog.objects.get().spot == "受付"


def test_staff_admit_a_company_and_make_a_need_for_a_public_space(ict: IctWorld, signed_in: SignedIn) -> None:
    make_miss(ict.spaces.town, use="video_meeting", seats=6, times=1)
    staff = signed_in(ict.spaces.staff)
    given = {"name": "新しい通信（架空）", "email": "new@example.jp", "organisation": ""}
    assert staff.post(page(ict, "ict-partner-new"), given).status_code == 302
    assert "新しい通信（架空）" in text_of(staff.get(page(ict, "ict-office")))
    room = ict.spaces.meeting_room
    staff.post(page(ict, "ict-unmet"), {"group": "video_meeting-1", "space": room.pk})
    need = IctNeed.objects.get()
    assert (need.host, need.uses) == (ict.spaces.public_host, [{"purpose": "video_meeting", "users": 6}])
    form = page(ict, "ict-need-change", host_id=need.host_id, need_id=need.pk)
    sent = as_sent(staff.get(form).context["form"], users_video_meeting="", users_classes="２０")
    assert staff.post(form, sent).status_code == 302
    need.refresh_from_db()
    assert need.uses == [{"purpose": "classes", "users": 20}]
    assert staff.post(form, {**sent, "users_classes": ""}).status_code == 422
    assert signed_in(ict.spaces.other_staff).get(page(ict, "ict-office")).status_code == 403
