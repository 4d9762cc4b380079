"""Addresses of wages."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import (
    pay_employer,
    pay_ledger,
    pay_office,
    pay_runs,
    pay_worker,
    pay_years,
)

_MINE = "me/work/pay"
_PAY = "<code>/employer/<int:employer_id>/pay"
_SLIP = f"{_PAY}/slips/<int:payslip_id>"
_RUN = f"{_PAY}/runs/<int:run_id>"

urlpatterns = [
    path(_MINE, pay_worker.listed, name="my-pay"),
    path(f"{_MINE}/<int:payslip_id>", pay_worker.one, name="my-payslip"),
    path(f"{_MINE}/<int:payslip_id>.pdf", pay_worker.file, name="my-payslip-file"),
    path(f"{_MINE}/year/<int:year>", pay_worker.year, name="my-pay-year"),
    path(f"{_MINE}/year/<int:year>/<int:employer_id>.pdf", pay_worker.year_file, name="my-pay-year-file"),
    path(_PAY, pay_employer.home, name="employer-pay"),
    path(f"{_PAY}/issue", pay_employer.issue, name="employer-pay-issue"),
    path(f"{_PAY}/slips", pay_employer.slips, name="employer-payslips"),
    path(_SLIP, pay_employer.one, name="employer-payslip"),
    path(f"{_SLIP}.pdf", pay_employer.file, name="employer-payslip-file"),
    path(f"{_SLIP}/replace", pay_employer.replace, name="employer-payslip-replace"),
    path(f"{_PAY}/runs", pay_runs.listed, name="employer-pay-runs"),
    path(f"{_PAY}/runs/new", pay_runs.make, name="employer-pay-run-new"),
    path(_RUN, pay_runs.one, name="employer-pay-run"),
    path(f"{_RUN}/file", pay_runs.file, name="employer-pay-run-file"),
    path(f"{_RUN}/settle", pay_runs.settle, name="employer-pay-run-settle"),
    path(f"{_RUN}/send", pay_runs.send, name="employer-pay-run-send"),
    path(f"{_RUN}/lines/<int:line_id>", pay_runs.give_back, name="employer-pay-run-return"),
    path(f"{_PAY}/ledger", pay_ledger.page, name="employer-ledger"),
    path(f"{_PAY}/ledger/<int:year>.csv", pay_ledger.file, name="employer-ledger-file"),
    path(f"{_PAY}/years", pay_years.page, name="employer-pay-years"),
    path(f"{_PAY}/years/<int:year>.csv", pay_years.csv_file, name="employer-pay-years-csv"),
    path(f"{_PAY}/years/<int:year>.pdf", pay_years.pdf_file, name="employer-pay-years-pdf"),
    path("<code>/office/work/pay", pay_office.listed, name="office-pay"),
]
