"""Addresses of bills, papers, payouts and what a town decides about money."""

from __future__ import annotations

from django.urls import path

from sosei.core.payments.views import (
    papers_bill,
    papers_documents,
    papers_host,
    papers_office,
    papers_office_bank,
    papers_office_rules,
    papers_payer,
)

_HOST = "<code>/host/<int:organisation_id>/payments"
_STATEMENT = f"{_HOST}/statements/<int:statement_id>"
_OFFICE = "<code>/office/payments"
_FILE = f"{_OFFICE}/payouts/<int:file_id>"
_DOORS = {
    "my": ("me/payments/<int:pk>", "bill"),
    "guest": ("pay/<str:token>", "guest-bill"),
    "host": (f"{_HOST}/bills/<int:pk>", "host-bill"),
    "office": (f"{_OFFICE}/bills/<int:pk>", "office-bill"),
}

urlpatterns = [
    path("me/payments/", papers_payer.listed, name="my-payments"),
    *(
        pattern
        for kind, (way, name) in _DOORS.items()
        for pattern in (
            path(f"{way}/", papers_bill.bill[kind], name=name),
            path(f"{way}/invoices/<int:invoice_id>/", papers_documents.invoice[kind], name=f"{name}-invoice"),
            path(
                f"{way}/invoices/<int:invoice_id>.pdf",
                papers_documents.invoice_file[kind],
                name=f"{name}-invoice-file",
            ),
            path(f"{way}/receipts/<int:receipt_id>/", papers_documents.receipt[kind], name=f"{name}-receipt"),
            path(
                f"{way}/receipts/<int:receipt_id>.pdf",
                papers_documents.receipt_file[kind],
                name=f"{name}-receipt-file",
            ),
        )
    ),
    path(f"{_HOST}/", papers_host.home, name="host"),
    path(f"{_HOST}/bills/", papers_host.bills, name="host-bills"),
    path(f"{_HOST}/settings/", papers_host.settings, name="host-settings"),
    path(f"{_STATEMENT}/", papers_host.statement, name="host-statement"),
    path(f"{_STATEMENT}.pdf", papers_host.statement_file, name="host-statement-file"),
    path(f"{_STATEMENT}.csv", papers_host.statement_csv, name="host-statement-csv"),
    path(f"{_STATEMENT}/fee.pdf", papers_host.fee_invoice, name="host-fee-invoice"),
    path(f"{_OFFICE}/", papers_office.home, name="office"),
    path(f"{_OFFICE}/bills/", papers_office.bills, name="office-bills"),
    path(f"{_OFFICE}/bills.csv", papers_office.bills_csv, name="office-bills-csv"),
    path(f"{_OFFICE}/ledger.csv", papers_office.ledger_csv, name="office-ledger-csv"),
    path(f"{_OFFICE}/refunds/", papers_office.refunds, name="office-refunds"),
    path(f"{_OFFICE}/statements/", papers_office.statements_page, name="office-statements"),
    path(f"{_OFFICE}/flaws/", papers_office.flaws, name="office-flaws"),
    path(f"{_OFFICE}/transfers/", papers_office_bank.incoming, name="office-transfers"),
    path(f"{_OFFICE}/transfers/<int:transfer_id>/", papers_office_bank.one_transfer, name="office-transfer"),
    path(f"{_OFFICE}/payouts/", papers_office_bank.payout_list, name="office-payouts"),
    path(f"{_FILE}/", papers_office_bank.payout, name="office-payout"),
    path(f"{_FILE}/file", papers_office_bank.payout_file, name="office-payout-file"),
    path(f"{_FILE}/<int:payout_id>/returned/", papers_office_bank.payout_return, name="office-payout-return"),
    path(
        f"{_FILE}/refunds/<int:refund_id>/returned/",
        papers_office_bank.refund_return,
        name="office-refund-return",
    ),
    path(f"{_OFFICE}/rules/", papers_office_rules.fees, name="office-rules"),
    path(f"{_OFFICE}/rules/exemptions/new/", papers_office_rules.exemption, name="office-exemption-new"),
    path(
        f"{_OFFICE}/rules/exemptions/<int:exemption_id>/",
        papers_office_rules.exemption,
        name="office-exemption",
    ),
    path(f"{_OFFICE}/settings/<slug:of>/", papers_office_rules.settings, name="office-settings"),
]
