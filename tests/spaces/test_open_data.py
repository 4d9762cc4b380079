"""公共施設一覧: files as towns really have them, the report line by line, all or nothing, and the way out."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.open_data import COLUMNS, OpenDataError, decode, read_facilities
from sosei.programmes.spaces.services.open_data_import import Does, apply, preview
from tests.people.conftest import SignedIn
from tests.spaces.world import SpacesWorld

NEW = """全国地方公共団体コード,ID,名称,名称_英語,所在地_連結表記,緯度,経度,電話番号,郵便番号,説明
072044,072044000001,みほん公民館 会議室（架空）,Meeting room,福島県いわき市架空1-2-3,37.05,140.89,0246000010,970-8026,
72044,72044000002,みほん図書館（架空）,,福島県いわき市架空2,３７．０６,140.9,246221111,708026,本があります。
072044,072044000003,場所のない館（架空）,,福島県いわき市架空3,,,,,
072010,072010000001,ほかの市の館（架空）,,福島県福島市架空1,37.7,140.4,,,
072044,072044000002,同じ番号の館（架空）,,福島県いわき市架空4,37.06,140.9,,,
"""
OLD = """都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,住所,方書,緯度,経度
７２０４,１,福島県,いわき市,ふるい館（架空）,いわき市架空7,2階,37.07,140.91
"""


def test_what_a_line_would_do_is_told_before_anything_is_written(spaces: SpacesWorld) -> None:
    before = Space.objects.count()
    report = preview(host=spaces.public_host, text=NEW, places={})
    assert [line.does for line in report.lines] == [
        Does.CHANGE,
        Does.NEW,
        Does.NEEDS_PLACE,
        Does.REFUSED,
        Does.REFUSED,
    ]
    assert [name for name, _old, _new in report.lines[0].changes] == ["名前（英語）", "郵便番号"]
    second = report.lines[1].facility
    assert len(second.mended) == 4 and second.columns["official_id"] == "072044000002"
    assert second.phone == "+81246221111" and second.columns["postcode"] == "0708026"
    assert "ほかの自治体" in report.lines[3].facility.flaws[0]
    assert "3行目にもあります" in report.lines[4].facility.flaws[0]
    assert Space.objects.count() == before


def test_all_of_a_file_is_taken_over_or_nothing(spaces: SpacesWorld) -> None:
    before = Space.objects.count()
    with pytest.raises(ListingError):
        apply(host=spaces.public_host, text=NEW, places={}, actor=spaces.other_owner)
    with pytest.raises(ListingError, match="公共施設の担当にだけ"):
        apply(host=spaces.host, text=NEW, places={}, actor=spaces.staff)
    spaces.meeting_room.state = "closed"
    spaces.meeting_room.save()
    # The last line cannot be kept: the new ones before it are not written either.
    lines = NEW.splitlines()
    with pytest.raises(ListingError, match=r"3行目.*何も取り込んでいません"):
        apply(
            host=spaces.public_host,
            text="\n".join([lines[0], lines[2], lines[1]]),
            places={},
            actor=spaces.staff,
        )
    assert Space.objects.count() == before
    spaces.meeting_room.state = "published"
    spaces.meeting_room.save()
    done = apply(host=spaces.public_host, text=NEW, places={4: "37.08, 140.92"}, actor=spaces.staff)
    assert (done.count(Does.NEW), done.count(Does.CHANGE)) == (2, 1)
    made = Space.objects.get(official_id="072044000003")
    assert made.state == "draft" and float(made.latitude) == 37.08 and made.ladder.code == "public"
    room = Space.objects.get(pk=spaces.meeting_room.pk)
    # An empty cell takes nothing away.
    assert room.name_en == "Meeting room" and room.about == spaces.meeting_room.about
    again = preview(host=spaces.public_host, text=NEW, places={4: "37.08, 140.92"})
    assert [line.does for line in again.lines[:2]] == [Does.SAME, Does.SAME]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_files_are_read_in_the_encodings_and_headers_that_towns_use(spaces: SpacesWorld, codec: str) -> None:
    text, _name = decode(OLD.encode(codec))
    (row,) = read_facilities(text, spaces.town)
    assert row.columns["address"] == "いわき市架空7 2階" and row.columns["official_id"] == "1"
    assert not row.flaws and "072044" in row.mended[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空です"),
        (b"PK\x03\x04", "Excel"),
        (b"\x81\xff\x00\x01", "文字の種類"),
        ("施設コード,住所\n1,2\n".encode(), "「名称」の列がありません"),
        ("名称\n".encode(), "行がありません"),
        (b"x" * 1_000_001, "大きすぎます"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_remedy(spaces: SpacesWorld, data: bytes, said: str) -> None:
    with pytest.raises(OpenDataError, match=said):
        read_facilities(decode(data)[0], spaces.town)


def test_the_exported_file_can_be_imported_and_changes_nothing(spaces: SpacesWorld) -> None:
    Space.objects.filter(pk=spaces.meeting_room.pk).update(about="=1+1\n2行目", postcode="0208026")
    answer = Client().get("/07204/spaces/open-data.csv")
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, line = list(csv.reader(io.StringIO(text)))
    assert tuple(header) == COLUMNS
    cells = dict(zip(header, line, strict=True))
    assert cells["ID"] == "072044000001" and cells["説明"] == "'=1+1 2行目"
    assert (cells["利用可能曜日"], cells["開始時間"], cells["終了時間"]) == ("月火水木金土", "09:00", "21:00")
    Space.objects.filter(pk=spaces.meeting_room.pk).update(about="=1+1 2行目")
    report = preview(host=spaces.public_host, text=text, places={})
    assert [line.does for line in report.lines] == [Does.SAME]


def test_staff_go_from_the_file_by_the_report_to_the_drafts(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    page = "/07204/office/spaces/import"
    assert signed_in(spaces.owner).get(page).status_code == 403
    staff = signed_in(spaces.staff)
    file = SimpleUploadedFile("list.csv", NEW.encode("cp932"), "text/csv")
    before = Space.objects.count()
    shown = staff.post(page, {"host": spaces.public_host.pk, "file": file}).content.decode()
    assert "CP932" in shown and "place_4" in shown and Space.objects.count() == before
    sealed = shown.split('name="sealed" value="')[1].split('"')[0]
    wrong = staff.post(page, {"sealed": sealed, "place_4": "1, 2"}).content.decode()
    assert "日本の外" in wrong and 'value="1, 2"' in wrong
    assert staff.post(page, {"sealed": sealed + "x", "apply": "1"}).status_code == 302
    assert Space.objects.count() == before
    answer = staff.post(page, {"sealed": sealed, "place_4": "37.08, 140.92", "apply": "1"})
    assert answer["Location"] == f"/07204/host/{spaces.public_host.pk}/"
    assert Space.objects.count() == before + 2
