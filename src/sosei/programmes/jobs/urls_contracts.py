"""Addresses of contracts."""

from __future__ import annotations

from django.urls import path

from sosei.programmes.jobs.views import contracts_employer, contracts_office, contracts_worker

_MINE = "me/work/contracts/<int:contract_id>"
_EMPLOYER = "<code>/employer/<int:employer_id>/contracts"
_ONE = f"{_EMPLOYER}/<int:contract_id>"
_OFFICE = "<code>/office/work/contracts"

urlpatterns = [
    path(_MINE, contracts_worker.one, name="my-contract"),
    path(f"{_MINE}/notice-<int:number>.pdf", contracts_worker.notice, name="my-notice"),
    path(f"{_MINE}/cancel", contracts_worker.cancel, name="my-contract-cancel"),
    path(f"{_MINE}/change/<int:number>", contracts_worker.change, name="my-contract-change"),
    path(_EMPLOYER, contracts_employer.listed, name="employer-contracts"),
    path(_ONE, contracts_employer.one, name="employer-contract"),
    path(f"{_ONE}/notice-<int:number>.pdf", contracts_employer.notice, name="employer-notice"),
    path(f"{_ONE}/paper", contracts_employer.paper, name="employer-contract-paper"),
    path(f"{_ONE}/cancel", contracts_employer.cancel, name="employer-contract-cancel"),
    path(f"{_ONE}/change", contracts_employer.change, name="employer-contract-change"),
    path(_OFFICE, contracts_office.listed, name="office-contracts"),
    path(f"{_OFFICE}/<int:contract_id>", contracts_office.one, name="office-contract"),
    path(
        f"{_OFFICE}/<int:contract_id>/notice-<int:number>.pdf", contracts_office.notice, name="office-notice"
    ),
    path(f"{_OFFICE}/<int:contract_id>/cancel", contracts_office.cancel, name="office-contract-cancel"),
]
