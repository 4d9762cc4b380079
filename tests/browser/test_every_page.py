"""Every page that can be reached by links, as a visitor and in every role: accessible, silent, whole.

In English test_every_page_in_english opens them.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, StorageState

from sosei.core.people import addresses
from tests.browser.crawling import LOOKED_AT_ELSEWHERE, Crawl, Pages, crawl, signed_in

__all__ = ["crawl", "signed_in"]

pytestmark = pytest.mark.browser

BY_JOURNEYS = {
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_email_verification_sent",
    "account_verify_phone",
    "mfa_authenticate",
    "mfa_edit_webauthn",
    "mfa_list_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "people:consents-due",
    "people:erased",
    "people:invitation",
}
"""Pages in the middle of something: the journeys pass them, and axe looks there."""
BY_THE_YEAR = {
    # By a department's link, which only a mail holds; in the middle of a step; the demonstration has none in that state.
    "outcomes:feed-end",
    "strategy:answer",
    "strategy:answer-look",
    "strategy:answer-paste",
    "strategy:ask-look",
    "strategy:campaign-open",
    "strategy:kpi-choose",
    "strategy:measure-resume",
    "strategy:review-back",
    "strategy:review-change",
    "strategy:review-close",
    "strategy:review-forward",
    "strategy:review-publish",
    "strategy:review-return",
    "strategy:review-summary",
    "strategy:reviews-compare",
    "strategy:strategy-drop",
    "strategy:strategy-publish",
    "strategy:value-import",
}
"""Pages that test_campaign_journey passes, or looks at one by one."""
BY_THE_SEASON = {
    # By a code at a workplace; in the middle of a step; the one the crawl meets first is in another state.
    "jobs:employer-day-hours",
    "jobs:employer-pay-issue",
    "jobs:my-day-correct",
    "jobs:my-employers",
    "jobs:my-licence",
    "jobs:my-licence-remove",
    "jobs:office-round-run",
    "jobs:posting-people",
    "jobs:site",
    "jobs:site-offline",
    "outcomes:withdraw",
}
"""Pages that test_worked_season passes, or the tests of their rooms open."""
BY_BOOKINGS = {
    # By a guest's secret link, which only a letter holds; his page is that of a guest with an account.
    "payments:guest-bill",
    "payments:guest-bill-invoice",
    "payments:guest-bill-receipt",
    "spaces:link-order",
    "spaces:link-order-cancel",
    "spaces:link-order-change",
    "spaces:link-order-damage",
    "spaces:link-order-damage-report",
    "spaces:link-order-done",
    "spaces:link-order-key",
    "spaces:link-order-message",
    "spaces:link-order-paper",
    "spaces:link-order-pay",
    "spaces:link-order-review",
    # In the middle of paying, or of an answer.
    "payments:card",
    "payments:embedded",
    "spaces:host-order-answer",
    "spaces:my-offer",
    "spaces:my-order-done",
    "spaces:my-order-pay",
    "spaces:wait",
    # The one the crawl meets first is in another state: nothing is paid, used or over yet, or it is a private host.
    "payments:bill-invoice",
    "payments:bill-receipt",
    "payments:host-bill-invoice",
    "payments:host-bill-receipt",
    "payments:office-bill-invoice",
    "payments:office-bill-receipt",
    "payments:office-refund-return",
    "payments:office-transfer",
    "spaces:group-again",
    "spaces:host-lotteries",
    "spaces:host-lottery",
    "spaces:host-lottery-new",
    "spaces:host-order-damage",
    "spaces:host-order-review",
    "spaces:lottery-check",
    "spaces:lottery-enter",
    "spaces:my-lottery-take",
    "spaces:my-order-damage",
    "spaces:my-order-damage-report",
    "spaces:my-order-key",
    "spaces:my-order-review",
    "spaces:space-price-new",
    "spaces:ict-answer",
    "spaces:ict-decline",
    "spaces:ict-partner-work",
    "spaces:ict-speed-import",
    # Who has but one is led on to it.
    "spaces:my-hosts",
    "spaces:my-ict-partners",
}
"""Pages that test_space_journeys passes, or the tests of spaces and payments open."""
NOT_PAGES = {
    # Programs ask these.
    "health",
    "metrics",
    "readiness",
    "payments:notice",
    # A file, a part of a page, or only the way to one.
    "payments:bill-invoice-file",
    "payments:bill-receipt-file",
    "payments:guest-bill-invoice-file",
    "payments:guest-bill-receipt-file",
    "payments:host-bill-invoice-file",
    "payments:host-bill-receipt-file",
    "payments:host-fee-invoice",
    "payments:host-statement-csv",
    "payments:host-statement-file",
    "payments:office-bill-invoice-file",
    "payments:office-bill-receipt-file",
    "payments:office-bills-csv",
    "payments:office-ledger-csv",
    "payments:office-payout-file",
    "spaces:book-live",
    "spaces:host-book-live",
    "spaces:host-bookings-file",
    "spaces:host-order-calendar",
    "spaces:ict-bill",
    "spaces:ict-catalogue-file",
    "spaces:ict-speed-down",
    "spaces:link-open",
    "spaces:link-order-calendar",
    "spaces:link-order-damage-picture",
    "spaces:lottery-csv",
    "spaces:my-order-calendar",
    "spaces:space-calendar",
    "spaces:spaces-csv",
    "spaces:town-file",
    "mfa_download_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
    "outcomes:file",
    "outcomes:import-template",
    "outcomes:loop-file",
    "people:data-file",
    "people:invitation-link",
    "population:area",
    "population:figure-file",
    "population:nation-compare-file",
    "population:nation-file",
    "population:table-file",
    "population:what-if-file",
    "population:what-if",
    "records:entries-file",
    "records:file",
    "records:file-preview",
    "records:operator-entries-file",
    "strategy:answer-link",
    "strategy:board-file",
    "strategy:kpi-file",
    "strategy:lineage-file",
    "strategy:results-file",
    "strategy:review-file",
    "strategy:sheet-file",
    "strategy:structure-file",
    "jobs:calendar-file",
    "jobs:calendar-needs-file",
    "jobs:days-worker-script",
    "jobs:employer-ledger-file",
    "jobs:employer-notice",
    "jobs:employer-pay-run-file",
    "jobs:employer-pay-years-csv",
    "jobs:employer-pay-years-pdf",
    "jobs:employer-payslip-file",
    "jobs:my-certificate",
    "jobs:my-notice",
    "jobs:my-pay-year-file",
    "jobs:my-payslip-file",
    "jobs:office-notice",
    "jobs:office-round-file",
    "jobs:placement-report-file",
    "jobs:posting-live",
    "jobs:records-openings-file",
    "jobs:records-placements-file",
    "jobs:records-seekers-file",
    "jobs:town-file",
    # Pressed, and another page answers.
    "spaces:furigana",
    "spaces:host-calendar-link",
    "spaces:host-feed-end",
    "spaces:host-feed-read",
    "spaces:host-lock-end",
    "spaces:host-lock-test",
    "spaces:host-offer-take-back",
    "spaces:host-unblock",
    "spaces:ict-speed-up",
    "spaces:my-lottery-withdraw",
    "spaces:my-waiting-leave",
    "spaces:my-wish-close",
    "spaces:my-wish-decline",
    "spaces:space-closures",
    "spaces:space-copy",
    "spaces:space-price-drop",
    "spaces:space-reopen",
    "spaces:space-submit",
    "jobs:apply-group",
    "jobs:employer-contract-paper",
    "jobs:employer-day-absent",
    "jobs:employer-day-punch",
    "jobs:employer-pay-run-send",
    "jobs:employer-pay-run-settle",
    "jobs:furigana",
    "jobs:my-account-remove",
    "jobs:my-day-comes",
    "jobs:my-punch",
    "jobs:office-round-draw",
    "jobs:office-round-publish",
    "jobs:posting-ask",
    "jobs:posting-confirm",
    "jobs:posting-copy",
    "jobs:posting-drop",
    "jobs:posting-publish",
    "jobs:posting-shifts",
    "jobs:round-friends",
    "jobs:search-keep",
    "jobs:search-notice",
    "jobs:search-remove",
    "mfa_login_webauthn",
    "people:address-lookup",
    "people:address-remove",
    "people:consent-decide",
    "people:invitation-resend",
    "people:invitation-withdraw",
    "people:join-town",
    "people:operator-invitation-resend",
    "people:operator-invitation-withdraw",
    "people:person-address-lookup",
    "people:sign-out-elsewhere",
    "people:stop-acting",
    "records:notifications-read",
    "strategy:campaign-remind",
    "strategy:campaign-take-in",
    "strategy:layout-drop",
    "strategy:lineage-complete",
    "strategy:part-move",
    "strategy:part-put-back",
    "strategy:review-change-done",
    "strategy:review-changes-keep",
    "strategy:review-changes-publish",
    # Needs a city's own directory, which the demonstration has none of; or a message that could not be delivered.
    "account_set_password",
    "socialaccount_signup",
    "records:operator-send-again",
    "records:send-again",
    # Nobody in the demonstration has sent a file yet.
    "records:my-file-remove",
}


def test_the_html_of_every_page_in_every_role_has_one_heading_and_a_title(crawl: Crawl) -> None:
    assert crawl.plain == []


def test_every_page_is_reached_by_links_or_passed_by_a_journey(crawl: Crawl) -> None:
    names = set(addresses.registered())
    known = BY_JOURNEYS | BY_THE_YEAR | BY_THE_SEASON | BY_BOOKINGS | NOT_PAGES
    unreached = sorted(names - set(crawl.pages) - known)
    gone = sorted(known - names)
    assert not unreached, "\n".join(unreached)
    assert not gone, "\n".join(gone)


def test_every_page_in_japanese_on_a_phone_and_on_a_desk(
    crawl: Crawl, browser: Browser, site: str, signed_in: dict[str, StorageState | None]
) -> None:
    with Pages(browser, site, signed_in) as pages:
        for name, (path, role) in crawl.pages.items():
            page = pages.open(path, role)
            # Axe looks at the desk's width of some in English.
            pages.measure(page, f"{name} {path}", "ja", 1280, axe=False)
            pages.measure(page, f"{name} {path}", "ja", 375, axe=name not in LOOKED_AT_ELSEWHERE)
    assert pages.faults == []


def test_a_page_of_every_kind_in_the_dark(
    crawl: Crawl, browser: Browser, site: str, signed_in: dict[str, StorageState | None]
) -> None:
    sample = (
        "portal:home",
        "design:components",
        "account_signup",
        "people:me",
        "people:consents",
        "people:people",
        "people:person",
        "people:members",
        "people:operator",
        "records:entries",
        "records:notifications",
    )
    with Pages(browser, site, signed_in) as pages:
        for name in sample:
            path, role = crawl.pages[name]
            page = pages.open(path, role)
            page.emulate_media(color_scheme="dark")
            pages.measure(page, f"{name} {path}", "ja", 375, axe=True)
    assert pages.faults == []
