"""A bank's list: read in every dress, refused whole when anything is wrong, matched once, never twice."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterable

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.design import civil_day
from sosei.core.payments.errors_papers import TransferError
from sosei.core.payments.models import IncomingTransfer, Payment
from sosei.core.payments.rules_matching import Awaited, Reason, candidates
from sosei.core.payments.rules_transfers import RECORD, ListCode, ListError, read_list
from sosei.core.payments.services import check_books
from sosei.core.payments.services.transfers import (
    import_list,
    match,
    match_exact,
    proposed,
    reopen,
    set_aside,
)
from sosei.core.people.errors import NotAllowedError, RefusedError
from tests.payments.world import World

TODAY = datetime.date(2026, 11, 22)
CSV = "\r\n".join(
    (
        "口座名義,例の市",
        "お取引日,お引出金額,お預り金額,お取引内容,備考",
        '2026/11/20,,"１，２００",振込 ﾔﾏﾀﾞ ﾀﾛｳ,',
        "R8.11.20,500,,電気代,",
        "令和8年11月21日,,￥3400,フリコミ　0000012 サトウ　ハナコ,急ぎ",
        "",
    )
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_list_is_read_in_every_encoding_and_width(encoding: str) -> None:
    read = read_list(CSV.encode(encoding), today=TODAY)
    assert [(row.on_date.isoformat(), row.yen, row.payer, row.memo) for row in read.rows] == [
        ("2026-11-20", 1200, "ヤマダ タロウ", ""),
        ("2026-11-21", 3400, "0000012 サトウ ハナコ", "急ぎ"),
    ]
    assert read.skipped == 1


def fixed(kind: bytes, rows: Iterable[bytes]) -> bytes:
    head = b"1" + kind
    return b"\r\n".join([head.ljust(RECORD), *(row.ljust(RECORD) for row in rows), b"9".ljust(RECORD)])


def notice_row(day: bytes, yen: int, payer: str) -> bytes:
    """A record of 振込入金通知 by the banks' own places."""
    row = b"2" + b"000001" + day + day + f"{yen:010d}".encode() + b"0" * 10 + b" " * 10
    return row + payer.encode("cp932").ljust(48) + "ﾄｳﾎｳ".encode("cp932").ljust(15) + b" " * 15 + b"0"


def test_the_banks_fixed_records_are_read() -> None:
    content = fixed(b"01", [notice_row(b"081120", 1200, "ﾔﾏﾀﾞ ﾀﾛｳ")])
    (row,) = read_list(content, today=TODAY).rows
    assert (row.on_date, row.yen, row.payer) == (datetime.date(2026, 11, 20), 1200, "ヤマダ タロウ")
    assert read_list(content.replace(b"\r\n", b""), today=TODAY).rows == (row,)


def test_of_the_banks_list_of_movements_only_what_came_in_counts() -> None:
    def row(side: bytes, yen: int) -> bytes:
        begin = b"2" + b"00000001" + b"081120" * 2 + side + b"11" + f"{yen:012d}".encode() + b"0" * 12
        return begin.ljust(81) + "ｻﾄｳ ﾊﾅｺ".encode("cp932")

    read = read_list(fixed(b"03", [row(b"1", 700), row(b"2", 900)]), today=TODAY)
    assert [(one.yen, one.payer) for one in read.rows] == [(700, "サトウ ハナコ")] and read.skipped == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ListCode.EMPTY),
        (b"  \r\n ", ListCode.EMPTY),
        (b"x" * 5_000_001, ListCode.TOO_LARGE),
        (b"\x81\x20,\x82\x20", ListCode.ENCODING),
        (b"a,b\r\n1,2", ListCode.NO_HEADS),
        ("日付,入金額\r\n".encode(), ListCode.NO_ROWS),
        ("日付,入金額\r\n2026/02/30,100".encode(), ListCode.DATE),
        ("日付,入金額\r\n2026/11/23,100".encode(), ListCode.FUTURE),
        ("日付,入金額\r\n2026/11/20,1.5".encode(), ListCode.AMOUNT),
        ("日付,入金額\r\n2026/11/20,-100".encode(), ListCode.AMOUNT),
        ("日付,入金額\r\n2026/11/20,99999999999".encode(), ListCode.AMOUNT),
        ("日付,入金額\r\n".encode() + b'2026/11/20,"' + b"1" * 200_000, ListCode.ENCODING),
        (fixed(b"01", [notice_row(b"081320", 1, "ｱ")]), ListCode.DATE),
        (fixed(b"01", [b"2" + b"x" * 150]), ListCode.AMOUNT),
        (fixed(b"01", [b"2" * 10])[:-30], ListCode.RECORD),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, code: ListCode) -> None:
    with pytest.raises(ListError) as refused:
        read_list(content, today=TODAY)
    assert code in {one.code for one in refused.value.problems}


@given(
    st.binary(max_size=600)
    | st.text(max_size=300).map(lambda text: ("日付,入金額\n" + text).encode("utf-8", "ignore"))
)
def test_no_bytes_make_anything_but_rows_or_a_refusal(content: bytes) -> None:
    try:
        rows = read_list(content, today=TODAY).rows
    except ListError as refused:
        assert refused.problems
    else:
        assert rows and all(row.yen > 0 and row.on_date <= TODAY for row in rows)


def test_every_wrong_line_is_told_at_once() -> None:
    with pytest.raises(ListError) as refused:
        read_list("日付,入金額\n2026/13/1,100\n2026/11/2,abc\n".encode(), today=TODAY)
    assert [(one.line, one.code) for one in refused.value.problems] == [
        (2, ListCode.DATE),
        (3, ListCode.AMOUNT),
    ]


# --- Scores ----------------------------------------------------------------------------------------------------------

YAMADA = Awaited(1, 1200, "123", ("山田 太郎", "ヤマダ タロウ"))
SATO = Awaited(2, 1200, "124", ("サトウ ハナコ",))


@pytest.mark.parametrize(
    ("text", "yen", "key", "exact", "reasons"),
    [
        ("ﾔﾏﾀﾞ ﾀﾛｳ", 1200, 1, True, {Reason.NAME, Reason.AMOUNT}),
        ("やまだたろう", 1200, 1, True, {Reason.NAME, Reason.AMOUNT}),
        ("07204-0000124 ヤマダ", 1200, 2, True, {Reason.NUMBER, Reason.AMOUNT}),
        ("０００００１２４", 1200, 2, True, {Reason.NUMBER, Reason.AMOUNT}),
        ("ヤマダ タロウ", 1640, 1, False, {Reason.NAME, Reason.MORE}),
        ("ヤマダ タロウ", 760, 1, False, {Reason.NAME, Reason.LESS}),
        ("カ)ヤマダタロウシヨウテン", 1200, 1, False, {Reason.NAME_PART, Reason.AMOUNT}),
    ],
)
def test_the_likeliest_comes_first_with_its_reasons(
    text: str, yen: int, key: int, exact: bool, reasons: set[Reason]
) -> None:
    best = candidates(text, yen, [YAMADA, SATO])[0]
    assert (best.key, best.is_exact, set(best.reasons)) == (key, exact, reasons)


def test_two_that_fit_as_well_are_never_exact_nor_is_one_whose_time_is_over() -> None:
    twin = Awaited(3, 1200, "125", YAMADA.names)
    told = candidates("ヤマダ タロウ", 1200, [YAMADA, twin])
    assert len(told) == 2 and not any(one.is_exact for one in told)
    assert all(Reason.SEVERAL in one.reasons for one in told)
    late = Awaited(4, 1200, "126", YAMADA.names, is_late=True)
    assert not candidates("ヤマダ タロウ", 1200, [late])[0].is_exact


def test_the_town_code_in_a_number_is_no_number_of_a_bill() -> None:
    assert Reason.NUMBER not in candidates("07204-0000999", 1200, [Awaited(1, 1200, "7204", ())])[0].reasons


# --- In the database -------------------------------------------------------------------------------------------------


def waiting(town: World, yen: int = 1200) -> Payment:
    return town.pay(town.bill(yen), "bank")


def arrive(town: World, *rows: tuple[str, int]) -> list[IncomingTransfer]:
    day = civil_day.today().strftime("%Y/%m/%d")
    text = "日付,入金額,振込人\n" + "".join(f"{day},{yen},{payer}\n" for payer, yen in rows)
    import_list(municipality=town.town, content=text.encode(), actor=town.staff)
    return list(IncomingTransfer.objects.order_by("pk"))


def test_the_same_list_read_twice_is_kept_once_and_equal_rows_of_one_list_both(town: World) -> None:
    rows = [("ヤマダ", 1200), ("ヤマダ", 1200), ("サトウ", 300)]
    assert len(arrive(town, *rows)) == 3
    assert len(arrive(town, *rows, ("スズキ", 50))) == 4
    with pytest.raises(TransferError, match="2行目の日付"):
        import_list(municipality=town.town, content="日付,入金額\nxx,1".encode(), actor=town.staff)
    with pytest.raises(NotAllowedError):
        import_list(municipality=town.town, content=b"x", actor=town.manager)


def test_an_exact_transfer_is_proposed_and_confirmed_by_staff(town: World) -> None:
    payment = waiting(town)
    (transfer,) = arrive(town, (payment.bill.number, 1200))
    (proposal,) = proposed([transfer], town.town)
    assert proposal.exact is not None and proposal.exact[1] == payment
    assert match_exact(municipality=town.town, keys=[(transfer.pk, payment.pk)], actor=town.staff) == 1
    payment.refresh_from_db()
    transfer.refresh_from_db()
    assert (payment.state, transfer.state, transfer.payment) == ("paid", "matched", payment)
    with pytest.raises(TransferError, match="候補が変わりました"):
        match_exact(municipality=town.town, keys=[(transfer.pk, payment.pk)], actor=town.staff)
    assert check_books() == []


def test_too_little_waits_for_the_rest_and_too_much_wants_a_note(town: World) -> None:
    first, second = waiting(town), waiting(town)
    short, rest, long = arrive(town, ("ヤマダ", 1000), ("ヤマダ", 200), ("サトウ", 1500))
    with pytest.raises(TransferError, match="200円たりません"):
        match(transfers=[short], payment=first, actor=town.staff)
    match(transfers=[short, rest], payment=first, actor=town.staff)
    with pytest.raises(TransferError, match="300円多い"):
        match(transfers=[long], payment=second, actor=town.staff)
    match(transfers=[long], payment=second, actor=town.staff, note="12月1日に300円を返す")
    assert set(IncomingTransfer.objects.values_list("state", flat=True)) == {"matched"}
    assert Payment.objects.filter(state="paid").count() == 2 and check_books() == []


def test_what_is_for_nothing_is_set_aside_with_a_note_and_may_be_opened_again(town: World) -> None:
    (transfer,) = arrive(town, ("税務署", 10))
    with pytest.raises(TransferError, match="メモ"):
        set_aside(transfer=transfer, note=" ", actor=town.staff)
    set_aside(transfer=transfer, note="還付金", actor=town.staff)
    with pytest.raises(TransferError, match="関係ない入金"):
        match(transfers=[transfer], payment=waiting(town, 10), actor=town.staff)
    assert reopen(transfer=transfer, actor=town.staff).state == "open"


@pytest.mark.django_db(transaction=True)
def test_a_transfer_is_matched_once_although_many_try_at_once(town: World) -> None:
    payments = [waiting(town) for _one in range(4)]
    transfers = arrive(town, ("ヤマダ", 1200), ("サトウ", 1200))
    done: list[tuple[int, int]] = []

    def take(transfer: IncomingTransfer, payment: Payment) -> None:
        try:
            match(transfers=[transfer], payment=payment, actor=town.staff)
            done.append((transfer.pk, payment.pk))
        except RefusedError:
            pass
        finally:
            connection.close()

    workers = [
        threading.Thread(target=take, args=(transfer, payment))
        for transfer in transfers
        for payment in payments
    ]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert len({key for key, _to in done}) == len({to for _key, to in done}) == len(done) == 2
    assert Payment.objects.filter(state="paid").count() == 2
    assert check_books() == []
