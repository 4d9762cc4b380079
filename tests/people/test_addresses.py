"""Addresses from the postcode, typed as people type them."""

from __future__ import annotations

import time

import pytest

from sosei.core.people import postcodes
from sosei.core.people.models import Address, Municipality, Person
from sosei.core.people.postcodes import PostcodeError, look_up, places_at
from sosei.core.people.services.acting import Acting
from sosei.core.people.services.addresses import AddressError, Written, save_address
from tests.people.conftest import MakePerson, SignedIn

TAIRA = {
    "postcode": "970-8026",
    "prefecture": "福島県",
    "city": "いわき市",
    "town": "平",
    "street": "1-2-3",
    "building": "",
}


@pytest.mark.parametrize(
    "typed", ["9708026", "970-8026", "〒970-8026", "９７０－８０２６", "〒９７０ー８０２６", " 970 8026 "]
)
def test_a_postcode_is_read_however_it_is_typed(typed: str) -> None:
    found = look_up(typed)
    assert (found.postcode, found.zeros_added) == ("9708026", False)
    assert [place.text for place in found.places] == ["福島県いわき市平"]
    assert found.places[0].municipality_code == "07204"


@pytest.mark.parametrize(("typed", "postcode"), [("600001", "0600001"), ("10010", "0010010")])
def test_zeros_that_a_spreadsheet_took_away_are_put_back_and_told(typed: str, postcode: str) -> None:
    found = look_up(typed)
    assert (found.postcode, found.zeros_added) == (postcode, True)
    assert found.places[0].prefecture == "北海道"


@pytest.mark.parametrize("typed", ["", "abc", "97080261", "970802", "1234"])
def test_what_is_no_postcode_is_named_with_an_example(typed: str) -> None:
    with pytest.raises(PostcodeError, match=f"「{typed}」.*970-8026"):
        look_up(typed)


def test_an_unknown_postcode_says_that_the_address_can_be_typed() -> None:
    with pytest.raises(PostcodeError, match="999-9999 は見つかりません"):
        look_up("999-9999")


def test_one_postcode_may_stand_for_places_in_two_prefectures() -> None:
    assert {place.prefecture for place in look_up("4980000").places} == {"愛知県", "三重県"}


def test_an_office_with_a_postcode_of_its_own_is_found() -> None:
    assert look_up("974-8686").places[0].text == "福島県いわき市錦町"


def test_a_look_up_takes_less_than_ten_milliseconds(measured: object) -> None:
    places_at("9608031")
    took = []
    for number in range(9608000, 9608100):
        started = time.perf_counter()
        places_at(f"{number:07d}")
        took.append(time.perf_counter() - started)
    middle = sorted(took)[50] * 1000
    measured(f"postcode look-up, median of 100: {middle:.2f} ms")  # type: ignore[operator]
    assert middle < 10


def test_the_button_fills_in_the_place_without_a_script(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    typed = {"about": str(person.uid), "postcode": "９７０８０２６", "street": "1-2-3"}
    answer = signed_in(person).post("/me/address/home/lookup", typed).content.decode()
    assert "<h1>" in answer
    assert 'value="いわき市"' in answer
    assert 'value="1-2-3"' in answer
    assert not Address.objects.exists()


def test_the_script_gets_the_boxes_alone(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    answer = signed_in(person).post(
        "/me/address/home/lookup",
        {"about": str(person.uid), "postcode": "9708026"},
        headers={"HX-Request": "true"},
    )
    assert "<h1>" not in answer.content.decode()
    assert 'value="いわき市"' in answer.content.decode()


def test_of_several_places_none_is_filled_in_before_one_is_chosen(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    client = signed_in(person)
    typed = {"about": str(person.uid), "postcode": "498-0000"}
    asked = client.post("/me/address/home/lookup", typed).content.decode()
    assert "どの場所ですか" in asked
    assert 'value="弥富市"' not in asked
    chosen = client.post("/me/address/home/lookup", {**typed, "place": "1"}).content.decode()
    assert 'value="桑名郡木曽岬町"' in chosen


def test_an_address_is_saved_with_the_code_of_its_municipality(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    signed_in(person).post("/me/address/home", {**TAIRA, "about": str(person.uid)})
    kept = person.addresses.get()
    assert (kept.kind, kept.postcode, kept.municipality_code) == ("home", "9708026", "07204")
    assert str(kept) == "〒970-8026 福島県いわき市平1-2-3"


def test_a_typed_address_that_the_postcode_does_not_confirm_has_no_code(make_person: MakePerson) -> None:
    by = Acting.for_oneself(make_person())
    kept = save_address(by=by, kind="home", written=Written("999-9999", "福島県", "いわき市", "新町"))
    assert (kept.postcode, kept.municipality_code) == ("9999999", "")


def test_a_faulty_address_says_in_which_box(make_person: MakePerson) -> None:
    by = Acting.for_oneself(make_person())
    with pytest.raises(AddressError) as caught:
        save_address(by=by, kind="home", written=Written("970-8026", "福島", "いわき市"))
    assert (caught.value.field, "「福島」" in str(caught.value)) == ("prefecture", True)


def test_the_second_place_is_removed_and_the_first_stays(
    make_person: MakePerson, signed_in: SignedIn, town: Municipality
) -> None:
    person = make_person("citizen", town)
    client = signed_in(person)
    for kind in ("home", "second"):
        client.post(f"/me/address/{kind}", {**TAIRA, "about": str(person.uid)})
    client.post("/me/address/second/remove", {"about": str(person.uid)})
    assert [address.kind for address in person.addresses.all()] == ["home"]


def test_saving_the_same_address_again_is_no_change(make_person: MakePerson) -> None:
    person: Person = make_person()
    by = Acting.for_oneself(person)
    written = Written("9708026", "福島県", "いわき市", "平")
    save_address(by=by, kind="home", written=written)
    save_address(by=by, kind="home", written=written)
    assert person.entries_about.filter(verb="person.address_saved").count() == 1


def test_the_tables_of_postcodes_are_opened_for_reading_alone() -> None:
    assert postcodes._database().endswith("?mode=ro&immutable=1")
