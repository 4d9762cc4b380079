"""The pages of money: whoever they are for sees them within twenty queries, nobody else does; buttons do what they say."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sosei.core.design import civil_day
from sosei.core.payments import tokens
from sosei.core.payments.models import FeeRate, Invoice, Payment, Receipt, Refund, TransferFile
from sosei.core.payments.services import asking, check_books, refund_bill
from sosei.core.payments.services.ledger import today
from sosei.core.payments.services.payouts import make_file, mark_sent
from sosei.core.payments.services.statements import close_month
from sosei.core.people.models import Person
from tests.payments.test_statements import give_accounts, last_month, month_ago, weekday
from tests.payments.world import World, at

CODE = "07204"
MOST_QUERIES = 20


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def office(name: str, **more: object) -> str:
    return reverse(f"payments:{name}", kwargs={"code": CODE, **more})


def body(client: Client, url: str) -> str:
    client.get(url)
    # The first page of a day notes that the roles were used.
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    assert len(queries) <= MOST_QUERIES, (url, len(queries))
    content = b"".join(response) if response.streaming else response.content
    return content.decode("utf-8", "replace")


def busy(town: World) -> TransferFile:
    """A month with a bit of everything: statement, file of payouts, refunds that wait, transfers."""
    give_accounts(town)
    with at(month_ago(1)):
        for _one in range(8):
            town.paid(3000)
        slip = town.paid(2000, "konbini")
    (statement,) = close_month(municipality=town.town, last_day=last_month(), actor=town.staff)
    refund_bill(bill=slip.bill, yen=500, reason="例", key="r", actor=None)
    file = make_file(
        municipality=town.town,
        statements=[statement],
        refunds_due=[],
        pay_on=weekday(civil_day.today()),
        actor=town.staff,
    )
    for _one in range(8):
        town.pay(town.bill(1200), "bank")
    return file


def read_list(town: World, client: Client) -> None:
    day = civil_day.today().isoformat()
    numbers = [one.bill.number for one in Payment.objects.filter(state="waiting")]
    rows = "".join(f"{day},1200,{number}\n" for number in numbers) + f"{day},5,ナゾ\n"
    file = SimpleUploadedFile("in.csv", ("日付,入金額,振込人\n" + rows).encode("cp932"))
    answer = client.post(office("office-transfers"), {"file": file})
    assert answer.status_code == 302, answer.content.decode()


def test_every_page_of_the_office_is_shown_within_its_queries(town: World) -> None:
    file = busy(town)
    client = signed_in(town.staff)
    read_list(town, client)
    bill = Payment.objects.filter(way="konbini").get().bill
    for name in (
        "office",
        "office-bills",
        "office-bills-csv",
        "office-ledger-csv",
        "office-refunds",
        "office-statements",
        "office-transfers",
        "office-payouts",
        "office-rules",
        "office-exemption-new",
    ):
        body(client, office(name))
    for state in ("open", "waiting", "paid", "refunding"):
        body(client, office("office-bills") + f"?state={state}&words={CODE}")
    body(client, office("office-payout", file_id=file.pk))
    body(client, office("office-settings", of="platform"))
    assert "返金" in body(client, office("office-bill", pk=bill.pk))
    assert "すべて合っています" in client.get(office("office-flaws")).content.decode()


def test_bills_are_listed_by_their_day_in_japan(town: World) -> None:
    day = civil_day.today()
    with at(civil_day.start_of(day) + datetime.timedelta(minutes=30)):
        number = town.bill(700).number
    client = signed_in(town.staff)
    for first, last, shown in ((0, 0, True), (-1, -1, False), (1, 1, False), (-1, 0, True)):
        asked = {
            "first": (day + datetime.timedelta(days=first)).isoformat(),
            "last": (day + datetime.timedelta(days=last)).isoformat(),
        }
        page = client.get(office("office-bills"), asked).content.decode()
        assert (number in page) is shown, asked


def test_staff_confirm_proposals_and_the_bills_are_paid(town: World) -> None:
    busy(town)
    client = signed_in(town.staff)
    read_list(town, client)
    page = client.get(office("office-transfers"))
    pairs = [f"{row['transfer'].pk}:{row['exact'][1].pk}" for row in page.context["rows"] if row["exact"]]
    assert len(pairs) == 8
    client.post(office("office-transfers"), {"confirm": pairs})
    assert Payment.objects.filter(way="bank", state="paid").count() == 8
    (left,) = client.get(office("office-transfers")).context["rows"]
    url = office("office-transfer", transfer_id=left["transfer"].pk)
    assert client.post(url, {"do": "set-aside", "note": ""}).status_code == 422
    assert client.post(url, {"do": "set-aside", "note": "利子"}).status_code == 302
    assert client.get(office("office-transfers") + "?state=set_aside").context["page"].total == 1


def test_a_payer_has_invoice_and_receipt_and_names_an_account(town: World) -> None:
    busy(town)
    client = signed_in(town.payer)
    refund = Refund.objects.get()
    url = reverse("payments:bill", args=[refund.bill_id])
    assert "口座" in body(client, url) and "2,000円" in body(client, reverse("payments:my-payments"))
    answer = client.post(url, {"do": "invoice", "i-recipient_name": "例の会社"})
    invoice = Invoice.objects.get(bill=refund.bill)
    assert answer["Location"].endswith(f"/invoices/{invoice.pk}/")
    assert "例の会社" in body(client, answer["Location"])
    assert client.get(answer["Location"][:-1] + ".pdf").content.startswith(b"%PDF")
    paid = refund.payment
    answer = client.post(url, {"do": f"receipt:{paid.pk}", f"r{paid.pk}-recipient_name": "例"})
    assert "1,500円" in body(client, answer["Location"]) and Receipt.objects.get().refunded == 500
    account = {
        "bank_name": "とうほう",
        "bank_code": "０１２６",
        "branch_name": "ほんてん",
        "branch_code": "001",
        "account_type": "1",
        "account_number": "12345",
        "account_holder": "佐藤",
    }
    boxes = {f"a{refund.pk}-{name}": value for name, value in account.items()}
    wrong = client.post(url, {"do": f"account:{refund.pk}", **boxes})
    assert wrong.status_code == 422 and "通帳のカナ" in wrong.content.decode()
    boxes[f"a{refund.pk}-account_holder"] = "サトウ ハナコ"
    client.post(url, {"do": f"account:{refund.pk}", **boxes})
    refund.refresh_from_db()
    assert (refund.state, refund.account_number) == ("asked", "0012345")
    assert "0012345" not in body(client, url)


def test_staff_write_down_that_a_refund_came_back_of_which_no_notice_tells(town: World) -> None:
    bill = town.paid(3000, "card").bill
    (refund,) = refund_bill(bill=bill, yen=1000, reason="例", key="r", actor=None)
    asking.send_refund(refund.pk)
    town.hear()
    client, url = signed_in(town.staff), office("office-bill", pk=bill.pk)
    what = {"do": f"came-back:{refund.pk}"}
    boxes = {f"b{refund.pk}-on_date": today().isoformat(), f"b{refund.pk}-reason": "カードが使えない"}
    assert "返金が戻ってきた" in body(client, url)
    payers = reverse("payments:bill", args=[bill.pk])
    assert signed_in(town.payer).post(payers, {**what, **boxes}).status_code == 404
    tomorrow = {**boxes, f"b{refund.pk}-on_date": (today() + datetime.timedelta(days=1)).isoformat()}
    late = client.post(url, {**what, **tomorrow})
    assert late.status_code == 422 and "まだ来ていません" in late.content.decode()
    yesterday = {**boxes, f"b{refund.pk}-on_date": (today() - datetime.timedelta(days=1)).isoformat()}
    early = client.post(url, {**what, **yesterday})
    assert early.status_code == 422 and "返金したのは" in early.content.decode()

    assert client.post(url, {**what, **boxes}).status_code == 302

    assert list(Refund.objects.filter(bill=bill).order_by("pk").values_list("way", "state")) == [
        ("gateway", "returned"),
        ("bank", "waiting_account"),
    ]
    assert check_books() == []
    again = client.post(url, {**what, **boxes})
    assert again.status_code == 422 and "もう「" in again.content.decode()
    assert Refund.objects.filter(bill=bill).count() == 2


def test_a_payer_starts_a_payment_once_and_gives_it_up(town: World) -> None:
    bill = town.bill(700)
    client = signed_in(town.payer)
    url = reverse("payments:bill", args=[bill.pk])
    key = str(client.get(url).context["key"])
    for _twice in range(2):
        client.post(url, {"do": "pay", "way": "card", "yen": "700", "key": key})
    payment = Payment.objects.get(bill=bill)
    client.post(url, {"do": f"give-up:{payment.pk}"})
    payment.refresh_from_db()
    assert payment.state == "cancelled"
    client.post(url, {"do": "pay", "way": "card", "yen": "699", "key": ""})
    client.post(url, {"do": "pay", "way": "on_site", "yen": "700", "key": ""})
    assert Payment.objects.filter(bill=bill).count() == 1


def test_a_guest_pays_by_his_link_alone(town: World) -> None:
    bill = town.bill(700, guest=True)
    url = reverse("payments:guest-bill", args=[tokens.token_of(bill)])
    client = Client()
    body(client, url)
    client.post(url, {"do": "pay", "way": "konbini", "yen": "700", "key": ""})
    payment = town.ask(Payment.objects.get(bill=bill))
    assert payment.code in body(client, url)
    for what in (f"receive:{payment.pk}", "hand-back:1", "nonsense", f"receipt:{payment.pk + 999}"):
        assert client.post(url, {"do": what}).status_code == 404


def test_a_host_sees_his_own_money_and_nobody_elses(town: World) -> None:
    file = busy(town)
    mark_sent(file=file, on_date=civil_day.today(), actor=town.staff)
    client = signed_in(town.manager)
    here = {"organisation_id": town.host.pk}
    statement = file.payouts.get().statement
    assert statement is not None
    for name, more in (
        ("host", {}),
        ("host-bills", {}),
        ("host-settings", {}),
        ("host-statement", {"statement_id": statement.pk}),
    ):
        assert "例の会館" in body(client, office(name, **here, **more))
    for name in ("host-statement-file", "host-fee-invoice"):
        assert client.get(office(name, **here, statement_id=statement.pk)).content.startswith(b"%PDF")
    table = client.get(office("host-statement-csv", **here, statement_id=statement.pk)).content.decode(
        "utf-8-sig"
    )
    assert table.count("\r\n") == 10
    stranger = type(town.host).objects.create(municipality=town.town, kind="host", name="よその会館")
    other = {"organisation_id": stranger.pk}
    assert client.get(office("host", **other)).status_code == 404
    assert client.get(office("host-statement", **other, statement_id=statement.pk)).status_code == 404
    assert client.get(office("office-bills")).status_code == 403
    public = town.bill(500, public=True)
    assert client.get(office("host-bill", **here, pk=public.pk)).status_code == 404


def test_a_host_enters_number_and_account_whole_or_not_at_all(town: World) -> None:
    client = signed_in(town.manager)
    url = office("host-settings", organisation_id=town.host.pk)
    given = {
        "issuer_name": "例の会館",
        "kind": "corporation",
        "registration_number": "T7000012050003",
        "account_type": "1",
        "bank_code": "0126",
    }
    page = client.post(url, given)
    assert page.status_code == 422 and "口座を入れるときは" in page.content.decode()
    given.pop("bank_code")
    page = client.post(url, given)
    assert page.status_code == 422 and "検査数字" in page.content.decode()
    given["kind"] = "person"
    assert client.post(url, given).status_code == 302
    assert client.get(url).context["held"].registration_number == "T7000012050003"


@pytest.mark.parametrize("who", ["payer", "manager", "staff", None])
def test_a_bill_of_somebody_else_is_not_there(town: World, who: str | None) -> None:
    other = type(town.payer).objects.create(email="other@example.jp")
    bill = town.bill(100)
    bill_of_other = type(bill)(pk=bill.pk)
    client = signed_in(getattr(town, who)) if who else Client()
    mine = client.get(reverse("payments:bill", args=[bill_of_other.pk])).status_code
    assert mine == (200 if who == "payer" else 302 if who is None else 404)
    assert signed_in(other).get(reverse("payments:bill", args=[bill.pk])).status_code == 404
    wanted = {"staff": 200, None: 302}.get(who, 403)
    assert client.get(office("office-bill", pk=bill.pk)).status_code == wanted


def test_staff_set_fees_for_days_to_come_alone(town: World) -> None:
    client = signed_in(town.staff)
    day = civil_day.today() + datetime.timedelta(days=10)
    given = {"percent": "12.5", "tax_percent": "10", "starts_on": day.isoformat(), "reason": "契約 第5条"}
    assert client.post(office("office-rules"), given).status_code == 302
    assert client.post(office("office-rules"), given).status_code == 422
    past = given | {"starts_on": "2020-02-01"}
    assert client.post(office("office-rules"), past).status_code == 422
    assert FeeRate.objects.count() == 2
